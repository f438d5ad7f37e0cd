/** Runs one program in its own process group, and leaves nothing of that group behind. */
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { execa } from "execa";

export interface ProcessRequest {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Where stdout and stderr go, both into one file. */
  readonly log?: string;
  /** Called for every line of output. */
  readonly onLine?: (line: string) => void;
  readonly timeoutS?: number;
  /** Aborting it stops the process group: SIGINT, after 3 s SIGTERM, after 5 s SIGKILL. */
  readonly signal?: AbortSignal;
}

export interface ProcessResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly cancelled: boolean;
  /** Why it could not be started, where it could not. */
  readonly startError: string | null;
  readonly durationS: number;
  /** The last lines of its output, for messages. */
  readonly tail: readonly string[];
}

const TERMINATE_AFTER_MS = 3000;
const KILL_AFTER_MS = 5000;
const MAX_LOG_BYTES = 32 * 1024 * 1024;
const TAIL_LINES = 20;
const MAX_LINE = 4000;

export async function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  const began = performance.now();
  const child = execa(request.file, [...request.args], {
    cwd: request.cwd,
    env: request.env,
    extendEnv: false,
    stdin: "ignore",
    all: true,
    buffer: false,
    reject: false,
    killDescendants: true,
    cleanup: true,
    windowsHide: true,
  });
  using stops = new DisposableStack();
  let timedOut = false;
  let cancelled = false;
  const later = (ms: number, action: () => void): void => {
    stops.adopt(setTimeout(action, ms), clearTimeout);
  };
  const onAbort = (): void => {
    if (cancelled) return;
    cancelled = true;
    child.kill("SIGINT");
    later(TERMINATE_AFTER_MS, () => child.kill("SIGTERM"));
    later(KILL_AFTER_MS, () => child.kill("SIGKILL"));
  };
  if (request.signal?.aborted === true) onAbort();
  request.signal?.addEventListener("abort", onAbort, { once: true });
  stops.defer(() => request.signal?.removeEventListener("abort", onAbort));
  if (request.timeoutS !== undefined) {
    later(request.timeoutS * 1000, () => {
      timedOut = true;
      child.kill("SIGTERM");
      later(2000, () => child.kill("SIGKILL"));
    });
  }
  // Whatever the program left running would hold its output open and disturb the next measurement.
  child.nodeChildProcess.on("exit", () => child.kill("SIGKILL"));
  const tail: string[] = [];
  const drained = child.all === undefined ? Promise.resolve() : drain(child.all, request, tail);
  const result = await child;
  await drained;
  return {
    code: result.exitCode ?? null,
    signal: result.signal ?? null,
    timedOut,
    cancelled,
    startError:
      result.exitCode === undefined && result.signal === undefined && result.failed
        ? result.cause instanceof Error
          ? result.cause.message
          : (result.shortMessage ?? "could not be started")
        : null,
    durationS: (performance.now() - began) / 1000,
    tail,
  };
}

async function drain(output: NodeJS.ReadableStream, request: ProcessRequest, tail: string[]): Promise<void> {
  const log = request.log === undefined ? null : createWriteStream(request.log);
  let written = 0;
  let rest = "";
  const line = (text: string): void => {
    const cut = text.slice(0, MAX_LINE);
    tail.push(cut);
    if (tail.length > TAIL_LINES) tail.shift();
    request.onLine?.(cut);
  };
  output.setEncoding("utf8");
  for await (const chunk of output) {
    const text = String(chunk);
    if (log !== null && written <= MAX_LOG_BYTES) {
      written += Buffer.byteLength(text);
      log.write(written > MAX_LOG_BYTES ? `\n[output beyond ${MAX_LOG_BYTES} bytes is left out]\n` : text);
    }
    // A carriage return redraws a progress bar: each drawing is a line of its own.
    const parts = (rest + text).split(/\r\n|\n|\r/);
    rest = parts.pop() ?? "";
    if (rest.length > MAX_LINE) {
      parts.push(rest);
      rest = "";
    }
    for (const part of parts) if (part !== "") line(part);
  }
  if (rest !== "") line(rest);
  if (log !== null) {
    log.end();
    await finished(log);
  }
}
