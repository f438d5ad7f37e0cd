/** Small builders of whole reports out of real types, through `buildReport` and `decideGate`: the inputs of the goldens. */
import type { Backend } from "../../src/core/backend.ts";
import { buildReport, type ReportInput } from "../../src/core/build-report.ts";
import type { BaselineSummary, Comparison } from "../../src/core/comparison.ts";
import { decideGate, type FailOn } from "../../src/core/gate.ts";
import { joinReports } from "../../src/core/join-reports.ts";
import type { JointReport } from "../../src/core/joint.ts";
import { identity } from "../../src/core/identity.ts";
import { builtinMetric, type MetricName } from "../../src/core/registry.ts";
import type { Report } from "../../src/core/report.ts";
import type { BenchmarkResult, FailureReason, JobResult, RunRecord } from "../../src/core/result.ts";
import { JUDGE_DEFAULTS, NOTHING_MORE } from "./judge-defaults.ts";

export const RUNNER = "nvidia-rtx-4090-91c0";
export const SHA = "9f8e7d6c5b4a39281706f5e4d3c2b1a098765432";

const MACHINE = {
  model: "X670E",
  device: "NVIDIA GeForce RTX 4090",
  memory: "64 GB",
  os: "linux",
  os_release: "24.04",
  driver_major: "580",
  power_mode: "normal",
  hardware: "5d41402abc4b2a76b9719d911017c5925d41402abc4b2a76b9719d911017c592",
};

const SOFTWARE: Readonly<Record<"mlx" | "torch", Readonly<Record<string, string>>>> = {
  torch: { python: "3.12", torch: "2.13.0", "torch wheel": "cp312-cp312-manylinux_2_28_x86_64", numpy: "2.3.4" },
  mlx: { python: "3.12", mlx: "0.31.2", "mlx-lm": "0.31.3", numpy: "2.3.4" },
};

type Values = Partial<Record<MetricName, number>>;

/** A complete benchmark whose three runs lie evenly around `values`. The first of them is its primary metric. */
export function benchmark(title: string, backend: Backend, values: Values): BenchmarkResult {
  const names = Object.keys(values).filter((name): name is MetricName => name in values);
  const framework = backend.startsWith("mlx-") ? "mlx" : "torch";
  return {
    id: `${title}.${backend}`,
    title,
    backend,
    work_hash: identity({ title }).hash,
    comparison_class: "strict",
    hyperparameters: { rows: 256, batch_size: 4 },
    software: identity({ ...SOFTWARE[framework], ...(backend === "mlx-cpu" ? { blas: "OpenBLAS 0.3.26" } : {}) }),
    metrics: names.map((name, index) => builtinMetric(name, backend, index === 0)),
    runs: [0.998, 1, 1.002].map((factor, index) => run(index + 1, values, factor)),
    status: { state: "complete" },
    paired: null,
  };
}

function run(number: number, values: Values, factor: number): RunRecord {
  return {
    number,
    outcome: { status: "ok" },
    values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value * factor])),
    steps: 23,
    warmup_steps: 3,
    loss_hash: null,
    duration_s: 12.4,
    phases: { load_weights: 1.2 },
    warnings: [],
    disturbances: [],
  };
}

/** The same benchmark after its second run died. */
export function failing(whole: BenchmarkResult, reason: FailureReason, message: string): BenchmarkResult {
  const [first, second] = whole.runs;
  const died = { ...second, outcome: { status: "failed", reason, message } as const, values: {}, duration_s: 12.1 };
  const runs = first === undefined || second === undefined ? [] : [first, { ...second, ...died }];
  return { ...whole, runs, status: { state: "failed", reason, message } };
}

interface Against {
  readonly base: number;
  /** Half the width of the 99 % interval. */
  readonly half?: number;
  readonly unconfirmed?: boolean;
  readonly blind?: number;
  readonly jobs?: number;
  /** Interleaved pairs; `base` was then measured today. */
  readonly pairs?: number;
  readonly shift?: number;
  readonly accepted?: Comparison["accepted"];
  readonly reason?: string;
  readonly trend?: readonly number[];
}

function isSpeed(name: MetricName): boolean {
  return name === "step_time" || name.endsWith("_per_second");
}

/** Stored jobs around `base`, then this one: speeds waver by half a per cent, everything else not at all. */
function trendTo(value: number, name: MetricName, against: Against | null): number[] {
  if (against === null) return [value];
  const jobs = Array.from({ length: against.jobs ?? 24 }, (_, index) => {
    const share = isSpeed(name) ? 0.005 * Math.sin(index * 2.4) : 0;
    return Number((against.base * (1 + share)).toPrecision(6));
  });
  return [...jobs, value].slice(-30);
}

/** A comparison of one of the benchmark's metrics with a stored value. */
export function compared(
  { id, title, backend, comparison_class, metrics, runs }: BenchmarkResult,
  name: MetricName,
  verdict: Comparison["verdict"],
  against: Against | null = null,
): Comparison {
  const metric = metrics.find((candidate) => candidate.name === name);
  const value = runs[1]?.values[name];
  if (metric === undefined || value === undefined) throw new Error(`${id} has no ${name}`);
  const effect = against === null ? null : value / against.base - 1;
  const half = against?.half;
  const pairs = against?.pairs ?? 0;
  return {
    benchmark: id,
    title,
    backend,
    comparison_class,
    metric,
    verdict,
    unconfirmed: against?.unconfirmed ?? false,
    base:
      against === null
        ? null
        : { value: against.base, spread: isSpeed(name) ? 0.006 : 0, count: pairs > 0 ? pairs : (against.jobs ?? 24) },
    head: { value, spread: isSpeed(name) ? 0.002 : 0, count: pairs > 0 ? pairs : runs.length },
    trend: [...(against?.trend ?? trendTo(value, name, against))],
    effect,
    interval: effect === null || half === undefined ? null : [effect - half, effect + half],
    p: half === undefined ? null : 0.004,
    smallest_detectable: against?.blind ?? null,
    pairs,
    accepted: against?.accepted ?? null,
    environment_shift: against?.shift ?? null,
    differences: [],
    reason: against?.reason ?? null,
    warnings: [],
  };
}

/** What stands for a benchmark that measured nothing. */
export function comparedAsFailed({ id, title, backend, status }: BenchmarkResult): Comparison {
  return {
    benchmark: id,
    title,
    backend,
    comparison_class: "strict",
    metric: null,
    verdict: "failed",
    unconfirmed: false,
    base: null,
    head: null,
    trend: [],
    effect: null,
    interval: null,
    p: null,
    smallest_detectable: null,
    pairs: 0,
    accepted: null,
    environment_shift: null,
    differences: [],
    reason: status.state === "failed" ? status.message : null,
    warnings: [],
  };
}

export const BASELINE: BaselineSummary = {
  jobs: 24,
  newest_sha: "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678",
  newest_at: "2026-03-02T09:12:00Z",
  stale: false,
};

const JOB: JobResult["job"] = {
  repository: "acme/trainer",
  run_id: "8412345678",
  attempt: 1,
  event: "pull_request",
  ref: "refs/pull/42/merge",
  sha: SHA,
  dirty: false,
  pull_request: 42,
  run_url: "https://github.com/acme/trainer/actions/runs/8412345678",
  started_at: "2026-03-04T10:00:00Z",
  finished_at: "2026-03-04T10:13:20Z",
};

/** Jobs that are no pull request. */
export const PUSH: Partial<JobResult["job"]> = { event: "push", ref: "refs/heads/main", pull_request: null };
export const LOCAL: Partial<JobResult["job"]> = {
  event: "local",
  ref: "main",
  repository: "trainer",
  run_id: "20260304T100000Z",
  pull_request: null,
  run_url: null,
};

export interface Scene extends Partial<
  Pick<
    ReportInput,
    | "baseline"
    | "differences"
    | "control"
    | "changePoints"
    | "qualification"
    | "recorded"
    | "warnings"
    | "historyUnread"
    | "storeFaults"
  >
> {
  readonly benchmarks: readonly BenchmarkResult[];
  readonly comparisons: readonly Comparison[];
  readonly job?: Partial<JobResult["job"]>;
  readonly result?: Partial<JobResult>;
  readonly failOn?: readonly FailOn[];
}

export function resultOf({ benchmarks, job, result }: Pick<Scene, "benchmarks" | "job" | "result">): JobResult {
  return {
    schema: 1,
    version: "0.1.0",
    job: { ...JOB, ...job },
    runner_key: RUNNER,
    machine: identity(MACHINE),
    drift: { kernel: "6.8.0-45-generic", driver: "580.65.06", gpu_temperature_c: 41 },
    suite: { name: "finetune-bench.yml", repeats: 3, min_effect: 0.02, max_tolerated: 0.05, ...JUDGE_DEFAULTS },
    benchmarks: [...benchmarks],
    ...NOTHING_MORE,
    measured_s: 322,
    warnings: [],
    ...result,
  };
}

export function reportOf(scene: Scene): Report {
  const result = resultOf(scene);
  return buildReport({
    result,
    comparisons: scene.comparisons,
    baseline: scene.baseline === undefined ? BASELINE : scene.baseline,
    differences: scene.differences ?? [],
    gate: decideGate(scene.comparisons, new Set(scene.failOn ?? ["regression", "failed"])),
    control: scene.control ?? [],
    changePoints: scene.changePoints ?? [],
    qualification: scene.qualification ?? null,
    recorded: scene.recorded ?? "no",
    historyUnread: scene.historyUnread ?? false,
    storeFaults: scene.storeFaults ?? [],
    ...(scene.warnings === undefined ? {} : { warnings: scene.warnings }),
    ...(result.job.event === "local" ? {} : { artifactUrl: `${JOB.run_url}/artifacts/2233445566` }),
  });
}

/** As the job of one runner publishes it. */
export function jointOf(report: Report, failOn: readonly FailOn[] = ["regression", "failed"]): JointReport {
  return joinReports([report], new Set(failOn));
}
