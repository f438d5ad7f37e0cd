import { expect, test } from "vitest";
import { changePointsOf } from "../../src/core/change-report.ts";
import { changePointSchema } from "../../src/core/comparison.ts";
import { identity } from "../../src/core/identity.ts";
import type { BenchmarkResult, JobResult } from "../../src/core/result.ts";
import { seededRandom } from "../support/random.ts";
import { benchmark, jobResult, MEMORY, runRecord, STEP_TIME, TOKENS } from "../support/results.ts";

const random = seededRandom(41);
/** Three runs near a level. */
const near = (level: number): number[] => Array.from({ length: 3 }, () => level * Math.exp(0.004 * random.normal()));
const speed = (level: number, more: Partial<BenchmarkResult> = {}): BenchmarkResult =>
  benchmark([[TOKENS, near(level)]], more);

/** One job a day, from the first of January on. */
function days(levels: readonly number[], make = (level: number, _day: number) => speed(level)): JobResult[] {
  return levels.map((level, index) => jobResult(index + 1, [make(level, index + 1)]));
}

function split(jobs: readonly JobResult[]): { stored: JobResult[]; result: JobResult } {
  const result = jobs.at(-1);
  if (result === undefined) throw new Error("no jobs");
  return { stored: jobs.slice(0, -1), result };
}

function changes(jobs: readonly JobResult[], newest?: number): ReturnType<typeof changePointsOf> {
  const { stored, result } = split(jobs);
  return changePointsOf(stored, result, newest);
}

const sha = (day: number): string => String(day).padStart(40, "0");
const twelve = (from: number, to: number): number[] => Array.from({ length: 12 }, (_, day) => (day < 7 ? from : to));

test("a slower default branch: the range from the last good to the first bad commit, with size and interval", () => {
  const [change, ...more] = changes(days(twelve(1000, 900)));
  expect(more).toEqual([]);
  expect(changePointSchema.parse(change)).toEqual(change);
  expect(change).toMatchObject({
    benchmark: "lora.torch-cpu",
    title: "lora",
    metric: { name: "tokens_per_second" },
    last_good: sha(7),
    first_bad: sha(8),
    at: "2026-01-08T08:10:00Z",
    verdict: "regression",
    jobs: 5,
    pending: false,
  });
  expect(change?.effect).toBeCloseTo(-0.1, 2);
  expect(change?.interval[0]).toBeLessThan(change?.effect ?? 0);
  expect(change?.interval[1]).toBeGreaterThan(change?.effect ?? 0);
});

test("where an accepted change landed nobody is told again, and a later change is", () => {
  const entry = {
    benchmark: "lora.torch-cpu",
    metric: "tokens_per_second",
    runner_key: "box-1a2b",
    reason: "exact accumulation",
    expires: "2026-12-31",
  };
  const accepting = (jobs: JobResult[], from: number): JobResult[] =>
    jobs.map((job, index) => (index < from ? job : { ...job, accepted: [entry] }));
  expect(changes(accepting(days(twelve(1000, 900)), 7))).toEqual([]);
  // The entry stays in the file: it does not cover what comes after it.
  const later = changes(accepting(days(twelve(1000, 900)), 1));
  expect(later).toMatchObject([{ first_bad: sha(8), verdict: "regression" }]);
});

test("of a time that grows, more is worse", () => {
  const slower = days(twelve(0.5, 0.6), (level) =>
    benchmark([
      [MEMORY, [1e9, 1e9, 1e9]],
      [{ ...STEP_TIME, class: "throughput", primary: true }, near(level)],
    ]),
  );
  expect(changes(slower)).toMatchObject([{ verdict: "regression", metric: { name: "step_time" } }]);
  expect(changes(slower)[0]?.effect).toBeCloseTo(0.2, 1);
});

test("the job itself is the newest point, and a level that has just begun is pending", () => {
  const jobs = days([...Array.from({ length: 10 }, () => 1000), 850, 850]);
  expect(changes(jobs)).toMatchObject([{ last_good: sha(10), first_bad: sha(11), jobs: 2, pending: true }]);
  const { stored, result } = split(jobs);
  expect(changePointsOf([...stored, result], result)).toEqual(changes(jobs));
  expect(changePointsOf(stored.toReversed(), result)).toEqual(changes(jobs));
});

test("newest first, over all benchmarks; older than the newest points asked for is settled", () => {
  const early = Array.from({ length: 20 }, (_, day) => (day < 6 ? 1000 : 900));
  const late = Array.from({ length: 20 }, (_, day) => (day < 13 ? 50 : 60));
  const jobs = early.map((level, day) =>
    jobResult(day + 1, [speed(level, { title: "early" }), speed(late[day] ?? 0, { title: "late" })]),
  );
  expect(changes(jobs).map(({ title, verdict }) => [title, verdict])).toEqual([
    ["late", "improvement"],
    ["early", "regression"],
  ]);
  expect(changes(jobs, 10).map(({ title }) => title)).toEqual(["late"]);
  expect(changes(jobs, 7).map(({ title }) => title)).toEqual(["late"]);
  expect(changes(jobs, 6)).toEqual([]);
});

test("another machine, software, work or estimator begins a new series and blames nobody", () => {
  const other: readonly Partial<BenchmarkResult>[] = [
    { software: identity({ python: "3.12", torch: "2.14.0" }) },
    { software: null },
    { work_hash: "b".repeat(64) },
    { metrics: [{ ...TOKENS, estimator: "median" }] },
  ];
  for (const changed of other) {
    expect(changes(days(twelve(1000, 900), (level, day) => speed(level, day > 7 ? changed : {})))).toEqual([]);
  }
  const moved = days(twelve(1000, 900)).map((job, day) =>
    day < 7 ? job : { ...job, machine: identity({ model: "Z790" }) },
  );
  expect(changes(moved)).toEqual([]);
});

test("an informative benchmark blames nobody", () => {
  const replays = days(twelve(1000, 900), (level) => speed(level, { comparison_class: "informative" }));
  expect(changes(replays)).toEqual([]);
});

test("failed, cut and disturbed results are no points", () => {
  const slowed = near(500).map((value, run) => ({
    ...runRecord(run + 1, { tokens_per_second: value }),
    disturbances: [{ kind: "thermal" as const, message: "SM clock 900 MHz" }],
  }));
  const bad: readonly Partial<BenchmarkResult>[] = [
    { status: { state: "cut", message: "the time budget ended" } },
    { status: { state: "failed", reason: "timeout", message: "30 min" } },
    { runs: slowed },
  ];
  for (const broken of bad) {
    const jobs = days(
      Array.from({ length: 16 }, () => 1000),
      (level, day) => (day > 10 ? speed(500, broken) : speed(level)),
    );
    expect(changes(jobs)).toEqual([]);
  }
});

test("the same commit measured on both levels: no commit lies between", () => {
  const jobs = days(twelve(1000, 900)).map((job) => ({ ...job, job: { ...job.job, sha: sha(1) } }));
  expect(changes(jobs)).toMatchObject([{ last_good: sha(1), first_bad: sha(1) }]);
});

test("nothing stored, or a benchmark that measured nothing: no change", () => {
  expect(changes([jobResult(1, [speed(1000)])])).toEqual([]);
  expect(changes([jobResult(1, [benchmark([])])])).toEqual([]);
});

/** The jobs, each with a control whose step takes so many seconds on that day. */
function controlled(
  jobs: readonly JobResult[],
  seconds: (day: number) => number,
  overrides: Partial<BenchmarkResult> = {},
): JobResult[] {
  const metric = { ...STEP_TIME, class: "throughput" as const, primary: true };
  return jobs.map((job, index) => {
    const runs = near(seconds(index + 1)).slice(0, 2);
    return {
      ...job,
      control: [benchmark([[metric, runs]], { id: "control.torch-cpu", title: "control", ...overrides })],
    };
  });
}

const slower = days(twelve(1000, 940));
const moved = (day: number) => (day <= 7 ? 0.01 : 0.0107);

test("a machine that became slower together with its control blames no commit", () => {
  expect(changes(controlled(slower, (day) => (day <= 7 ? 0.01 : 0.01 / 0.94)))).toEqual([]);
  // And one that became faster is no improvement of the program.
  expect(changes(controlled(days(twelve(940, 1000)), (day) => (day <= 7 ? 0.01 / 0.94 : 0.01)))).toEqual([]);
  // Half of the jump is enough, and so is the first job of a level that has just begun.
  expect(changes(controlled(slower, (day) => (day <= 7 ? 0.01 : 0.0104)))).toEqual([]);
  const begun = days([...Array.from({ length: 11 }, () => 1000), 900]);
  expect(changes(begun)).toMatchObject([{ first_bad: sha(12), pending: true }]);
  expect(changes(controlled(begun, (day) => (day < 12 ? 0.01 : 0.011)))).toEqual([]);
});

test("a change beside a control that is steady, moved the other way or moved a little is the program's", () => {
  const told = [{ first_bad: sha(8), verdict: "regression" }];
  expect(changes(controlled(slower, () => 0.01))).toMatchObject(told);
  expect(changes(controlled(slower, (day) => (day <= 7 ? 0.01 : 0.0094)))).toMatchObject(told);
  expect(changes(controlled(slower, (day) => (day <= 7 ? 0.01 : 0.0101)))).toMatchObject(told);
  const large = days(twelve(1000, 800));
  expect(changes(controlled(large, (day) => (day <= 7 ? 0.01 : 0.0106)))).toMatchObject(told);
  // What the machine did long before, or after, has nothing to do with it.
  const long = days(Array.from({ length: 24 }, (_, day) => (day < 12 ? 1000 : 940)));
  expect(changes(controlled(long, (day) => (day <= 6 || day > 18 ? 0.01 : 0.0107)))).toMatchObject([
    { first_bad: sha(13), verdict: "regression" },
  ]);
});

test("only controls of one identity, undisturbed and of that backend, excuse a commit", () => {
  const told = [{ first_bad: sha(8), verdict: "regression" }];
  expect(changes(controlled(slower, moved))).toEqual([]);
  const others: readonly Partial<BenchmarkResult>[] = [
    { backend: "torch-cuda" },
    { status: { state: "failed", reason: "timeout", message: "hung" } },
    { metrics: [] },
  ];
  for (const other of others) expect(changes(controlled(slower, moved, other))).toMatchObject(told);
  const [before, after] = [
    controlled(slower, moved).slice(0, 7),
    controlled(slower, moved, { work_hash: "c".repeat(64) }),
  ];
  expect(changes([...before, ...after.slice(7)])).toMatchObject(told);
  // In Python alone it says nothing of an accelerator.
  const cuda = slower.map((job) => ({
    ...job,
    benchmarks: job.benchmarks.map((known) => ({ ...known, backend: "torch-cuda" as const })),
  }));
  const alone = { backend: "torch-cuda", software: identity({ python: "3.12" }) } as const;
  expect(changes(controlled(cuda, moved, alone))).toMatchObject(told);
  expect(changes(controlled(cuda, moved, { backend: "torch-cuda" }))).toEqual([]);
});

function steps(...stretches: (readonly [jobs: number, level: number])[]): number[] {
  return stretches.flatMap(([jobs, value]) => Array.from({ length: jobs }, () => value));
}

function standing(series: readonly number[], make?: Parameters<typeof days>[1]): (readonly [string, boolean])[] {
  return changes(days(series, make)).map(({ verdict, stands }) => [verdict, stands] as const);
}

test("a regression stands until what came since makes up for it, or something else is measured", () => {
  expect(standing(steps([8, 1000], [6, 900]))).toEqual([["regression", true]]);
  expect(standing(steps([8, 1000], [2, 900]))).toEqual([["regression", false]]);
  expect(standing(steps([8, 1000], [6, 900], [6, 1000]))).toEqual([
    ["improvement", false],
    ["regression", false],
  ]);
  // A way back that may not last does not count yet, and half a way is not the whole.
  expect(standing(steps([8, 1000], [6, 900], [2, 1000]))).toContainEqual(["regression", true]);
  expect(standing(steps([8, 1000], [6, 900], [6, 950]))).toContainEqual(["regression", true]);
  expect(standing(steps([8, 1000], [6, 900], [6, 800], [6, 900]))).toEqual([
    ["improvement", false],
    ["regression", false],
    ["regression", true],
  ]);
  const renewed = identity({ python: "3.12", torch: "2.14.0" });
  const newer = (value: number, day: number) => speed(value, day > 14 ? { software: renewed } : {});
  expect(standing(steps([8, 1000], [9, 900]), newer)).toEqual([["regression", false]]);
});
