/** What the rule promises, held against seeded noise: how often it cries wolf, what it finds, and what that costs. */
import { expect, test } from "vitest";
import type { Verdict } from "../../src/core/comparison.ts";
import type { Decision } from "../../src/core/decision.ts";
import { judge } from "../../src/core/judge.ts";
import { confirmable, drawJob, drawPairs, judgeCase, POLICY, type Noise } from "../support/cases.ts";
import { seededRandom, type Random } from "../support/random.ts";
import { processorMs } from "../support/processor-time.ts";

const GAUSS = { shared: 0.3, slow: 0 };
const HEAVY = { shared: 0.3, slow: 0.05 };

interface Situation extends Noise {
  readonly jobs: number;
  readonly effect: number;
}

/** With ten pairs to be had, of which the judge looks at as many as it asks for. */
function drawCase(random: Random, { jobs, effect, ...noise }: Situation, id: string): ReturnType<typeof judgeCase> {
  const history = Array.from({ length: jobs }, () => drawJob(random, 100, noise));
  const judged = judgeCase(history, drawJob(random, 100 * (1 + effect), noise));
  return { ...confirmable(judged, drawPairs(random, 100, effect, noise)), id };
}

interface Tally {
  readonly share: (verdict: Verdict) => number;
  /** Intervals that hold the true effect, of those that were told. */
  readonly coverage: number;
  readonly meanPairs: number;
}

function tally(decisions: readonly Decision[], effect: number): Tally {
  const told = decisions.flatMap(({ interval }) => (interval === null ? [] : [interval]));
  const covering = told.filter(([low, high]) => low <= effect && effect <= high);
  return {
    share: (verdict) => decisions.filter((decision) => decision.verdict === verdict).length / decisions.length,
    coverage: covering.length / told.length,
    meanPairs: decisions.reduce((total, { pairs }) => total + pairs, 0) / decisions.length,
  };
}

/** Reports of one benchmark each. */
function simulate(count: number, seed: number, situation: Situation, pairsToBeHad = true): Tally {
  const random = seededRandom(seed);
  const decisions = Array.from({ length: count }, (_, index) => {
    const judged = { ...drawCase(random, situation, `${index}`), isConfirmable: pairsToBeHad };
    return judge([judged], POLICY);
  });
  return tally(decisions.flat(), situation.effect);
}

test.each([
  { cv: 0.01, jobs: 10, effect: 0, most: 0.002, ...GAUSS },
  { cv: 0.01, jobs: 1, effect: 0, most: 0.002, ...HEAVY },
  { cv: 0.02, jobs: 10, effect: 0, most: 0.01, ...GAUSS },
  { cv: 0.02, jobs: 10, effect: 0, most: 0.01, ...HEAVY },
])("unchanged code at CV $cv, $jobs jobs, slow runs $slow: alarms in at most $most", ({ most, ...situation }) => {
  const { share } = simulate(600, 11, situation);
  expect(share("regression") + share("improvement")).toBeLessThanOrEqual(most);
});

test("unchanged code is cleared: from history alone on a quiet machine, with pairs on a noisy one", () => {
  const quiet = simulate(400, 12, { cv: 0.005, jobs: 10, effect: 0, ...GAUSS });
  expect(quiet.share("no-change")).toBe(1);
  expect(quiet.meanPairs).toBeLessThan(0.1);
  const noisy = simulate(400, 13, { cv: 0.02, jobs: 10, effect: 0, ...GAUSS });
  expect(noisy.share("no-change")).toBeGreaterThanOrEqual(0.97);
  expect(noisy.meanPairs).toBeLessThan(6);
});

test.each([
  { effect: -0.05, cv: 0.01, jobs: 10, least: 0.995 },
  { effect: -0.05, cv: 0.02, jobs: 10, least: 0.97 },
  { effect: -0.1, cv: 0.05, jobs: 10, least: 0.98 },
  { effect: -0.03, cv: 0.005, jobs: 0, least: 0.95 },
  { effect: -0.03, cv: 0.005, jobs: 2, least: 0.95 },
  { effect: -0.03, cv: 0.005, jobs: 30, least: 0.95 },
])("a change of $effect at CV $cv with $jobs jobs: found in at least $least", ({ least, ...situation }) => {
  const { share } = simulate(400, 14, { ...situation, ...GAUSS });
  expect(share("regression")).toBeGreaterThanOrEqual(least);
  expect(share("improvement")).toBe(0);
  expect(share("no-change")).toBeLessThanOrEqual(situation.effect < -0.03 ? 0.01 : 0.05);
});

test("a speed-up is found as surely as a slow-down", () => {
  expect(simulate(400, 15, { effect: 0.05, cv: 0.01, jobs: 10, ...GAUSS }).share("improvement")).toBeGreaterThanOrEqual(
    0.995,
  );
});

test.each([0, -0.01, -0.02, -0.04])("the intervals hold a true change of %d in at least 98 % of cases", (effect) => {
  for (const [seed, noise] of [GAUSS, HEAVY].entries()) {
    expect(simulate(500, 16 + seed, { effect, cv: 0.015, jobs: 6, ...noise }).coverage).toBeGreaterThanOrEqual(0.98);
  }
});

test("a report of eight unchanged benchmarks raises an alarm in at most 1 % of cases", () => {
  const random = seededRandom(18);
  const situation = { cv: 0.02, jobs: 10, effect: 0, ...HEAVY };
  const reports = Array.from({ length: 200 }, () =>
    judge(
      Array.from({ length: 8 }, (_, index) => drawCase(random, situation, `${index}`)),
      POLICY,
    ),
  );
  const alarming = reports.filter((report) =>
    report.some(({ verdict }) => verdict === "regression" || verdict === "improvement"),
  );
  expect(alarming.length).toBeLessThanOrEqual(2);
});

test("history alone: at most 2.6 % false alarms, and 20 % less always found", () => {
  for (const [seed, jobs] of [1, 3, 10, 30].entries()) {
    const { share } = simulate(400, 20 + seed, { cv: 0.01, jobs, effect: 0, ...HEAVY }, false);
    expect(share("regression") + share("improvement")).toBeLessThanOrEqual(0.026);
  }
  expect(simulate(400, 25, { cv: 0.005, jobs: 1, effect: -0.2, ...GAUSS }, false).share("regression")).toBe(1);
});

test("a hundred benchmarks with thirty stored jobs are judged in well under a second", () => {
  const random = seededRandom(30);
  const situation = { cv: 0.02, jobs: 30, effect: 0, ...GAUSS };
  const cases = Array.from({ length: 100 }, (_, index) => drawCase(random, situation, `${index}`));
  expect(processorMs(() => expect(judge(cases, POLICY)).toHaveLength(100))).toBeLessThan(1000);
});
