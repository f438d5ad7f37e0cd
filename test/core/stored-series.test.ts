/** The stored jobs of a runner as series: what stands in each row, and where the baseline begins. */
import { expect, test } from "vitest";
import { identity } from "../../src/core/identity.ts";
import type { BenchmarkResult, JobResult } from "../../src/core/result.ts";
import { sparkline } from "../../src/core/sparkline.ts";
import { storedSeries, type StoredSeries } from "../../src/core/stored-series.ts";
import { benchmark, jobResult, MEMORY, STEP_TIME, TOKENS } from "../support/results.ts";

const ALL = { benchmark: null, metric: null };
const ID = "lora.torch-cpu";

function speeds(...values: number[]): BenchmarkResult {
  return benchmark([[TOKENS, values]]);
}

/** Noise of a fifth of a percent. */
function wobble(day: number): number {
  return 1 + 0.002 * Math.sin(day * 7);
}

function only(results: readonly JobResult[]): StoredSeries {
  const [series, ...more] = storedSeries(results, ALL);
  if (series === undefined || more.length > 0) throw new Error("exactly one series is expected");
  return series;
}

test("a row holds the job's one number, its spread and its runs", () => {
  const memory = benchmark([
    [TOKENS, [100, 110]],
    [MEMORY, [5, 7]],
  ]);
  const [speed, peak] = storedSeries([jobResult(1, [memory])], ALL);
  expect(speed).toMatchObject({ benchmark: ID, title: "lora", metric: TOKENS, baseline: 1 });
  expect(speed?.rows[0]).toMatchObject({ at: "2026-01-01T08:00:00Z", runs: 2, state: "usable", why: null });
  expect(speed?.rows[0]?.value).toBeCloseTo(Math.sqrt(100 * 110), 10);
  expect(speed?.rows[0]?.spread).toBeCloseTo(0.0673, 4);
  // Memory is the most that any run needed.
  expect(peak?.rows[0]?.value).toBe(7);
});

test("one benchmark or metric can be chosen, and unjudged metrics only by name", () => {
  const info = { ...STEP_TIME, class: "info" as const };
  const both = benchmark([
    [TOKENS, [100]],
    [info, [0.4]],
  ]);
  const other = benchmark([[TOKENS, [50]]], { id: "sft.torch-cpu", title: "sft" });
  const results = [jobResult(1, [both, other])];
  const names = (choice: { benchmark: string | null; metric: string | null }): string[] =>
    storedSeries(results, choice).map((series) => `${series.benchmark} ${series.metric.name}`);
  expect(names(ALL)).toEqual([`${ID} tokens_per_second`, "sft.torch-cpu tokens_per_second"]);
  expect(names({ benchmark: "sft.torch-cpu", metric: null })).toEqual(["sft.torch-cpu tokens_per_second"]);
  expect(names({ benchmark: null, metric: "step_time" })).toEqual([`${ID} step_time`]);
  expect(names({ benchmark: "gone", metric: null })).toEqual([]);
});

test("what cannot serve says why, and is no point of the baseline", () => {
  const failed: BenchmarkResult = {
    ...speeds(),
    status: { state: "failed", reason: "out-of-memory", message: "ran out of memory" },
  };
  const cut: BenchmarkResult = { ...speeds(100), status: { state: "cut", message: "no time left" } };
  const whole = speeds(100, 101);
  const disturbed: BenchmarkResult = {
    ...whole,
    runs: whole.runs.map((run) => ({ ...run, disturbances: [{ kind: "thermal", message: "too hot" }] })),
  };
  const series = only([failed, cut, disturbed, whole].map((entry, index) => jobResult(index + 1, [entry])));
  expect(series.rows.map(({ state, why, value }) => [state, why, value === null])).toEqual([
    ["failed", "ran out of memory", true],
    ["cut", "no time left", false],
    ["disturbed", "too hot", false],
    ["usable", null, false],
  ]);
  expect(series.baseline).toBe(1);
  expect(only([jobResult(1, [disturbed])]).baseline).toBe(0);
});

test("another machine, software or work is marked where it begins, by the names of what changed", () => {
  const software = identity({ python: "3.12", torch: "2.14.0" });
  const machine = identity({ model: "X670E", os: "linux", os_release: "26.04" });
  const series = only([
    jobResult(1, [speeds(100)]),
    jobResult(2, [{ ...speeds(90), software }]),
    jobResult(3, [{ ...speeds(90), software, status: { state: "cut", message: "no time left" } }]),
    jobResult(4, [
      { ...speeds(90), software, hyperparameters: { rows: 512, max_length: 128 }, work_hash: "b".repeat(64) },
    ]),
    jobResult(5, [speeds(101)], { machine }),
    jobResult(6, [speeds(102)], { machine }),
  ]);
  expect(series.rows.map(({ state }) => state)).toEqual([
    "other-identity",
    "other-identity",
    "cut",
    "other-identity",
    "usable",
    "usable",
  ]);
  expect(series.rows.map(({ differences }) => differences.map(({ field }) => field))).toEqual([
    [],
    ["torch"],
    [],
    ["rows"],
    ["os_release", "torch", "rows"],
    [],
  ]);
  expect(series.baseline).toBe(2);
});

test("a level that changed is marked at its first job, and an identity's change is none", () => {
  const days = Array.from({ length: 24 }, (_, index) => index + 1);
  const results = days.map((day) => {
    const software = identity({ torch: day < 17 ? "2.13.0" : "2.14.0" });
    const level = day < 9 ? 100 : day < 17 ? 90 : 120;
    return jobResult(day, [{ ...speeds(level * wobble(day)), software }]);
  });
  const changes = only(results).rows.flatMap(({ level_change: change }, index) =>
    change === null ? [] : [[index, change]],
  );
  expect(changes).toEqual([[8, expect.closeTo(-0.1, 2)]]);
});

test("the baseline begins where an accepted change of this series landed", () => {
  const accepted = [
    { benchmark: ID, metric: "tokens_per_second", runner_key: "box-1a2b", reason: "fp32", expires: "2026-02-01" },
  ];
  const results = [1, 2, 3, 4, 5].map((day) => jobResult(day, [speeds(100)], day < 4 ? {} : { accepted }));
  const series = only(results);
  expect(series.rows.map((row) => row.accepted)).toEqual([false, false, false, true, false]);
  expect(series.baseline).toBe(2);
});

test("a spark line shows levels, not noise", () => {
  expect(sparkline([100, 100, 150, 150])).toBe("▁▁██");
  expect(sparkline([100, 100.2, 99.9, 100])).toMatch(/^[▄▅]{4}$/);
  expect(sparkline([1, null, 2])).toBe("▁·█");
  expect(sparkline([0, 0])).toBe("▅▅");
  expect(sparkline([-2, -1, 0])).toBe("▁▅█");
  expect(sparkline([null])).toBe("·");
  // A series that hardly moves is one line, whatever its last digits.
  expect(sparkline([1.083204, 1.083201, 1.083207, 1.083203])).toBe("▅▅▅▅");
  expect(sparkline([])).toBe("");
});
