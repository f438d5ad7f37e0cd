/** One process of one benchmark: started, watched, ended, and its events made into a run record. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { isCpu, type Backend } from "../core/backend.ts";
import type { Identity } from "../core/environment.ts";
import { readEvents } from "../core/events.ts";
import { installedSoftware, softwareIdentity, withVariables } from "../core/identity.ts";
import type { Metric } from "../core/metrics.ts";
import { observedDisturbances } from "../core/observed-run.ts";
import type { DeviceEvent } from "../core/protocol.ts";
import type { RunRecord } from "../core/result.ts";
import { makeRunRecord, type MadeRun } from "../core/run-record.ts";
import { measuringEnvironment } from "./child-environment.ts";
import type { DeviceLock } from "./device-lock.ts";
import { runOrder, type Harness } from "./harness.ts";
import type { Environment } from "./job-context.ts";
import { endLeftovers } from "./leftovers.ts";
import { makeFolder } from "./make-folder.ts";
import type { ProcessResult } from "./process.ts";
import type { Progress } from "./progress.ts";
import type { Ready } from "./ready.ts";
import type { Watch } from "./watch.ts";

/** Who looks at the machine and keeps others off it during the runs of a job, and what was seen during the earlier ones. */
export interface Observation {
  readonly watch: Watch | null;
  readonly lock: DeviceLock;
  /** Of the accelerator, where its name does not tell them. */
  readonly gpuCores: number | null;
  /** By backend. */
  readonly earlier: Map<Backend, (readonly DeviceEvent[])[]>;
}

/** Where and under what the runs of one side take place. */
export interface Bench {
  readonly harness: (python: string) => Harness;
  /** The variables this program was started with; a measured process gets an allow-list of them. */
  readonly env: Environment;
  /** Where a user's own command runs. */
  readonly workspace: string;
  readonly results: string;
  readonly observation: Observation;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface RunRequest {
  readonly ready: Ready;
  readonly side: "head" | "base";
  /** Names its files and tells the program which repeat it is; 0 is a warm-up that nobody reads. */
  readonly number: number;
  /** Seconds that are left for it; the benchmark's own limit may be shorter. */
  readonly leftS: number;
  /** Variables above those of the suite. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface DoneRun {
  readonly record: RunRecord;
  /** Empty for a failed run. */
  readonly metrics: readonly Metric[];
  /** Null where the run failed, or said nothing of its software. */
  readonly software: Identity | null;
  /** It was stopped because `leftS` was over, or not begun because others held the devices: nobody's fault. */
  readonly outOfTime: boolean;
}

const THREAD_VARIABLES = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"];

export async function runBenchmark(request: RunRequest, bench: Bench): Promise<DoneRun> {
  const { ready, side, number, leftS } = request;
  const { planned, workHash } = ready;
  const folder = path.join(bench.results, "runs", planned.id);
  await makeFolder(folder);
  const events = path.join(folder, `${side}-${number}.jsonl`);
  const log = path.join(folder, `${side}-${number}.log`);
  const timeoutS = Math.min(planned.entry.timeout, leftS);
  const variables = {
    ...planned.entry.env,
    ...request.env,
    FINETUNE_BENCH_BACKEND: planned.backend,
    FINETUNE_BENCH_REPEAT: String(number),
    FINETUNE_BENCH_SIDE: side,
    FINETUNE_BENCH_EVENTS: events,
  };
  const ended = await start(ready, { events, log, timeoutS, env: variables }, bench);
  const { startedMs: startMs } = ended;
  const endMs = Date.now();
  await endLeftovers("FINETUNE_BENCH_EVENTS", events);
  const read = readEvents(await readFile(events, "utf8").catch(() => ""));
  const { watch, earlier, lock } = bench.observation;
  const samples = watch?.between(startMs, endMs) ?? [];
  const made = makeRunRecord({
    kind: "workload" in planned.entry ? "harness" : "command",
    events: read,
    exit: { ...ended, timeoutS },
    expected: { benchmark: planned.id, workHash, backend: planned.backend },
    number,
    gpuCores: bench.observation.gpuCores,
    samples,
  });
  const observed = { record: made.record, events: read.events, backend: planned.backend, samples, earlier };
  const isOk = made.record.outcome.status === "ok";
  return {
    record: { ...made.record, disturbances: observedDisturbances(observed) },
    metrics: made.metrics,
    software: isOk ? softwareOf(ready, made.environment) : null,
    outOfTime: lock.late() !== null || (ended.timedOut && leftS < planned.entry.timeout),
  };
}

interface Files {
  readonly events: string;
  readonly log: string;
  readonly timeoutS: number;
  readonly env: Record<string, string>;
}

function start({ planned, order, environment }: Ready, files: Files, bench: Bench): Promise<ProcessResult> {
  const { entry, backend, id } = planned;
  const onLine = bench.progress.output;
  const { lock } = bench.observation;
  if ("workload" in entry) {
    if (order === null || environment.python === null) throw new Error(`${id} was run before it was ready`);
    return runOrder(bench.harness(environment.python), { order, backend, benchmark: id, onLine, lock, ...files });
  }
  const [file = "", ...args] = entry.command;
  const threads = isCpu(backend) ? Object.fromEntries(THREAD_VARIABLES.map((name) => [name, "1"])) : {};
  const env = measuringEnvironment(bench.env, { ...threads, ...files.env });
  if (environment.python !== null) {
    env["PATH"] = [path.dirname(environment.python), env["PATH"] ?? ""].join(path.delimiter);
    env["VIRTUAL_ENV"] = path.dirname(path.dirname(environment.python));
  }
  const { workspace: cwd, signal } = bench;
  const { log, timeoutS } = files;
  return lock.run(backend, { file, args, cwd, env, log, timeoutS, signal, onLine });
}

/** A bump of a requirement is other software, also where the program says nothing of its packages. */
function softwareOf({ planned, environment }: Ready, reported: MadeRun["environment"]): Identity | null {
  if (!("workload" in planned.entry) && environment.versions !== null) {
    return installedSoftware(environment.versions, reported);
  }
  if (reported === null) return null;
  const software = softwareIdentity(reported);
  return "workload" in planned.entry ? withVariables(software, planned.entry.env) : software;
}
