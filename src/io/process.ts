/** Runs one program in its own process group, and leaves nothing of that group behind. */
import { execa } from "execa";
import readline from "node:readline";
import { noteChild } from "./child-notes.ts";
import { afterLooks, afterNews } from "./news.ts";
import { drain } from "./process-output.ts";

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
  /**
   * The program first waits for something, and then becomes what is to run. What it has to say meanwhile arrives here, line
   * by line on descriptor 3, which it closes when the wait is over: no time is counted before.
   */
  readonly onWait?: (line: string) => void;
  readonly timeoutS?: number;
  /** Aborting it stops the process group: SIGINT, after 3 s SIGTERM, after 5 s SIGKILL. Windows has only the last. */
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
  /** When it began, its wait excluded: Unix time, milliseconds. */
  readonly startedMs: number;
  /** From there on. */
  readonly durationS: number;
  /** The last lines of its output, for messages. */
  readonly tail: readonly string[];
}

const TERMINATE_AFTER_MS = 3000;
const KILL_AFTER_MS = 5000;

/** By both clocks: Unix time, and one that nobody sets; milliseconds. */
interface Moment {
  readonly ms: number;
  readonly clock: number;
}

function moment(): Moment {
  return { ms: Date.now(), clock: performance.now() };
}

export async function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  if (request.signal?.aborted === true) return { ...notStarted(null), cancelled: true };
  const child = execa(request.file, [...request.args], {
    cwd: request.cwd,
    env: request.env,
    extendEnv: false,
    stdio: ["ignore", "pipe", "pipe", ...(request.onWait === undefined ? [] : ["pipe" as const])],
    all: true,
    buffer: false,
    reject: false,
    killDescendants: true,
    cleanup: true,
    windowsHide: true,
  });
  using limits = new DisposableStack();
  using grace = new DisposableStack();
  grace.use(noteChild(child.pid));
  let timedOut = false;
  let cancelled = false;
  let began = moment();
  let ended: (Moment & { code: number | null; signal: string | null }) | null = null;
  const onAbort = (): void => {
    if (cancelled) return;
    cancelled = true;
    child.kill("SIGINT");
    limits.use(afterNews(TERMINATE_AFTER_MS, () => child.kill("SIGTERM")));
    limits.use(afterNews(KILL_AFTER_MS, () => child.kill("SIGKILL")));
  };
  request.signal?.addEventListener("abort", onAbort, { once: true });
  limits.defer(() => request.signal?.removeEventListener("abort", onAbort));
  const begin = (): void => {
    // The end of a wait may be heard of after the exit, when this process was not there to listen.
    began = ended ?? moment();
    if (ended !== null || request.timeoutS === undefined) return;
    const stop = (): void => {
      timedOut = true;
      child.kill("SIGTERM");
      limits.use(afterNews(2000, () => child.kill("SIGKILL")));
    };
    limits.use(afterNews(request.timeoutS * 1000, stop));
  };
  const { stdio } = child.nodeChildProcess;
  const words = stdio[3];
  if (request.onWait === undefined || words === null || words === undefined || !("read" in words)) begin();
  else {
    words.on("error", () => {});
    readline
      .createInterface({ input: words, crlfDelay: Number.POSITIVE_INFINITY })
      .on("line", request.onWait)
      .on("close", begin);
  }
  child.nodeChildProcess.on("exit", (code, signal) => {
    ended = { code, signal, ...moment() };
    limits.dispose();
    // Whatever the program left running would hold its output open and disturb the next measurement.
    child.kill("SIGKILL");
    // What made a session of its own is out of reach of that, and may hold the output open for ever.
    grace.use(afterLooks(() => [...stdio, child.all].forEach((stream) => stream?.destroy())));
  });
  const tail: string[] = [];
  const drained = drain(child.all, request, tail);
  const result = await child;
  await drained;
  const { code, signal, clock } = ended ?? { code: null, signal: null, ...moment() };
  const startError =
    ended !== null
      ? null
      : result.cause instanceof Error
        ? result.cause.message
        : (result.shortMessage ?? "could not be started");
  const durationS = Math.max(0, clock - began.clock) / 1000;
  return { code, signal, timedOut, cancelled, startError, startedMs: began.ms, durationS, tail };
}

/** Of a process whose turn never came. */
export function notStarted(startError: string | null): ProcessResult {
  const nothing = { code: null, signal: null, timedOut: false, cancelled: false, durationS: 0, tail: [] };
  return { ...nothing, startError, startedMs: Date.now() };
}
