/** Runs that another program started → the same results as if this one had: events, exits and samples in, records out. */
import type { Backend } from "./backend.ts";
import { controlResult } from "./control-result.ts";
import { readEvents } from "./events.ts";
import { softwareIdentity } from "./identity.ts";
import type { Measured, MeasuredBenchmark, MeasuredRun } from "./measured.ts";
import { observedDisturbances, samplesWithin } from "./observed-run.ts";
import type { BenchmarkResult } from "./result.ts";
import type { DeviceEvent } from "./protocol.ts";
import { makeRunRecord, type MadeRun } from "./run-record.ts";

/** What lies in the folder beside the manifest. */
export interface MeasuredFiles {
  /** In the order of their time. */
  readonly samples: readonly DeviceEvent[];
  readonly gpuCores: number | null;
  /** What a run left: its events file and the last lines of its output; empty where there is none. */
  readonly run: (benchmark: string, number: number) => { readonly events: string; readonly tail: readonly string[] };
}

/** Seconds between the watcher's samples. */
const INTERVAL_S = 1;

export function measuredBenchmarks(measured: Measured, files: MeasuredFiles): BenchmarkResult[] {
  const earlier = new Map<Backend, (readonly DeviceEvent[])[]>();
  const meant = measured.benchmarks.filter(({ state }) => state !== "skipped");
  const started = meant
    .flatMap((benchmark) => benchmark.runs.map((run) => ({ benchmark, run })))
    .sort((a, b) => a.run.started_at_s - b.run.started_at_s);
  // The order in which they ran: what was usual is what earlier runs showed.
  const made = started.map(({ benchmark, run }) => {
    const one = readRun(idOf(benchmark), benchmark, run, files);
    const disturbances = observedDisturbances({ ...one, backend: benchmark.backend, earlier });
    return { benchmark, run: { ...one, record: { ...one.record, disturbances } } };
  });
  return meant.map((benchmark) => {
    const own = made.filter((one) => one.benchmark === benchmark).map(({ run }) => run);
    return resultOf(benchmark, own, measured);
  });
}

export function measuredControl(measured: Measured, files: MeasuredFiles): BenchmarkResult[] {
  return measured.control
    .filter(({ runs }) => runs.length > 0)
    .map(({ backend, runs }) =>
      controlResult(
        backend,
        runs.map((run) => readRun(`control.${backend}`, { backend, work_hash: null }, run, files)),
      ),
    );
}

export function idOf({ title, backend }: Pick<MeasuredBenchmark, "title" | "backend">): string {
  return `${title}.${backend}`;
}

function readRun(
  id: string,
  { backend, work_hash: workHash }: Pick<MeasuredBenchmark, "backend" | "work_hash">,
  { number, started_at_s, duration_s, code, timed_out, cancelled }: MeasuredRun,
  { run, samples: all, gpuCores }: MeasuredFiles,
) {
  const { events: text, tail } = run(id, number);
  const events = readEvents(text);
  // A process that a signal ended has minus its number as its status; a shell adds it to 128.
  const exit = { code: code < 0 ? 128 - code : code, signal: null, timedOut: timed_out, cancelled };
  const startMs = started_at_s * 1000;
  const span = { startMs, endMs: startMs + duration_s * 1000, intervalS: INTERVAL_S };
  const samples = samplesWithin(all, span);
  const made: MadeRun = makeRunRecord({
    kind: "harness",
    events,
    exit: { ...exit, durationS: duration_s, tail },
    expected: { benchmark: id, workHash, backend },
    number,
    gpuCores,
    samples,
  });
  return { ...made, events: events.events, samples };
}

function resultOf(benchmark: MeasuredBenchmark, runs: readonly MadeRun[], measured: Measured): BenchmarkResult {
  const ok = runs.filter(({ record }) => record.outcome.status === "ok");
  const environment = ok.find((run) => run.environment !== null)?.environment ?? null;
  return {
    id: idOf(benchmark),
    title: benchmark.title,
    backend: benchmark.backend,
    work_hash: benchmark.work_hash,
    comparison_class: benchmark.comparison_class,
    hyperparameters: benchmark.hyperparameters,
    software: environment === null ? null : softwareIdentity(environment),
    metrics: [...(ok.at(-1)?.metrics ?? [])],
    runs: runs.map(({ record }) => record),
    status: statusOf(benchmark, runs, measured),
    paired: null,
  };
}

/** What its runs show stands above what the manifest says of it. */
function statusOf(
  { state, message }: MeasuredBenchmark,
  runs: readonly MadeRun[],
  { repeats }: Measured,
): BenchmarkResult["status"] {
  const failed = runs.map(({ record }) => record.outcome).find((outcome) => outcome.status === "failed");
  if (failed?.status === "failed") return { state: "failed", reason: failed.reason, message: failed.message };
  if (state === "failed") return { state: "failed", reason: "bad-order", message };
  if (state === "cut") return { state: "cut", message };
  if (runs.length >= repeats) return { state: "complete" };
  return { state: "cut", message: `${runs.length} of ${repeats} runs were measured before it ended` };
}
