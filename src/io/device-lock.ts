/**
 * The lock of this machine's devices: held by exactly the processes that are measured, so that two runners on one machine
 * do not measure at once, and neither waits while the other installs.
 */
import path from "node:path";
import * as z from "zod";
import type { Backend } from "../core/backend.ts";
import { locksFor } from "../core/device-locks.ts";
import { formatDuration } from "../core/units.ts";
import { measuringEnvironment } from "./child-environment.ts";
import type { Host } from "./host.ts";
import { notStarted, runProcess, type ProcessRequest, type ProcessResult } from "./process.ts";

export interface DeviceLock {
  /**
   * Runs a process that is measured on a backend, once it has the backend's devices for itself. A wait is no part of its
   * time, and is told while it lasts.
   */
  run(backend: Backend, request: ProcessRequest): Promise<ProcessResult>;
  /** Does some work while nobody else measures on the backend's devices; undefined where it could not have them. */
  during<T>(backend: Backend, work: () => Promise<T>): Promise<T | undefined>;
  /** Seconds that this job has waited so far. */
  waitedS(): number;
  /** Why nothing more is measured, as a sentence without its full stop; null as long as no wait was too long. */
  late(): string | null;
  /** What a reader of the results should know. */
  warnings(): readonly string[];
}

export interface LockOptions {
  readonly host: Pick<Host, "harness" | "env" | "progress" | "signal">;
  /** Any Python from 3.11 on. */
  readonly python: string;
  /** Seconds to wait at a time; what holds the devices for longer is not worth waiting for. */
  readonly waitS: number;
}

export function openDeviceLock(options: LockOptions): DeviceLock {
  const { host, python } = options;
  const { env, progress, signal } = host;
  // A benchmark that runs benchmarks: the one around it holds the lock, and would be waited for in vain.
  const isInside = (env["FINETUNE_BENCH_EVENTS"] ?? "") !== "";
  const warnings = new Set<string>();
  let waitedS = 0;
  let late: string | null = null;
  const run = async (backend: Backend, request: ProcessRequest): Promise<ProcessResult> => {
    if (isInside) return runProcess(request);
    if (late !== null) return notStarted(late);
    const began = Date.now();
    let failed: string | null = null;
    const result = await runProcess({
      ...request,
      file: python,
      args: [...launcher(request, backend, options), request.file, ...request.args],
      onWait(line) {
        const word = wordOf(line);
        if (word.waiting_s !== undefined) progress.line(waitingText(word));
        if (word.warning !== undefined && !warnings.has(word.warning)) {
          warnings.add(word.warning);
          progress.line(`warning: ${unlocked(word.warning)}`);
        }
        late ??= word.late ?? null;
        failed = word.failed ?? null;
        request.onWait?.(line);
      },
    });
    waitedS += Math.max(0, result.startedMs - began) / 1000;
    return failed === null ? result : { ...result, code: null, startError: failed };
  };
  return {
    run,
    async during(backend, work) {
      const released = new AbortController();
      const held = Promise.withResolvers<boolean>();
      const holding = run(backend, {
        file: python,
        args: ["-I", "-S", "-c", "import sys, time; print('held', flush=True); time.sleep(3600)"],
        cwd: host.harness,
        env: measuringEnvironment(env),
        onLine: () => held.resolve(true),
        signal: AbortSignal.any([signal, released.signal]),
      });
      const ended = holding.then(() => held.resolve(false));
      try {
        return (await held.promise) ? await work() : undefined;
      } finally {
        released.abort();
        await ended;
      }
    },
    waitedS: () => waitedS,
    late: () => late,
    warnings: () => [...warnings].map(unlocked),
  };
}

/** Seconds since now that were not spent waiting for the lock. */
export function measuringClock(lock: DeviceLock): () => number {
  const [began, waited] = [performance.now(), lock.waitedS()];
  return () => (performance.now() - began) / 1000 - (lock.waitedS() - waited);
}

/** Where the files of the locks lie: a folder that all users of the machine share, and that outlives jobs. */
export function lockFolderOf(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  const given = env["FINETUNE_BENCH_LOCK_DIR"];
  if (given) return path.resolve(given);
  // Not the temporary folder of a user, which others do not see.
  return platform === "win32" ? (env["PUBLIC"] ?? String.raw`C:\Users\Public`) : "/tmp";
}

/** What stands before the request's own program. */
function launcher(request: ProcessRequest, backend: Backend, { host, waitS }: LockOptions): readonly string[] {
  const locks = locksFor(backend, request.env["CUDA_VISIBLE_DEVICES"]);
  const names = locks.flatMap(({ name, shared }) => [shared ? "--shared" : "--exclusive", name]);
  // Python's own, in a process that was given none.
  const without = "LC_CTYPE" in request.env ? [] : ["--without", "LC_CTYPE"];
  const program = path.join(host.harness, "src", "finetune_bench", "hold.py");
  return ["-I", "-S", program, "--folder", lockFolderOf(host.env), "--wait", String(waitS), ...names, ...without, "--"];
}

const wordSchema = z
  .object({
    waiting_s: z.number(),
    for: z.string(),
    holder: z.int().nullable(),
    warning: z.string(),
    late: z.string(),
    failed: z.string(),
  })
  .partial();
type Word = z.infer<typeof wordSchema>;

function wordOf(line: string): Word {
  try {
    return wordSchema.parse(JSON.parse(line));
  } catch {
    return { warning: `the launcher said what nobody understands: ${line.slice(0, 200)}` };
  }
}

function waitingText({ waiting_s: seconds = 0, for: what = "the devices", holder }: Word): string {
  const who = typeof holder === "number" ? `process ${holder} measures on this machine` : "another job measures on it";
  const since = seconds < 1 ? "" : `, ${formatDuration(seconds)} so far`;
  return `waiting for ${what}: ${who}${since}`;
}

function unlocked(why: string): string {
  return `other jobs of this machine may measure at the same time: ${why}; FINETUNE_BENCH_LOCK_DIR names another folder`;
}
