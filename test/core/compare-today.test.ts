/** What of a comparison is decided by today's facts: pairs, the machine, the age of the baseline, what was accepted. */
import { expect, test } from "vitest";
import * as z from "zod";
import { compareJob, type ComparedJob } from "../../src/core/compare.ts";
import { comparisonSchema, type ControlFinding } from "../../src/core/comparison.ts";
import { identity } from "../../src/core/identity.ts";
import { builtinMetric } from "../../src/core/registry.ts";
import {
  jobResultSchema,
  type Acceptance,
  type BenchmarkResult,
  type Confirmation,
  type JobResult,
  type Paired,
} from "../../src/core/result.ts";
import { benchmark, jobResult, MEMORY, runRecord, TOKENS } from "../support/results.ts";

const ID = "lora.torch-cpu";
const SHA = "b".repeat(40);
const SPREAD = [1, 1.002, 0.999];

function lora(level: number, overrides: Partial<BenchmarkResult> = {}): BenchmarkResult {
  return benchmark([[TOKENS, SPREAD.map((factor) => factor * level)]], overrides);
}

const STORED = [1, 2, 3, 4, 5].map((day) => jobResult(day, [lora(1000 + day)]));

function compare(result: JobResult, history = STORED, control: ControlFinding[] = []): ComparedJob {
  jobResultSchema.parse(result);
  const compared = compareJob({ result, history, planned: [ID], control });
  z.array(comparisonSchema).parse(compared.comparisons);
  return compared;
}

/** The one comparison of speed. */
function speed(compared: ComparedJob): ComparedJob["comparisons"][number] {
  const found = compared.comparisons.find(({ metric }) => metric?.class === "throughput");
  if (found === undefined) throw new Error("speed was not compared");
  return found;
}

function confirmation(overrides: Partial<Confirmation> = {}): Confirmation {
  return { base_sha: SHA, accepted: [], unpaired: [], planned_s: 0, spent_s: 0, notes: [], ...overrides };
}

function pairs(base: number, head: number, count = 4, overrides: Partial<Paired> = {}): Paired {
  const side = (level: number) =>
    Array.from({ length: count }, (_, index) =>
      runRecord(index + 1, { tokens_per_second: level * (SPREAD[index % 3] ?? 1) }),
    );
  return { software: null, metrics: [TOKENS], base: side(base), head: side(head), stopped: null, ...overrides };
}

const moved: ControlFinding = {
  backend: "torch-cpu",
  state: "moved",
  metric: builtinMetric("step_time", "torch-cpu", true),
  effect: 0.031,
  interval: [0.02, 0.04],
  jobs: 5,
  reason: null,
};

test("a change that history shows asks for four pairs, a cleared benchmark for none", () => {
  const slow = compare(jobResult(9, [lora(850)], { confirmation: confirmation() }));
  expect(slow.wanted).toEqual(new Map([[ID, 4]]));
  expect(speed(slow)).toMatchObject({ verdict: "inconclusive", unconfirmed: false });
  expect(compare(jobResult(9, [lora(1003)], { confirmation: confirmation() })).wanted.size).toBe(0);
});

test("without a base, and for a benchmark the base does not have, history decides alone", () => {
  for (const found of [null, confirmation({ base_sha: null }), confirmation({ unpaired: [ID] })]) {
    const compared = compare(jobResult(9, [lora(850)], { confirmation: found }));
    expect(speed(compared)).toMatchObject({ verdict: "regression", unconfirmed: true });
    expect(compared.wanted.size).toBe(0);
  }
});

test("pairs confirm, and their base is what is shown", () => {
  const paired = lora(850, { paired: pairs(1000, 850) });
  const compared = compare(jobResult(9, [paired], { confirmation: confirmation() }));
  expect(speed(compared)).toMatchObject({ verdict: "regression", unconfirmed: false, pairs: 4 });
  expect(speed(compared).base).toMatchObject({ count: 4, value: expect.closeTo(1000, -1) });
  expect(compared.wanted.size).toBe(0);
});

test("pairs that broke off say why, and are still what the judge would want", () => {
  const message = "4 pairs needed about 90 s more, and 10 s were left for them";
  const stopped = { reason: "time-budget", side: null, message } as const;
  const paired = lora(850, { paired: pairs(1000, 850, 0, { stopped }) });
  const compared = compare(jobResult(9, [paired], { confirmation: confirmation() }));
  expect(speed(compared)).toMatchObject({ verdict: "inconclusive", reason: message });
});

test("pairs of a base that measures in another way are not compared", () => {
  const paired = lora(850, { paired: pairs(1000, 850, 4, { metrics: [{ ...TOKENS, estimator: "median" }] }) });
  expect(speed(compare(jobResult(9, [paired], { confirmation: confirmation() }))).pairs).toBe(0);
});

test("another software than the history's: pairs decide, and what the environment changed is told apart", () => {
  const software = identity({ python: "3.12", torch: "2.14.1" });
  const alone = compare(jobResult(9, [lora(900, { software })], { confirmation: confirmation() }));
  expect(speed(alone)).toMatchObject({ verdict: "incomparable", environment_shift: null });
  expect(alone.wanted).toEqual(new Map([[ID, 4]]));
  const paired = lora(900, { software, paired: pairs(900, 900) });
  const compared = speed(compare(jobResult(9, [paired], { confirmation: confirmation() })));
  expect(compared).toMatchObject({ verdict: "no-change", pairs: 4, differences: [] });
  expect(compared.environment_shift).toBeCloseTo(900 / 1005 - 1, 2);
  // Other work has no such shift: it is no environment.
  const work = lora(900, { work_hash: "c".repeat(64), paired: pairs(900, 900) });
  expect(speed(compare(jobResult(9, [work], { confirmation: confirmation() }))).environment_shift).toBeNull();
});

test("a machine that moved is blamed itself: no verdict on speed, whatever pairs say, but one on memory", () => {
  const heavy = benchmark(
    [
      [TOKENS, [850, 851, 852]],
      [MEMORY, [2e9, 2e9, 2e9]],
    ],
    { paired: pairs(1000, 850) },
  );
  const stored = STORED.map((_, index) =>
    jobResult(index + 1, [
      benchmark([
        [TOKENS, [1000, 1001, 1002]],
        [MEMORY, [1e9, 1e9, 1e9]],
      ]),
    ]),
  );
  const compared = compare(jobResult(9, [heavy]), stored, [moved]);
  expect(speed(compared)).toMatchObject({
    verdict: "inconclusive",
    effect: null,
    reason: "the machine moved: control workload 3.1 % slower than its history",
  });
  expect(speed(compared).base?.value).toBeCloseTo(1001, 0);
  expect(compared.comparisons[1]).toMatchObject({ metric: MEMORY, verdict: "regression" });
  expect(compared.wanted.size).toBe(0);
  const other = { ...moved, backend: "torch-cuda" } as const;
  expect(speed(compare(jobResult(9, [lora(1003)]), STORED, [other])).verdict).toBe("no-change");
});

test("a baseline older than the suite allows is not judged against, and says how old it is", () => {
  const late = jobResult(9, [lora(850)], { job: { started_at: "2026-03-01T08:00:00Z" } });
  const compared = compare(late);
  expect(speed(compared)).toMatchObject({
    verdict: "no-baseline",
    reason: "the newest stored job is 54 days old, and the suite judges against none older than 30 days",
  });
  expect(compared.baseline).toMatchObject({ stale: true, jobs: 5 });
  const patient = { ...late, suite: { ...late.suite, max_baseline_age_days: 60 } };
  expect(speed(compare(patient))).toMatchObject({ verdict: "regression", unconfirmed: true });
  expect(compare(patient).baseline?.stale).toBe(false);
});

test("a disturbed run keeps its benchmark out of the history, and the others of its job in", () => {
  const throttled = { kind: "thermal", message: "hot" } as const;
  const slow = lora(700);
  const disturbed = { ...slow, runs: slow.runs.map((run) => ({ ...run, disturbances: [throttled] })) };
  const other = lora(500, { title: "other" });
  const stored = [...STORED, jobResult(6, [disturbed, other])];
  const compared = compare(jobResult(9, [lora(1003), lora(500, { title: "other" })]), stored);
  expect(compared.comparisons.map(({ base }) => base?.count)).toEqual([5, 1]);
  expect(compared.comparisons[0]?.verdict).toBe("no-change");
});

test("jobs that started after the candidate are not its history", () => {
  const compared = compare(jobResult(3, [lora(1003)], { job: { run_id: "again" } }));
  expect(speed(compared).base?.count).toBe(3);
});

const ACCEPTED: Acceptance = {
  benchmark: ID,
  metric: "tokens_per_second",
  runner_key: "box-1a2b",
  reason: "exact accumulation",
  expires: "2026-06-30",
};

test("an accepted change is shown as such; one that expired or has landed before covers nothing", () => {
  const slow = lora(850, { paired: pairs(1000, 850) });
  const candidate = jobResult(9, [slow], { confirmation: confirmation(), accepted: [ACCEPTED] });
  expect(speed(compare(candidate))).toMatchObject({
    verdict: "regression",
    accepted: { reason: "exact accumulation", expires: "2026-06-30" },
  });
  const expired = compare({ ...candidate, accepted: [{ ...ACCEPTED, expires: "2026-01-08" }] });
  expect(speed(expired)).toMatchObject({
    accepted: null,
    warnings: [expect.stringContaining("expired on 2026-01-08")],
  });
  const landed = STORED.map((job, index) => (index < 4 ? job : { ...job, accepted: [ACCEPTED] }));
  expect(speed(compare(candidate, landed)).accepted).toBeNull();
  // Nothing changed: an entry that covers nothing is nobody's concern.
  const calm = compare(jobResult(9, [lora(1003)], { accepted: [{ ...ACCEPTED, expires: "2026-01-08" }] }));
  expect(speed(calm)).toMatchObject({ verdict: "no-change", accepted: null, warnings: [] });
});

test("where an accepted change landed a new baseline begins", () => {
  const stored = [...STORED, jobResult(6, [lora(850)], { accepted: [ACCEPTED] })];
  const compared = compare(jobResult(9, [lora(851)], { accepted: [ACCEPTED] }), stored);
  expect(speed(compared)).toMatchObject({ verdict: "no-change", base: { count: 1 } });
});

test("what the base had accepted covers no second change, whatever the history holds of it", () => {
  const slow = lora(850, { paired: pairs(1000, 850) });
  const found = confirmation({ accepted: [ACCEPTED] });
  // Another software, so that no stored job tells what landed when.
  const bumped = { ...slow, software: identity({ python: "3.12", torch: "2.14.1" }) };
  for (const candidate of [slow, bumped]) {
    const compared = speed(compare(jobResult(9, [candidate], { confirmation: found, accepted: [ACCEPTED] })));
    expect(compared).toMatchObject({ verdict: "regression", accepted: null });
    expect(compared.warnings).toContainEqual(expect.stringContaining("covers an earlier change"));
  }
});

test("an acceptance that landed with a job of no use is spent all the same", () => {
  const broken = { ...lora(850), status: { state: "cut", message: "no time" } as const };
  const stored = [...STORED, jobResult(6, [broken], { accepted: [ACCEPTED] })];
  const candidate = jobResult(9, [lora(850)], { accepted: [ACCEPTED] });
  expect(speed(compare(candidate, stored))).toMatchObject({ verdict: "regression", accepted: null });
});

test("a head that fails only in pairs is failed; a base that does leaves history as the only witness", () => {
  const message = "the head run failed: ran out of memory after 3 s";
  const stopped = { reason: "failed", side: "head", message } as const;
  const paired = lora(1003, { paired: pairs(1000, 1003, 2, { stopped }) });
  const compared = compare(jobResult(9, [paired], { confirmation: confirmation() }));
  expect(compared.comparisons).toMatchObject([{ verdict: "failed", reason: message, head: { count: 3 } }]);
  expect(compared.wanted.size).toBe(0);
});

test("results that are all of no use are told apart from none", () => {
  const trend = { kind: "thermal", message: "hot" } as const;
  const hot = lora(1000);
  const disturbed = { ...hot, runs: hot.runs.map((run) => ({ ...run, disturbances: [trend] })) };
  const stored = [1, 2].map((day) => jobResult(day, [disturbed]));
  expect(speed(compare(jobResult(9, [lora(1000)]), stored))).toMatchObject({
    verdict: "no-baseline",
    reason: expect.stringContaining("all 2 stored results of it were disturbed or incomplete"),
  });
  expect(speed(compare(jobResult(9, [lora(1000)]), [])).reason).toBeNull();
});
