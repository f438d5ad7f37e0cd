/** Runs the control workload of a job's backends: fixed work, so that a change of its speed is a change of the machine. */
import { readFile, rename } from "node:fs/promises";
import path from "node:path";
import { isCpu, type Backend } from "../core/backend.ts";
import { controlResult, type ControlRun } from "../core/control-result.ts";
import { readEvents } from "../core/events.ts";
import type { BenchmarkResult } from "../core/result.ts";
import { makeRunRecord } from "../core/run-record.ts";
import type { DeviceLock } from "./device-lock.ts";
import { harnessUnder, runControl } from "./harness.ts";
import type { Host } from "./host.ts";
import { endLeftovers } from "./leftovers.ts";
import { makeFolder } from "./make-folder.ts";
import type { Ready } from "./ready.ts";
import type { Watch } from "./watch.ts";

export interface ControlBackend {
  readonly backend: Backend;
  /** The interpreter with the framework; null where there is none: then the control runs in Python alone. */
  readonly python: string | null;
}

export interface ControlJob {
  readonly host: Pick<Host, "harness" | "cache" | "env" | "signal" | "progress">;
  /** The machine's own Python. */
  readonly python: string;
  readonly backends: readonly ControlBackend[];
  /** The results folder. */
  readonly results: string;
  /** Null: nothing watches the machine. */
  readonly watch: Watch | null;
  readonly lock: DeviceLock;
}

export interface Control {
  /**
   * Runs the control of every backend once. A failed one is a value: it never fails the job.
   *
   * @param number from 1: before the benchmarks, after them, after the pairs
   */
  measure(number: number): Promise<void>;
  /** `control.<backend>`, its runs in the order they were made; none for a backend whose control never ran. */
  results(): BenchmarkResult[];
}

/** What a user's own program without requirements most likely runs under. */
const ON_PATH = "python";
/** Importing a framework from a cold disk takes the longest part of it. */
const TIMEOUT_S = 180;

interface State {
  readonly backend: Backend;
  /** Null: from now on in Python alone. */
  framework: string | null;
  readonly runs: ControlRun[];
}

/**
 * What the benchmarks of a job run on: one entry for each backend, with the interpreter of its workloads where it has any.
 *
 * Packages of a user's own program change with the program, and a processor needs none of them. An accelerator is reached by
 * a framework alone: there that of the program has to do, and where its version changes, nothing is compared.
 */
export function controlBackends(ready: readonly Ready[]): ControlBackend[] {
  const backends = new Set(ready.map(({ planned }) => planned.backend));
  return [...backends].map((backend) => {
    const own = ready.filter(({ planned }) => planned.backend === backend);
    const workload = own.find(({ planned }) => "workload" in planned.entry);
    if (workload !== undefined) return { backend, python: workload.environment.python };
    if (isCpu(backend)) return { backend, python: null };
    const found = own.map(({ environment }) => environment.python).find((python) => python !== null);
    return { backend, python: found ?? ON_PATH };
  });
}

export function openControl(job: ControlJob): Control {
  const states = job.backends.map(({ backend, python }): State => ({ backend, framework: python, runs: [] }));
  return {
    async measure(number) {
      for (const state of states) if (!isOver(job)) await measureOnce(state, number, job);
    },
    results: () =>
      states.filter(({ runs }) => runs.length > 0).map(({ backend, runs }) => controlResult(backend, runs)),
  };
}

function isOver({ host, lock }: ControlJob): boolean {
  return host.signal.aborted || lock.late() !== null;
}

async function measureOnce(state: State, number: number, job: ControlJob): Promise<void> {
  const run = await runOnce(state, number, job);
  // A control that others kept from its turn says nothing of the machine.
  if (job.lock.late() !== null) return;
  const isBroken = run.record.outcome.status === "failed" && !job.host.signal.aborted;
  if (!isBroken || state.framework === null || state.runs.length > 0) {
    state.runs.push(run);
    return;
  }
  // The whole job's control does the same work: only a first run may change what that is.
  const [from, to] = [filesOf(state, number, job), filesOf(state, number, job, "failed")];
  await rename(from.events, to.events).catch(() => {});
  await rename(from.log, to.log).catch(() => {});
  state.framework = null;
  state.runs.push(await runOnce(state, number, job));
}

function filesOf({ backend }: State, number: number, { results }: ControlJob, name = "head") {
  const folder = path.join(results, "runs", `control.${backend}`);
  return {
    folder,
    events: path.join(folder, `${name}-${number}.jsonl`),
    log: path.join(folder, `${name}-${number}.log`),
  };
}

async function runOnce(state: State, number: number, job: ControlJob): Promise<ControlRun> {
  const { backend, framework } = state;
  const { host, python, watch, lock } = job;
  const { folder, events: file, log } = filesOf(state, number, job);
  await makeFolder(folder);
  const harness = harnessUnder(host, framework ?? python);
  const ended = await runControl(harness, {
    backend,
    stdlib: framework === null,
    events: file,
    log,
    timeoutS: TIMEOUT_S,
    onLine: host.progress.output,
    lock,
  });
  const { startedMs: startMs } = ended;
  const endMs = Date.now();
  await endLeftovers("FINETUNE_BENCH_EVENTS", file);
  const events = readEvents(await readFile(file, "utf8").catch(() => ""));
  const made = makeRunRecord({
    kind: "harness",
    events,
    exit: { ...ended, timeoutS: TIMEOUT_S },
    expected: { benchmark: `control.${backend}`, workHash: null, backend },
    number,
  });
  return { ...made, events: events.events, samples: watch?.between(startMs, endMs) ?? [] };
}
