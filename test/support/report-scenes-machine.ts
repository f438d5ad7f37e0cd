/** Reports about the machine and the default branch: a control that moved, disturbed runs, an old baseline, change points. */
import type { ChangePoint, Comparison } from "../../src/core/comparison.ts";
import { builtinMetric } from "../../src/core/registry.ts";
import type { BenchmarkResult } from "../../src/core/result.ts";
import { all, DRIVER_MOVED, HOSTILE, lora, matmul, mine, quiet, quietBut } from "./report-benchmarks.ts";
import { BASELINE, benchmark, compared, PUSH, type Scene } from "./report-fixtures.ts";
import {
  controlRuns,
  disturbed,
  MOVED_CUDA,
  NEIGHBOUR,
  SLOW_CLOCK,
  STEADY,
  STEADY_CUDA,
  UNKNOWN_CPU,
} from "./report-machine.ts";

/** As the judge leaves the speeds of a machine that moved. */
function withoutVerdict(rows: readonly Comparison[]): Comparison[] {
  return rows.map((row) =>
    row.metric?.class === "throughput" && row.backend === "torch-cuda"
      ? {
          ...row,
          verdict: "inconclusive",
          effect: null,
          interval: null,
          p: null,
          reason: "the machine moved: control workload 3.1 % slower than its history",
        }
      : row,
  );
}

const onCpu = benchmark("lora-alpaca-tinyllama.strict.tiny", "torch-cpu", {
  tokens_per_second: 2741,
  final_loss: 5.41,
});

/** Nothing was judged against a history that is too old, and nothing was measured instead. */
const tooOld: readonly Comparison[] = quiet.map((row) => ({
  ...row,
  verdict: "no-baseline",
  base: null,
  effect: null,
  interval: null,
  p: null,
  reason: "the newest stored job is 45 days old, and the suite judges against none older than 30 days",
}));
const OLD = { ...BASELINE, newest_at: "2026-01-18T10:00:00Z", stale: true };

function changePoint({ id, title, backend, metrics }: BenchmarkResult, change: Partial<ChangePoint>): ChangePoint {
  return {
    benchmark: id,
    title,
    backend,
    metric: metrics[0] ?? builtinMetric("step_time", backend, true),
    last_good: "1111111aaaabbbbccccddddeeeeffff000011112",
    first_bad: "abc1234aaaabbbbccccddddeeeeffff000011112",
    at: "2026-02-27T02:14:00Z",
    verdict: "regression",
    effect: -0.052,
    interval: [-0.061, -0.043],
    p: 1e-6,
    jobs: 6,
    pending: false,
    stands: true,
    series: [19330, 19410, 19280, 19350, 19300, 19390, 18350, 18290, 18340, 18310, 18360, 18320],
    ...change,
  };
}

export const SLOWED = changePoint(lora, {});
const SPED_UP = changePoint(mine, {
  last_good: null,
  first_bad: "2222222aaaabbbbccccddddeeeeffff000011112",
  at: "2026-01-30T02:14:00Z",
  verdict: "improvement",
  stands: false,
  effect: -0.113,
  interval: [-0.121, -0.105],
  jobs: 31,
});
const nightly: Pick<Scene, "benchmarks" | "comparisons" | "job" | "recorded"> = {
  benchmarks: all,
  comparisons: quiet,
  job: { ...PUSH, event: "schedule" },
  recorded: "yes",
};

const hostile = benchmark(`${HOSTILE} nightly`, "torch-cuda", { tokens_per_second: 100 });

export const MACHINE_SCENES = {
  "machine-moved": {
    benchmarks: [lora, matmul, mine],
    comparisons: withoutVerdict(quiet),
    control: [MOVED_CUDA],
    result: { control: [controlRuns({ 1: [SLOW_CLOCK], 2: [SLOW_CLOCK] })] },
  },
  "machine-moved-since": {
    benchmarks: [...all, onCpu],
    comparisons: [
      ...withoutVerdict(quiet),
      compared(onCpu, "tokens_per_second", "no-change", { base: 2750, half: 0.02 }),
    ],
    control: [MOVED_CUDA, { ...STEADY_CUDA, backend: "torch-cpu" }],
    differences: [DRIVER_MOVED],
  },
  "machine-moved-beside-a-regression": {
    benchmarks: [...all, onCpu],
    comparisons: [
      ...withoutVerdict(quiet),
      compared(onCpu, "tokens_per_second", "regression", { base: 3010, half: 0.02, unconfirmed: true }),
    ],
    control: [MOVED_CUDA, UNKNOWN_CPU],
  },
  "disturbed-runs": {
    benchmarks: [disturbed(lora, { 1: [SLOW_CLOCK], 3: [SLOW_CLOCK, NEIGHBOUR] }), matmul, mine],
    comparisons: quiet,
    control: STEADY,
    job: PUSH,
    recorded: "yes",
    result: { control: [controlRuns({ 2: [NEIGHBOUR] })] },
  },
  "stale-baseline": { benchmarks: all, comparisons: tooOld, baseline: OLD },
  "stale-baseline-renewed": { benchmarks: all, comparisons: tooOld, baseline: OLD, job: PUSH, recorded: "yes" },
  "change-point": { ...nightly, changePoints: [SLOWED, SPED_UP] },
  "change-point-pending": {
    ...nightly,
    comparisons: quietBut(
      compared(lora, "tokens_per_second", "regression", { base: 19010, half: 0.017, unconfirmed: true }),
    ),
    changePoints: [{ ...SLOWED, pending: true, stands: false, jobs: 2, at: "2026-03-03T02:14:00Z" }],
  },
  "change-points-of-old": {
    ...nightly,
    changePoints: [
      changePoint(lora, { ...SLOWED, verdict: "improvement", effect: 0.055, interval: [0.046, 0.064], jobs: 4 }),
      { ...SLOWED, first_bad: "3333333aaaabbbbccccddddeeeeffff000011112", at: "2026-02-01T02:14:00Z", jobs: 5 },
      { ...SPED_UP, verdict: "regression", effect: 0.113, interval: [0.105, 0.121] },
    ],
  },
  "hostile-machine": {
    benchmarks: [disturbed(hostile, { 1: [{ kind: "foreign-process", message: `${HOSTILE}\n# heading` }] })],
    comparisons: [compared(hostile, "tokens_per_second", "no-change", { base: 101, half: 0.01 })],
    control: [{ ...UNKNOWN_CPU, reason: HOSTILE }, MOVED_CUDA],
    changePoints: [changePoint(hostile, { last_good: "--upload-pack=x", first_bad: `@octocat ${HOSTILE}` })],
    job: PUSH,
    recorded: "yes",
  },
} as const satisfies Readonly<Record<string, Scene>>;
