/** Job results out of a few numbers, for everything that reads stored ones. */
import type { Backend } from "../../src/core/backend.ts";
import { identity } from "../../src/core/identity.ts";
import type { Metric } from "../../src/core/metrics.ts";
import { builtinMetric } from "../../src/core/registry.ts";
import type { BenchmarkResult, Job, JobResult, RunRecord } from "../../src/core/result.ts";
import { JUDGE_DEFAULTS, NOTHING_MORE } from "./judge-defaults.ts";

const BACKEND: Backend = "torch-cpu";

export const TOKENS: Metric = builtinMetric("tokens_per_second", BACKEND, true);
export const MEMORY: Metric = builtinMetric("peak_memory", BACKEND);
export const LOSS: Metric = builtinMetric("final_loss", BACKEND);
export const STEP_TIME: Metric = builtinMetric("step_time", BACKEND);

/** Metric → its value in each run. */
export type Column = readonly [Metric, readonly number[]];

export function runRecord(number: number, values: Record<string, number>): RunRecord {
  return {
    number,
    outcome: { status: "ok" },
    values,
    steps: 23,
    warmup_steps: 3,
    loss_hash: null,
    duration_s: 5,
    phases: {},
    warnings: [],
    disturbances: [],
  };
}

/** A complete benchmark `title.torch-cpu`. */
export function benchmark(columns: readonly Column[], overrides: Partial<BenchmarkResult> = {}): BenchmarkResult {
  const count = Math.max(0, ...columns.map(([, values]) => values.length));
  const title = overrides.title ?? "lora";
  return {
    id: `${title}.${BACKEND}`,
    title,
    backend: BACKEND,
    work_hash: "a".repeat(64),
    comparison_class: "strict",
    hyperparameters: { rows: 256, max_length: 128 },
    software: identity({ python: "3.12", torch: "2.13.0" }),
    metrics: columns.map(([metric]) => metric),
    runs: Array.from({ length: count }, (_, run) =>
      runRecord(
        run + 1,
        Object.fromEntries(
          columns.flatMap(([{ name }, values]) => {
            const value = values[run];
            return value === undefined ? [] : [[name, value]];
          }),
        ),
      ),
    ),
    status: { state: "complete" },
    paired: null,
    ...overrides,
  };
}

/** The job of one day of January 2026. */
export function jobResult(
  day: number,
  benchmarks: readonly BenchmarkResult[],
  overrides: Partial<Omit<JobResult, "job">> & { job?: Partial<Job> } = {},
): JobResult {
  const { job, ...rest } = overrides;
  const date = `2026-01-${String(day).padStart(2, "0")}`;
  return {
    schema: 1,
    version: "0.1.0",
    runner_key: "box-1a2b",
    machine: identity({ model: "X670E", os: "linux", os_release: "24.04" }),
    drift: {},
    suite: { name: "finetune-bench.yml", repeats: 3, min_effect: 0.02, max_tolerated: 0.05, ...JUDGE_DEFAULTS },
    benchmarks: [...benchmarks],
    ...NOTHING_MORE,
    measured_s: 60,
    warnings: [],
    ...rest,
    job: {
      repository: "owner/name",
      run_id: `${day}00`,
      attempt: 1,
      event: "push",
      ref: "refs/heads/main",
      sha: String(day).padStart(40, "0"),
      dirty: false,
      pull_request: null,
      run_url: null,
      started_at: `${date}T08:00:00Z`,
      finished_at: `${date}T08:10:00Z`,
      ...job,
    },
  };
}
