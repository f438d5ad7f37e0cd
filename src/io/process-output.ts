/** What a program prints: kept in its log up to a bound, and handed on line by line. */
import { createWriteStream } from "node:fs";
import { homedir } from "node:os";
import { finished } from "node:stream/promises";
import { filterPieces, textWithoutHome } from "../core/home.ts";

export interface OutputRequest {
  /** Where all of it goes. */
  readonly log?: string;
  readonly onLine?: (line: string) => void;
}

const MAX_LOG_BYTES = 32 * 1024 * 1024;
const TAIL_LINES = 20;
const MAX_LINE = 4000;

/** Reads the output of a program to its end, into its log and line by line. The last lines stay in `tail`. */
export async function drain(output: NodeJS.ReadableStream, request: OutputRequest, tail: string[]): Promise<void> {
  const log = request.log === undefined ? null : createWriteStream(request.log);
  // A full disk: what was measured is worth more than its log.
  log?.on("error", (error) => line(`finetune-bench: this output is not kept: ${error.message}`));
  // The log and the last lines are for people; whoever reads an answer line by line gets it as it is.
  const published = filterPieces(homedir());
  let written = 0;
  let rest = "";
  const line = (text: string): void => {
    const cut = text.slice(0, MAX_LINE);
    tail.push(textWithoutHome(cut, homedir()));
    if (tail.length > TAIL_LINES) tail.shift();
    request.onLine?.(cut);
  };
  output.setEncoding("utf8");
  for await (const chunk of untilClosed(output)) {
    if (log !== null && written <= MAX_LOG_BYTES) {
      written += Buffer.byteLength(chunk);
      log.write(
        written > MAX_LOG_BYTES ? `\n[output beyond ${MAX_LOG_BYTES} bytes is left out]\n` : published.push(chunk),
      );
    }
    // A carriage return redraws a progress bar: each drawing is a line of its own.
    const parts = (rest + chunk).split(/\r\n|\n|\r/);
    rest = parts.pop() ?? "";
    if (rest.length > MAX_LINE) {
      parts.push(rest);
      rest = "";
    }
    for (const part of parts) if (part !== "") line(part);
  }
  if (rest !== "") line(rest);
  if (log !== null) {
    log.end(published.rest());
    await finished(log).catch(() => {});
  }
}

/** The chunks of a stream until it ends or is cut off. */
async function* untilClosed(output: NodeJS.ReadableStream): AsyncGenerator<string> {
  try {
    for await (const chunk of output) yield String(chunk);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE")) throw error;
  }
}
