/** What the machine itself says in the scenes: control findings, disturbances, a qualification. */
import type { ControlFinding } from "../../src/core/comparison.ts";
import { identity } from "../../src/core/identity.ts";
import type { Qualification, QualifiedBenchmark } from "../../src/core/qualification.ts";
import { builtinMetric } from "../../src/core/registry.ts";
import type { BenchmarkResult, Disturbance } from "../../src/core/result.ts";
import { lora, matmul } from "./report-benchmarks.ts";
import { RUNNER } from "./report-fixtures.ts";

const STEP_TIME = builtinMetric("step_time", "torch-cuda", true);

export const STEADY_CUDA: ControlFinding = {
  backend: "torch-cuda",
  state: "steady",
  metric: STEP_TIME,
  effect: 0.002,
  interval: [-0.009, 0.013],
  jobs: 24,
  reason: null,
};
export const STEADY: readonly ControlFinding[] = [STEADY_CUDA];

export const MOVED_CUDA: ControlFinding = {
  ...STEADY_CUDA,
  state: "moved",
  effect: 0.031,
  interval: [0.019, 0.043],
};

export const UNKNOWN_CPU: ControlFinding = {
  backend: "torch-cpu",
  state: "unknown",
  metric: null,
  effect: null,
  interval: null,
  jobs: 1,
  reason: "only 1 of the 3 jobs needed hold a control of this machine to compare with",
};

export const SLOW_CLOCK: Disturbance = {
  kind: "clock",
  message: "clock 1,410 MHz under load, 1,980 MHz in the other runs",
};
export const NEIGHBOUR: Disturbance = {
  kind: "foreign-process",
  message: "another program was on the accelerator in 4 of 20 samples over 12 s",
};

/** The same benchmark, some of its runs disturbed. */
export function disturbed(
  whole: BenchmarkResult,
  found: Readonly<Record<number, readonly Disturbance[]>>,
): BenchmarkResult {
  return { ...whole, runs: whole.runs.map((run) => ({ ...run, disturbances: [...(found[run.number] ?? [])] })) };
}

/** The control workload as a job holds it: one run before, one after. */
export function controlRuns(found: Readonly<Record<number, readonly Disturbance[]>> = {}): BenchmarkResult {
  const runs = lora.runs.slice(0, 2);
  return disturbed({ ...lora, id: "control.torch-cuda", title: "control", metrics: [STEP_TIME], runs }, found);
}

function qualified({ id, title, backend }: BenchmarkResult, smallest: number): QualifiedBenchmark {
  return {
    benchmark: id,
    title,
    backend,
    run_cv: 0.006,
    drift: 0.001,
    smallest_4_pairs: smallest,
    smallest_10_pairs: smallest * 0.6,
    unchanged: "no-change",
    injected: {
      slowdown: 0.05,
      effect: -0.049,
      interval: [-0.055, -0.043],
      verdict: "regression",
      pairs: 4,
      caught: true,
    },
    clear_s: 62,
    confirm_s: 210,
  };
}

export const QUALIFICATION: Qualification = {
  schema: 1,
  version: "0.1.0",
  runner_key: RUNNER,
  made_at: "2026-02-20T08:00:00Z",
  suite: "finetune-bench.yml",
  machine: identity({ device: "NVIDIA GeForce RTX 4090" }),
  benchmarks: [qualified(lora, 0.018), qualified(matmul, 0.012)],
  disturbances: [],
  measured_s: 1900,
};
