import { expect, test } from "vitest";
import * as z from "zod";
import { compareJob, type ComparedJob } from "../../src/core/compare.ts";
import { comparisonSchema, type Comparison } from "../../src/core/comparison.ts";
import { identity } from "../../src/core/identity.ts";
import { jobResultSchema, type JobResult } from "../../src/core/result.ts";
import { benchmark, jobResult, LOSS, MEMORY, STEP_TIME, TOKENS, type Column } from "../support/results.ts";
import { JUDGE_DEFAULTS } from "../support/judge-defaults.ts";

const ID = "lora.torch-cpu";

function columns(speed: number, memory = 1e9, loss = 2.5): Column[] {
  const runs = [speed, speed * 1.003, speed * 0.998];
  return [
    [TOKENS, runs],
    [STEP_TIME, runs.map((run) => 512 / run)],
    [MEMORY, [memory, memory, memory]],
    [LOSS, [loss, loss, loss]],
  ];
}

/** Everything that leaves the comparison is what its schema says. */
function compare(result: JobResult, history: readonly JobResult[], planned: readonly string[] = [ID]): ComparedJob {
  jobResultSchema.parse(result);
  const compared = compareJob({ result, history, planned, control: [] });
  z.array(comparisonSchema).parse(compared.comparisons);
  return compared;
}

function verdicts(compared: ComparedJob): Record<string, string> {
  return Object.fromEntries(
    compared.comparisons.map(({ benchmark: id, metric, verdict, unconfirmed }) => [
      metric === null ? id : metric.name,
      unconfirmed ? `unconfirmed ${verdict}` : verdict,
    ]),
  );
}

const STORED = [1, 2, 3, 4].map((day) => jobResult(day, [benchmark(columns(1000 + day))]));

test("nothing stored: every metric without baseline, and nothing was compared", () => {
  const compared = compare(jobResult(9, [benchmark(columns(1000))]), []);
  expect(verdicts(compared)).toEqual({
    tokens_per_second: "no-baseline",
    step_time: "no-baseline",
    peak_memory: "no-baseline",
    final_loss: "no-baseline",
  });
  expect(compared.baseline).toBeNull();
  expect(compared.comparisons[0]?.head?.count).toBe(3);
});

test("the same numbers again: no change, with the baseline named", () => {
  const compared = compare(jobResult(9, [benchmark(columns(1002))]), STORED.toReversed());
  expect(verdicts(compared)).toMatchObject({
    tokens_per_second: "no-change",
    peak_memory: "no-change",
    final_loss: "no-change",
  });
  expect(compared.baseline).toEqual({
    jobs: 4,
    newest_sha: "4".padStart(40, "0"),
    newest_at: "2026-01-04T08:10:00Z",
    stale: false,
  });
  expect(compared.warnings).toEqual([]);
});

test("slower, hungrier and numerically different at once: speed unconfirmed, the others certain", () => {
  const compared = compare(jobResult(9, [benchmark(columns(800, 1.1e9, 2.6))]), STORED);
  expect(verdicts(compared)).toMatchObject({
    tokens_per_second: "unconfirmed regression",
    peak_memory: "regression",
    final_loss: "regression",
  });
  const [speed, time] = compared.comparisons;
  expect(speed?.effect).toBeCloseTo(-0.2, 2);
  expect(speed?.p).toBeLessThan(0.01);
  // The step time says the same and is shown, not judged.
  expect(time).toMatchObject({ verdict: "inconclusive", unconfirmed: false, p: null });
  expect(time?.effect).toBeCloseTo(0.25, 2);
});

test("an improvement found against history alone is unconfirmed too", () => {
  expect(verdicts(compare(jobResult(9, [benchmark(columns(1200))]), STORED))).toMatchObject({
    tokens_per_second: "unconfirmed improvement",
  });
});

test("another software: incomparable, saying what differs, and never compared", () => {
  const software = identity({ python: "3.12", torch: "2.14.0" });
  const compared = compare(jobResult(9, [benchmark(columns(500), { software })]), STORED);
  expect(verdicts(compared)).toEqual({
    tokens_per_second: "incomparable",
    step_time: "incomparable",
    peak_memory: "incomparable",
    final_loss: "incomparable",
  });
  const [speed, time] = compared.comparisons;
  const torch = { kind: "software", field: "torch", base: "2.13.0", head: "2.14.0" };
  expect(speed).toMatchObject({ differences: [torch], effect: null, base: null });
  expect(speed?.head?.value).toBeCloseTo(500, 0);
  expect(time?.differences).toEqual([]);
  expect(compared.baseline).toBeNull();
  expect(compared.differences).toEqual([torch]);
});

test("a metric the history does not have is without baseline, beside others that are compared", () => {
  const stored = [jobResult(1, [benchmark(columns(1000).slice(0, 2))])];
  expect(verdicts(compare(jobResult(9, [benchmark(columns(1000))]), stored))).toMatchObject({
    peak_memory: "no-baseline",
    final_loss: "no-baseline",
  });
});

test("a metric that is no longer measured is never silence: inconclusive, and failed for a loss", () => {
  const compared = compare(jobResult(9, [benchmark(columns(1000).slice(0, 2))]), STORED);
  const lost = compared.comparisons.filter(({ reason }) => reason !== null);
  expect(lost.map(({ verdict, reason }) => [verdict, reason])).toEqual([
    ["inconclusive", "peak_memory stands in the baseline and was not measured now"],
    ["failed", "final_loss stands in the baseline and was not measured now"],
  ]);
});

test("a loss that one run does not tell is a failure", () => {
  const [speed, time, memory] = columns(1000);
  const gap: Column[] = [speed, time, memory].filter((column) => column !== undefined);
  const compared = compare(jobResult(9, [benchmark([...gap, [LOSS, [2.5, 2.5]]])]), STORED);
  expect(verdicts(compared)).toMatchObject({ final_loss: "failed" });
});

test("a benchmark that failed or was cut is one row with its reason and what its runs gave", () => {
  const died = benchmark(columns(1000).slice(0, 1), {
    status: { state: "failed", reason: "out-of-memory", message: "ran out of memory after 12 s" },
  });
  const cut = benchmark([], { title: "other", status: { state: "cut", message: "the time budget left no room" } });
  const { comparisons, baseline } = compare(jobResult(9, [died, cut]), STORED);
  expect(comparisons).toMatchObject([
    { benchmark: ID, verdict: "failed", reason: "ran out of memory after 12 s", base: null, effect: null },
    { benchmark: "other.torch-cpu", metric: null, verdict: "inconclusive", reason: "the time budget left no room" },
  ]);
  expect(comparisons[0]?.head).toMatchObject({ value: 1000, count: 3 });
  expect(baseline).toBeNull();
});

const both = [benchmark(columns(1000)), benchmark(columns(1000), { title: "other" })];

function missing({ comparisons }: ComparedJob): Comparison[] {
  return comparisons.filter(({ benchmark: id }) => id === "other.torch-cpu");
}

test("a listed benchmark of the newest baseline that did not run is failed", () => {
  const now = jobResult(9, [benchmark(columns(1000))]);
  const listed = [ID, "other.torch-cpu"];
  expect(missing(compare(now, [jobResult(1, both)], listed))).toMatchObject([{ verdict: "failed", metric: null }]);
  // Not when the suite has dropped it, when the newest baseline has not got it, or when it was not complete there.
  expect(missing(compare(now, [jobResult(1, both)], [ID]))).toEqual([]);
  expect(missing(compare(now, [jobResult(1, both), ...STORED.slice(1)], listed))).toEqual([]);
  const failed = both.map((entry) => ({ ...entry, status: { state: "cut", message: "no time" } as const }));
  expect(missing(compare(now, [jobResult(1, failed)], listed))).toEqual([]);
});

test("the newest baseline is the newest of the same suite, where there is one", () => {
  const suite = { name: "nightly", repeats: 3, min_effect: 0.02, max_tolerated: 0.05, ...JUDGE_DEFAULTS };
  const now = jobResult(9, [benchmark(columns(1000))]);
  const stored = [jobResult(1, both), jobResult(2, [], { suite })];
  expect(missing(compare(now, stored, [ID, "other.torch-cpu"]))).toHaveLength(1);
});

test("an informative benchmark is compared, outside the family of tests", () => {
  const replay = benchmark(columns(990), { title: "replay", comparison_class: "informative" });
  const stored = STORED.map((job) => ({ ...job, benchmarks: [...job.benchmarks, replay] }));
  const alone = compare(jobResult(9, [benchmark(columns(990))]), stored);
  const beside = compare(jobResult(9, [benchmark(columns(990)), replay]), stored);
  expect(beside.comparisons[0]).toEqual(alone.comparisons[0]);
  expect(beside.comparisons.filter(({ title }) => title === "replay").map(({ verdict }) => verdict)).toContain(
    "no-change",
  );
});

test("several benchmarks share one family: p grows with their number", () => {
  const twins = (speed: number): JobResult["benchmarks"] => [
    benchmark(columns(speed)),
    benchmark(columns(speed), { title: "other" }),
  ];
  const stored = [1, 2, 3].map((day) => jobResult(day, twins(1000 + day)));
  const alone = compare(jobResult(9, [benchmark(columns(990))]), stored).comparisons[0];
  const beside = compare(jobResult(9, twins(990)), stored).comparisons[0];
  expect(beside?.p).toBeCloseTo(2 * (alone?.p ?? 0), 12);
});

test("a baseline measured with uncommitted changes says so", () => {
  const stored = [jobResult(1, [benchmark(columns(1000))], { job: { dirty: true } })];
  expect(compare(jobResult(9, [benchmark(columns(1000))]), stored).warnings).toHaveLength(1);
});

test("the candidate's own stored file is not its baseline", () => {
  const now = jobResult(9, [benchmark(columns(1000))]);
  expect(verdicts(compare(now, [now]))).toMatchObject({ tokens_per_second: "no-baseline" });
});

test("the trend is the series in raw numbers, oldest first, at most 30 points with this job as the last", () => {
  const many = Array.from({ length: 40 }, (_, index) => {
    const at = new Date(Date.UTC(2026, 0, 1, index)).toISOString();
    const job = { run_id: `t${index}`, started_at: at, finished_at: at };
    return jobResult(1, [benchmark(columns(1000 + index, 1e9 + index))], { job });
  });
  const { comparisons } = compare(jobResult(9, [benchmark(columns(1100, 2e9))]), many.toReversed());
  const trendOf = (name: string): readonly number[] =>
    comparisons.find(({ metric }) => metric?.name === name)?.trend ?? [];
  expect(trendOf("tokens_per_second")).toHaveLength(30);
  // The geometric mean of three runs, of which two lie 0.3 % above and 0.2 % below.
  expect(trendOf("tokens_per_second")[0]).toBeCloseTo(1011 * Math.cbrt(1.003 * 0.998), 6);
  expect(trendOf("tokens_per_second").at(-1)).toBeCloseTo(1100 * Math.cbrt(1.003 * 0.998), 6);
  expect(trendOf("peak_memory").slice(-2)).toEqual([1e9 + 39, 2e9]);
  expect(trendOf("step_time")).toEqual([]);
});

test("the trend begins anew with other software", () => {
  const other = identity({ python: "3.12", torch: "2.14.1" });
  const { comparisons } = compare(jobResult(9, [benchmark(columns(1000), { software: other })]), STORED);
  expect(comparisons[0]?.verdict).toBe("incomparable");
  expect(comparisons[0]?.trend).toHaveLength(1);
});
