import { expect, test } from "vitest";
import { findSeries, historyOf, isUsable, newestDifferences, otherJobs } from "../../src/core/baseline.ts";
import { identity } from "../../src/core/identity.ts";
import type { BenchmarkResult, Disturbance, JobResult } from "../../src/core/result.ts";
import { benchmark, jobResult, TOKENS } from "../support/results.ts";

const speed = (values: readonly number[], overrides: Partial<BenchmarkResult> = {}): BenchmarkResult =>
  benchmark([[TOKENS, values]], overrides);

function seriesOf(stored: readonly JobResult[], candidate: JobResult): ReturnType<typeof findSeries> {
  const [wanted] = candidate.benchmarks;
  if (wanted === undefined) throw new Error("the candidate has no benchmark");
  return findSeries(stored, wanted, candidate.machine);
}

const candidate = jobResult(20, [speed([100, 101])]);

test("stored jobs come in the order of the time in the file, without the candidate itself", () => {
  const stored = [jobResult(12, []), candidate, jobResult(3, []), jobResult(7, [])];
  expect(otherJobs(candidate, stored).map(({ job }) => job.run_id)).toEqual(["300", "700", "1200"]);
  const rerun = jobResult(20, [], { job: { attempt: 2 } });
  expect(otherJobs(candidate, [rerun])).toEqual([rerun]);
});

test("times are compared as times, not as text", () => {
  const half = jobResult(5, [], { job: { started_at: "2026-01-05T08:00:00.500Z", run_id: "b" } });
  const whole = jobResult(5, [], { job: { started_at: "2026-01-05T08:00:00Z", run_id: "a" } });
  expect(otherJobs(candidate, [half, whole]).map(({ job }) => job.run_id)).toEqual(["a", "b"]);
});

test("a series holds complete results of equal machine, software and work only", () => {
  const stored = [
    jobResult(1, [speed([90, 91])]),
    jobResult(2, [speed([92], { status: { state: "cut", message: "no time" } })]),
    jobResult(3, [speed([93], { status: { state: "failed", reason: "killed", message: "gone" } })]),
    jobResult(4, [speed([94], { work_hash: "b".repeat(64) })]),
    jobResult(5, [speed([95], { software: identity({ python: "3.12", torch: "2.14.0" }) })]),
    jobResult(6, [speed([96])], { machine: identity({ model: "X670E", os: "linux", os_release: "26.04" }) }),
    jobResult(7, [speed([97], { title: "other" })]),
    jobResult(8, [speed([98, 99])]),
  ];
  const series = seriesOf(stored, candidate);
  expect(series.state).toBe("found");
  const jobs = series.state === "found" ? series.jobs : [];
  expect(historyOf(jobs, TOKENS).map(({ values }) => values)).toEqual([
    [90, 91],
    [98, 99],
  ]);
});

test("failed runs and jobs that measured it in another unit or way are no history of a metric", () => {
  const [first, second] = speed([100, 104]).runs;
  if (first === undefined || second === undefined) throw new Error("two runs were made");
  const half = speed([], {
    metrics: [TOKENS],
    runs: [first, { ...second, outcome: { status: "failed", reason: "killed", message: "gone" } }],
  });
  const stored = [
    jobResult(1, [half]),
    jobResult(2, [benchmark([[{ ...TOKENS, unit: "ktok/s" }, [0.1]]])]),
    jobResult(3, [benchmark([[{ ...TOKENS, estimator: "median" }, [100]]])]),
  ];
  const series = seriesOf(stored, candidate);
  const jobs = series.state === "found" ? series.jobs : [];
  expect(jobs).toHaveLength(3);
  expect(historyOf(jobs, TOKENS).map(({ values }) => values)).toEqual([[100]]);
});

test("only the newest thirty jobs of a metric are its history", () => {
  const stored = Array.from({ length: 31 }, (_, index) => jobResult(index + 1, [speed([index])]));
  const series = seriesOf(stored, candidate);
  const values = historyOf(series.state === "found" ? series.jobs : [], TOKENS).map((point) => point.values[0]);
  expect(values).toHaveLength(30);
  expect(values.at(0)).toBe(1);
  expect(values.at(-1)).toBe(30);
});

test("nothing stored of this benchmark: no series", () => {
  expect(seriesOf([], candidate)).toEqual({ state: "none" });
  expect(seriesOf([jobResult(1, [speed([1], { title: "other" })])], candidate)).toEqual({ state: "none" });
});

test("incomparable: the fields that differ from the newest stored result, by name", () => {
  const stored = [
    jobResult(1, [speed([90], { hyperparameters: { rows: 1 } })]),
    jobResult(
      2,
      [
        speed([91], {
          work_hash: "c".repeat(64),
          hyperparameters: { rows: 256, max_length: 64, seed: null },
          software: identity({ python: "3.12", torch: "2.12.0", numpy: "2.3" }),
        }),
      ],
      { machine: identity({ model: "X670E", os: "linux", os_release: "22.04" }) },
    ),
  ];
  // The older one differs in nothing that counts, so take it away to be left with the newer.
  expect(seriesOf(stored, candidate).state).toBe("found");
  expect(seriesOf(stored.slice(1), candidate)).toMatchObject({
    state: "incomparable",
    differences: [
      { kind: "machine", field: "os_release", base: "22.04", head: "24.04" },
      { kind: "software", field: "numpy", base: "2.3", head: "none" },
      { kind: "software", field: "torch", base: "2.12.0", head: "2.13.0" },
      { kind: "work", field: "max_length", base: "64", head: "128" },
    ],
  });
});

test("incomparable: work that changed without a hyperparameter is named by its hashes", () => {
  const stored = [jobResult(1, [speed([90], { work_hash: "c".repeat(64) })])];
  expect(seriesOf(stored, candidate)).toMatchObject({
    state: "incomparable",
    differences: [{ kind: "work", field: "work order", base: "c".repeat(12), head: "a".repeat(12) }],
  });
});

test("a program that reports no software matches itself, and says so when that changes", () => {
  const silent = jobResult(20, [speed([100], { software: null })]);
  expect(seriesOf([jobResult(1, [speed([99], { software: null })])], silent).state).toBe("found");
  expect(seriesOf([jobResult(1, [speed([99])])], silent)).toMatchObject({
    state: "incomparable",
    differences: [{ kind: "software", field: "environment", base: "reported", head: "not reported" }],
  });
});

test("what differs from the newest stored job is told once, drift included", () => {
  const software = identity({ python: "3.12", torch: "2.12.0" });
  const newest = jobResult(1, [speed([1], { software }), speed([1], { title: "other", software })], {
    drift: { kernel: "6.1", clock_mhz: 3000, same: true },
  });
  const now = jobResult(2, [speed([1]), speed([1], { title: "other" })], { drift: { kernel: "6.8", same: true } });
  expect(newestDifferences(now, newest)).toEqual([
    { kind: "software", field: "torch", base: "2.12.0", head: "2.13.0" },
    { kind: "drift", field: "clock_mhz", base: "3000", head: "none" },
    { kind: "drift", field: "kernel", base: "6.1", head: "6.8" },
  ]);
  expect(newestDifferences(now, undefined)).toEqual([]);
});

/** One run for each list of disturbances. */
function withEach(...found: readonly Disturbance[][]): BenchmarkResult {
  const whole = speed(found.map(() => 100));
  return { ...whole, runs: whole.runs.map((run, index) => ({ ...run, disturbances: found[index] ?? [] })) };
}

test("a trend that all runs share is the program's own, and any other disturbance keeps a benchmark out", () => {
  const trend: Disturbance = { kind: "trend", message: "its steps became 9 % slower from the first third to the last" };
  const heat: Disturbance = { kind: "thermal", message: "the driver slowed the device for its heat" };
  expect(isUsable(withEach([], [], []))).toBe(true);
  expect(isUsable(withEach([trend], [trend], [trend]))).toBe(true);
  expect(isUsable(withEach([trend], [trend], []))).toBe(false);
  expect(isUsable(withEach([trend], [trend, heat], [trend]))).toBe(false);
  expect(isUsable(withEach([heat], [heat], [heat]))).toBe(false);
  expect(isUsable({ ...withEach([trend]), status: { state: "cut", message: "no time" } })).toBe(false);

  const grows = jobResult(1, [withEach([trend], [trend], [trend])]);
  expect(seriesOf([grows], candidate).state).toBe("found");
});
