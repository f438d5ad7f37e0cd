/** Watches the machine while a job measures on it: one process, its samples kept in memory and in a file. */
import { createWriteStream, type WriteStream } from "node:fs";
import readline from "node:readline";
import { finished } from "node:stream/promises";
import { execa } from "execa";
import type { Backend } from "../core/backend.ts";
import { parseEventLine } from "../core/event-line.ts";
import { idleness } from "../core/idle.ts";
import { samplesWithin } from "../core/observed-run.ts";
import type { DeviceEvent } from "../core/protocol.ts";
import { measuringEnvironment } from "./child-environment.ts";
import { noteChild } from "./child-notes.ts";
import { harnessProcess, type Harness } from "./harness.ts";
import { afterLooks } from "./news.ts";

export interface WatchRequest {
  /** The harness under any Python ≥ 3.11: the watcher needs nothing that is installed. */
  readonly harness: Harness;
  /** Samples are appended to it, one a line, as they come. */
  readonly file: string;
  /** Seconds between samples. */
  readonly intervalS?: number;
}

export interface IdleRequest {
  readonly backend: Backend;
  /** Seconds to wait at most. */
  readonly maxS: number;
}

/** Disposing it ends the process. */
export interface Watch extends AsyncDisposable {
  /**
   * Samples between two points in time (Unix time, milliseconds), in their order. A run too short to hold one gets its
   * neighbours, at most an interval away.
   */
  between(startMs: number, endMs: number): DeviceEvent[];
  /**
   * Waits until nobody else uses what is to be measured: the accelerator, or the processors for a backend that runs on them.
   * Returns at once where the machine does not tell, and when the job is cancelled.
   *
   * @returns null, or what still disturbed when the time was over, as a sentence without its full stop
   */
  waitUntilIdle(request: IdleRequest): Promise<string | null>;
  /** Why nothing (more) is seen, as a sentence without its full stop; null while the watcher works. */
  fault(): string | null;
}

const INTERVAL_S = 1;
/** For a watcher that was told to end. */
const TERMINATE_AFTER_MS = 2000;
const KILL_AFTER_MS = 3000;
/** For the sample that tells how a wait ended: a machine that stood still shows none in time. */
const LATE_S = 5;
/** Half a day of samples: a job has a time budget, its watcher a bound. */
const MOST_SAMPLES = 50_000;

/**
 * Starts the watcher. One that cannot start, ends by itself or says something else is a fault to be told, never a failure:
 * nothing is thrown. It ends with this program however that ends, because its standard input is then closed.
 */
export function startWatch(request: WatchRequest): Watch {
  const { harness, intervalS = INTERVAL_S } = request;
  const samples: DeviceEvent[] = [];
  const state: State = { fault: null, ending: false, ended: false, waiting: new Set() };
  const file = openFile(request.file, state);
  const watching = ["watch", "--interval", String(intervalS)];
  const { file: program, args, cwd, env } = harnessProcess(harness, watching, measuringEnvironment(harness.env));
  const child = execa(program, [...args], {
    cwd,
    env,
    extendEnv: false,
    stdin: "pipe",
    buffer: false,
    reject: false,
    killDescendants: true,
    cleanup: true,
    windowsHide: true,
  });
  const note = noteChild(child.pid);
  const grace = new DisposableStack();
  const { stdin, stdout, stderr } = child;
  // It may end before it is told to; what that means is told by its exit.
  stdin.on("error", () => {});
  let words = "";
  stderr.setEncoding("utf8").on("data", (text: string) => (words = (words + text).slice(-2000)));
  const lines = readline.createInterface({ input: stdout, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on("line", (line) => {
    const parsed = parseEventLine(line, true, 0);
    if (!("event" in parsed) || parsed.event.event !== "device") {
      state.fault ??= `the watcher said something that is no sample: ${line.slice(0, 200)}`;
      return;
    }
    samples.push(parsed.event);
    if (samples.length > MOST_SAMPLES) samples.shift();
    if (file.writable) file.write(`${line}\n`);
    wake(state);
  });
  child.nodeChildProcess.on("exit", () => {
    // Whatever it started would outlive it, and could hold its output open.
    child.kill("SIGKILL");
    grace.use(afterLooks(() => [stdout, stderr].forEach((stream) => stream.destroy())));
  });
  const over = ended(child, state, () => words).finally(() => grace.dispose());
  return {
    between: (startMs, endMs) => samplesWithin(samples, { startMs, endMs, intervalS }),
    waitUntilIdle: (idle) => waitUntilIdle(idle, { samples, state, intervalS, signal: harness.signal }),
    fault: () => state.fault,
    async [Symbol.asyncDispose]() {
      state.ending = true;
      stdin.end();
      // A cancelled job has no seconds for a watcher that hangs.
      if (harness.signal.aborted) child.kill("SIGKILL");
      using limits = new DisposableStack();
      limits.adopt(
        setTimeout(() => child.kill("SIGTERM"), TERMINATE_AFTER_MS),
        clearTimeout,
      );
      limits.adopt(
        setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS),
        clearTimeout,
      );
      await over;
      note[Symbol.dispose]();
      lines.close();
      file.end();
      await finished(file).catch(() => {});
    },
  };
}

interface State {
  fault: string | null;
  /** It was told to end. */
  ending: boolean;
  ended: boolean;
  /** Called once each at the next sample, or when there will be none. */
  readonly waiting: Set<() => void>;
}

function wake({ waiting }: State): void {
  for (const resolve of waiting) resolve();
  waiting.clear();
}

function openFile(name: string, state: State): WriteStream {
  const file = createWriteStream(name, { flags: "a" });
  file.on("error", (error) => {
    state.fault ??= `samples of the device cannot be written: ${error.message}`;
  });
  return file;
}

interface Exit {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly shortMessage?: string | undefined;
}

/** Resolves when the process and its output are over. */
async function ended(child: PromiseLike<Exit>, state: State, words: () => string): Promise<void> {
  const { exitCode, signal, shortMessage = "" } = await child;
  state.ended = true;
  if (!state.ending) {
    const last = words().trim().split("\n").at(-1) ?? "";
    const how = signal !== undefined ? `ended by ${signal}` : `ended with exit status ${exitCode}`;
    const what = exitCode === undefined && signal === undefined ? `could not be started: ${shortMessage}` : how;
    state.fault = `the watcher of the machine ${what}${last === "" ? "" : ` (${last.slice(0, 300)})`}`;
  }
  wake(state);
}

interface Waiting {
  readonly samples: readonly DeviceEvent[];
  readonly state: State;
  readonly intervalS: number;
  readonly signal: AbortSignal;
}

async function waitUntilIdle({ backend, maxS }: IdleRequest, now: Waiting): Promise<string | null> {
  const { samples, state, intervalS, signal } = now;
  const until = Date.now() + maxS * 1000;
  // A sample tells of the time since the one before it: an old one says nothing of now.
  const since = Date.now() / 1000 - 2 * intervalS;
  for (;;) {
    const newest = samples.at(-1);
    const seen = newest === undefined || newest.time_s < since ? null : idleness(newest, backend);
    // The first sample has no time before it to tell of; a machine whose second one is silent will not speak.
    const isOver = seen?.state === "idle" || (seen?.state === "unknown" && samples.length > 1);
    if (isOver || state.ended || signal.aborted) return null;
    const leftMs = until - Date.now();
    const isOfNow = newest !== undefined && newest.time_s >= Date.now() / 1000 - 2 * intervalS;
    if (leftMs <= 0 && (isOfNow || leftMs <= -LATE_S * 1000)) return seen?.state === "busy" ? seen.message : null;
    await nextSample(state, leftMs > 0 ? leftMs : leftMs + LATE_S * 1000, signal);
  }
}

async function nextSample(state: State, maxMs: number, signal: AbortSignal): Promise<void> {
  using cleanUp = new DisposableStack();
  await new Promise<void>((resolve) => {
    state.waiting.add(resolve);
    cleanUp.defer(() => state.waiting.delete(resolve));
    cleanUp.adopt(setTimeout(resolve, maxMs), clearTimeout);
    const stop = (): void => resolve();
    signal.addEventListener("abort", stop, { once: true });
    cleanUp.defer(() => signal.removeEventListener("abort", stop));
  });
}
