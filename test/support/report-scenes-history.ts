/** Reports of jobs that were judged against history alone. The numbers are invented; the form is what the goldens fix. */
import type { Comparison } from "../../src/core/comparison.ts";
import type { BenchmarkResult } from "../../src/core/result.ts";
import {
  benchmark,
  BASELINE,
  compared,
  comparedAsFailed,
  failing,
  LOCAL,
  PUSH,
  type Scene,
} from "./report-fixtures.ts";
import {
  all,
  DRIVER_MOVED,
  GIB,
  HOSTILE,
  lora,
  MACHINE_MOVED,
  matmul,
  mine,
  quiet,
  quietBut,
  SOFTWARE_MOVED,
  WORK_MOVED,
} from "./report-benchmarks.ts";
import { JUDGE_DEFAULTS } from "./judge-defaults.ts";
import { disturbed, SLOW_CLOCK } from "./report-machine.ts";

const first: Pick<Scene, "benchmarks" | "comparisons" | "baseline"> = {
  benchmarks: all,
  comparisons: quiet.map((row) => ({
    ...row,
    verdict: "no-baseline",
    base: null,
    trend: row.trend.slice(-1),
    effect: null,
    interval: null,
    p: null,
  })),
  baseline: null,
};

/** Results are stored, and none of them serves as a baseline. */
function starved(rows: readonly Comparison[], count: number): Comparison[] {
  return rows.map((row) => ({
    ...row,
    verdict: "no-baseline",
    base: null,
    trend: row.trend.slice(-1),
    effect: null,
    interval: null,
    p: null,
    reason: `all ${count} stored results of it were disturbed or incomplete, and such a result is never judged against`,
  }));
}

const slow = (whole: BenchmarkResult): BenchmarkResult => disturbed(whole, { 1: [SLOW_CLOCK], 2: [SLOW_CLOCK] });
const slowed = slow(lora);

const MEMORY_ERROR = `Traceback (most recent call last):
  File "/opt/finetune_bench/loop.py", line 88, in step
    loss.backward()
torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.50 GiB.`;
const died = failing(lora, "out-of-memory", MEMORY_ERROR);

/** All of them with the same fields changed, as a new library version does it. */
function incomparable(rows: readonly Comparison[], difference: Comparison["differences"][number]): Comparison[] {
  return rows.map((row) => ({
    ...row,
    verdict: "incomparable",
    base: null,
    trend: row.trend.slice(-1),
    effect: null,
    interval: null,
    p: null,
    differences: [difference],
  }));
}

const titles = ["lora-alpaca-tinyllama.strict.tiny", "switch-matmul.strict.tiny"] as const;
const onTorch = [
  benchmark(titles[0], "torch-cpu", {
    tokens_per_second: 2741,
    step_time: 0.0934,
    rss_peak: 612e6,
    final_loss: 5.412871,
  }),
  benchmark(titles[1], "torch-cpu", { samples_per_second: 8.91, step_time: 0.1122, rss_peak: 540e6 }),
] as const;
const onMlx = [
  benchmark(titles[0], "mlx-cpu", {
    tokens_per_second: 1586,
    step_time: 0.1614,
    rss_peak: 402e6,
    final_loss: 5.412873,
  }),
  benchmark(titles[1], "mlx-cpu", { samples_per_second: 7.42, step_time: 0.1348, rss_peak: 371e6 }),
] as const;

const NOTHING_NEW = "Only 1 stored job: the interval rests on the usual spread of such machines";
const mixed: Scene = {
  benchmarks: [...onTorch, ...onMlx],
  comparisons: [
    compared(onTorch[0], "tokens_per_second", "inconclusive", { base: 2815, half: 0.12, blind: 0.14, jobs: 1 }),
    compared(onTorch[0], "final_loss", "no-change", { base: 5.412871 }),
    compared(onTorch[0], "step_time", "no-change", { base: 0.0909 }),
    compared(onTorch[0], "rss_peak", "no-change", { base: 611e6 }),
    compared(onTorch[1], "samples_per_second", "no-change", { base: 8.93, half: 0.041, jobs: 1 }),
    compared(onTorch[1], "step_time", "no-change", { base: 0.112 }),
    compared(onTorch[1], "rss_peak", "no-change", { base: 540e6 }),
    compared(onMlx[0], "tokens_per_second", "no-change", { base: 1590, half: 0.044, jobs: 1 }),
    compared(onMlx[0], "final_loss", "no-change", { base: 5.412873 }),
    compared(onMlx[0], "step_time", "no-change", { base: 0.161 }),
    compared(onMlx[0], "rss_peak", "no-change", { base: 401e6 }),
    compared(onMlx[1], "samples_per_second", "improvement", { base: 5.9, half: 0.05, unconfirmed: true, jobs: 1 }),
    compared(onMlx[1], "step_time", "no-change", { base: 0.17 }),
    compared(onMlx[1], "rss_peak", "no-change", { base: 371e6 }),
  ].map((row) => (row.metric?.primary === true ? { ...row, warnings: [NOTHING_NEW] } : row)),
  baseline: { ...BASELINE, jobs: 1, newest_at: "2026-03-04T08:30:00Z" },
  job: LOCAL,
  recorded: "yes",
  result: {
    runner_key: "amd-epyc-9354-64gb-3f2a",
    suite: { name: "builtin:quick", repeats: 3, min_effect: 0.02, max_tolerated: 0.05, ...JUDGE_DEFAULTS },
    warnings: ["Nothing is named by finetune-bench.yml here, so builtin:quick was run"],
  },
};

const hostile = {
  ...benchmark(`${HOSTILE}\n# heading`, "torch-cuda", { tokens_per_second: 100, final_loss: 2 }),
  id: `${HOSTILE}.torch-cuda`,
};
const hostileDeath = failing(
  hostile,
  "exception",
  `\`\`\`\n</details>\n# Approved by @octocat\n::error::GH-1\n\u001B[31mred\u001B[0m`,
);

const many = Array.from({ length: 200 }, (_, index) =>
  benchmark(`sweep-of-learning-rates-number-${index}.strict.real`, "torch-cuda", {
    tokens_per_second: 12000 + index,
    peak_memory: (8 + index / 100) * GIB,
    final_loss: 1 + index / 1000,
  }),
);

/** In the order in which a pull request is likely to meet them. */
export const HISTORY_SCENES = {
  "no-baseline": { ...first },
  "no-baseline-recorded": { ...first, job: PUSH, recorded: "yes" },
  "no-baseline-left-to-the-report": { ...first, job: PUSH, recorded: "later" },
  "no-baseline-recorded-locally": { ...first, job: LOCAL, recorded: "yes" },
  "no-baseline-not-stored": {
    ...first,
    job: PUSH,
    recorded: "failed",
    storeFaults: ["baseline not saved: the token may not write contents (403)"],
  },
  "no-baseline-recorded-disturbed": { ...first, benchmarks: all.map(slow), job: PUSH, recorded: "yes" },
  "no-baseline-partly-disturbed": { ...first, benchmarks: [slowed, matmul, mine] },
  "history-starved": { ...first, comparisons: starved(quiet, 4) },
  "history-starved-again": {
    benchmarks: [slowed, matmul, mine],
    comparisons: [...starved(quiet.slice(0, 3), 4), ...quiet.slice(3)],
    job: PUSH,
    recorded: "yes",
  },
  "history-unread": {
    ...first,
    historyUnread: true,
    storeFaults: ["the baselines on branch finetune-bench of acme/trainer could not be read: GitHub answered 502"],
  },
  "partly-new": {
    benchmarks: all,
    comparisons: [...quiet.slice(0, 4), ...first.comparisons.slice(4)],
  },
  "no-change": { benchmarks: all, comparisons: quiet, differences: [DRIVER_MOVED] },
  "regression-unconfirmed": {
    benchmarks: all,
    comparisons: quietBut(
      compared(lora, "tokens_per_second", "regression", { base: 19325, half: 0.011, unconfirmed: true }),
    ),
  },
  "regression-unconfirmed-fails": {
    benchmarks: all,
    comparisons: quietBut(
      compared(lora, "tokens_per_second", "regression", { base: 19325, half: 0.011, unconfirmed: true }),
      compared(mine, "step_time", "regression", { base: 0.381, half: 0.014, unconfirmed: true }),
    ),
    failOn: ["regression", "failed", "unconfirmed"],
  },
  "regression-memory": {
    benchmarks: all,
    comparisons: quietBut(compared(lora, "peak_memory", "regression", { base: 8.55 * GIB })),
  },
  "regression-loss": {
    benchmarks: all,
    comparisons: quietBut(compared(lora, "final_loss", "regression", { base: 1.0683 })),
    differences: [DRIVER_MOVED],
  },
  improvement: {
    benchmarks: all,
    comparisons: quietBut(
      compared(lora, "tokens_per_second", "improvement", { base: 16024, half: 0.013, unconfirmed: true }),
    ),
  },
  inconclusive: {
    benchmarks: all,
    comparisons: quietBut(
      compared(lora, "tokens_per_second", "inconclusive", { base: 18204, half: 0.029, blind: 0.041 }),
      compared(mine, "step_time", "inconclusive", { base: 0.401, half: 0.052, blind: 0.067 }),
    ),
  },
  "incomparable-software": {
    benchmarks: all,
    comparisons: incomparable(quiet, SOFTWARE_MOVED),
    differences: [SOFTWARE_MOVED, DRIVER_MOVED],
    baseline: null,
  },
  "incomparable-machine": {
    benchmarks: all,
    comparisons: incomparable(quiet, MACHINE_MOVED),
    differences: [MACHINE_MOVED],
    baseline: null,
  },
  "incomparable-work": {
    benchmarks: all,
    comparisons: [...incomparable(quiet.slice(0, 3), WORK_MOVED), ...quiet.slice(3)],
  },
  failed: {
    benchmarks: [died, matmul, mine],
    comparisons: [comparedAsFailed(died), ...quiet.slice(3)],
  },
  "failed-all": {
    benchmarks: [died, failing(mine, "timeout", "no end after 10m")],
    comparisons: [comparedAsFailed(died), comparedAsFailed(failing(mine, "timeout", "no end after 10m"))],
    baseline: null,
  },
  "failed-missing": {
    result: { warnings: ["my-lora.torch-cuda was left out: no NVIDIA driver answers"] },
    benchmarks: [lora, matmul],
    comparisons: [
      ...quiet.slice(0, 4),
      { ...comparedAsFailed(mine), reason: "it stands in the newest baseline of this runner and did not run now" },
    ],
  },
  mixed,
  "cut-by-time-budget": {
    benchmarks: [lora, matmul, { ...mine, status: { state: "cut", message: "1 of 3 runs fitted into 30m" } }],
    comparisons: [
      ...quiet.slice(0, 4),
      {
        ...compared(mine, "step_time", "inconclusive", { base: 0.417 }),
        reason: "1 of 3 runs fitted into 30m",
      },
    ],
  },
  "hostile-names": {
    benchmarks: [hostile, hostileDeath, lora],
    comparisons: [
      compared(hostile, "tokens_per_second", "regression", { base: 120, half: 0.01, unconfirmed: true }),
      comparedAsFailed(hostileDeath),
      ...quiet.slice(0, 3),
    ],
    differences: [{ kind: "software", field: HOSTILE, base: "1.0|2.0", head: "@octocat/team" }],
    warnings: [`could not read ${HOSTILE}; see https://evil.example/?a=1, acme/trainer#7 or 9f8e7d6c5b4a`],
    result: {
      version: "0.1.0 [x](javascript:alert(1))",
      suite: { name: "a'; rm -rf $HOME #", repeats: 3, min_effect: 0.02, max_tolerated: 0.05, ...JUDGE_DEFAULTS },
    },
  },
  "very-large": {
    benchmarks: many,
    comparisons: many.flatMap((entry, index) => [
      index % 40 === 0
        ? compared(entry, "tokens_per_second", "regression", { base: 13000 + index, half: 0.01, unconfirmed: true })
        : compared(entry, "tokens_per_second", "no-change", { base: 12010 + index, half: 0.012 }),
      compared(entry, "peak_memory", "no-change", { base: (8 + index / 100) * GIB }),
      compared(entry, "final_loss", "no-change", { base: 1 + index / 1000 }),
    ]),
  },
} as const satisfies Readonly<Record<string, Scene>>;
