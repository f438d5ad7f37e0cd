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
/** For output still on its way when the program has ended. */
const OUTPUT_GRACE_MS = 1000;
const MAX_LOG_BYTES = 32 * 1024 * 1024;
const TAIL_LINES = 20;
const MAX_LINE = 4000;

function later(stack: DisposableStack, ms: number, action: () => void): void {
  stack.adopt(setTimeout(action, ms), clearTimeout);
}

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
  using limits = new DisposableStack();
  using grace = new DisposableStack();
  let timedOut = false;
  let cancelled = false;
  let ended: { code: number | null; signal: string | null; durationS: number } | null = null;
  const onAbort = (): void => {
    if (cancelled) return;
    cancelled = true;
    child.kill("SIGINT");
    later(limits, TERMINATE_AFTER_MS, () => child.kill("SIGTERM"));
    later(limits, KILL_AFTER_MS, () => child.kill("SIGKILL"));
  };
  if (request.signal?.aborted === true) onAbort();
  request.signal?.addEventListener("abort", onAbort, { once: true });
  limits.defer(() => request.signal?.removeEventListener("abort", onAbort));
  if (request.timeoutS !== undefined) {
    later(limits, request.timeoutS * 1000, () => {
      timedOut = true;
      child.kill("SIGTERM");
      later(limits, 2000, () => child.kill("SIGKILL"));
    });
  }
  child.nodeChildProcess.on("exit", (code, signal) => {
    ended = { code, signal, durationS: (performance.now() - began) / 1000 };
    limits.dispose();
    // Whatever the program left running would hold its output open and disturb the next measurement.
    child.kill("SIGKILL");
    // What made a session of its own is out of reach of that, and may hold the output open for ever.
    later(grace, OUTPUT_GRACE_MS, () => {
      for (const stream of [child.nodeChildProcess.stdout, child.nodeChildProcess.stderr, child.all]) stream?.destroy();
    });
  });
  const tail: string[] = [];
  const drained = drain(child.all, request, tail);
  const result = await child;
  await drained;
  const { code, signal, durationS } = ended ?? {
    code: null,
    signal: null,
    durationS: (performance.now() - began) / 1000,
  };
  const startError =
    ended !== null
      ? null
      : result.cause instanceof Error
        ? result.cause.message
        : (result.shortMessage ?? "could not be started");
  return { code, signal, timedOut, cancelled, startError, durationS, tail };
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
  for await (const chunk of untilClosed(output)) {
    if (log !== null && written <= MAX_LOG_BYTES) {
      written += Buffer.byteLength(chunk);
      log.write(written > MAX_LOG_BYTES ? `\n[output beyond ${MAX_LOG_BYTES} bytes is left out]\n` : chunk);
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
    log.end();
    await finished(log);
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
