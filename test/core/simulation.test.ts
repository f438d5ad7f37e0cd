/** What the rule promises, held against seeded noise: how often it cries wolf, and what it finds. */
import { expect, test } from "vitest";
import { predict } from "../../src/core/prediction.ts";
import type { Verdict } from "../../src/core/comparison.ts";
import { judge } from "../../src/core/judge.ts";
import { drawJob, judgeCase, POLICY, type Noise } from "../support/cases.ts";
import { seededRandom } from "../support/random.ts";

const GAUSS = { shared: 0.3, slow: 0 };
const HEAVY = { shared: 0.3, slow: 0.05 };

/** Share of each verdict over `count` reports of one benchmark with `jobs` stored jobs and a true change of `effect`. */
function verdicts(
  count: number,
  jobs: number,
  effect: number,
  noise: Noise,
  seed: number,
): (verdict: Verdict) => number {
  const random = seededRandom(seed);
  const seen = new Map<Verdict, number>();
  for (let trial = 0; trial < count; trial++) {
    const history = Array.from({ length: jobs }, () => drawJob(random, 100, noise));
    const [decision] = judge([judgeCase(history, drawJob(random, 100 * (1 + effect), noise))], POLICY);
    const verdict = decision?.verdict ?? "failed";
    seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
  }
  return (verdict) => (seen.get(verdict) ?? 0) / count;
}

test.each([
  { cv: 0.005, jobs: 1, ...GAUSS },
  { cv: 0.005, jobs: 10, ...HEAVY },
  { cv: 0.01, jobs: 1, ...HEAVY },
  { cv: 0.01, jobs: 3, ...GAUSS },
  { cv: 0.01, jobs: 10, ...HEAVY },
  { cv: 0.01, jobs: 30, ...GAUSS },
])("unchanged code: at most 2.6 % false alarms (CV $cv, $jobs jobs, slow runs $slow)", ({ jobs, ...noise }) => {
  const share = verdicts(1500, jobs, 0, noise, 11);
  expect(share("regression") + share("improvement")).toBeLessThanOrEqual(0.026);
});

test("a loss of 20 % is always found on a quiet machine, with one stored job", () => {
  expect(verdicts(1500, 1, -0.2, { cv: 0.005, ...GAUSS }, 12)("regression")).toBe(1);
  expect(verdicts(1500, 1, 0.25, { cv: 0.005, ...GAUSS }, 13)("improvement")).toBe(1);
});

test("a loss of 5 % is found with ten stored jobs at 1 %, and never called no change", () => {
  const share = verdicts(1500, 10, -0.05, { cv: 0.01, ...GAUSS }, 14);
  expect(share("regression")).toBeGreaterThan(0.95);
  expect(share("no-change")).toBe(0);
});

test("a quiet machine clears unchanged code, a noisy one with one stored job cannot", () => {
  expect(verdicts(1500, 10, 0, { cv: 0.005, ...GAUSS }, 15)("no-change")).toBeGreaterThan(0.95);
  expect(verdicts(1500, 1, 0, { cv: 0.005, ...GAUSS }, 16)("no-change")).toBeGreaterThan(0.8);
  expect(verdicts(1500, 1, 0, { cv: 0.025, ...GAUSS }, 17)("inconclusive")).toBeGreaterThan(0.95);
});

test("a true loss of 5 % is hardly ever called no change where runs differ by 2 %", () => {
  expect(verdicts(1500, 10, -0.05, { cv: 0.02, ...GAUSS }, 18)("no-change")).toBeLessThanOrEqual(0.01);
});

test("a report of eight benchmarks on unchanged code raises an alarm in at most 2.6 % of cases", () => {
  const random = seededRandom(19);
  const noise = { cv: 0.01, ...GAUSS };
  let alarms = 0;
  for (let trial = 0; trial < 300; trial++) {
    const cases = Array.from({ length: 8 }, (_, index) => {
      const history = Array.from({ length: 10 }, () => drawJob(random, 100, noise));
      return { ...judgeCase(history, drawJob(random, 100, noise)), id: `${index}` };
    });
    if (judge(cases, POLICY).some(({ unconfirmed }) => unconfirmed)) alarms += 1;
  }
  expect(alarms / 300).toBeLessThanOrEqual(0.026);
});

test("the 99 % interval holds the true change in at least 98 % of cases", () => {
  const random = seededRandom(20);
  const noise = { cv: 0.01, ...GAUSS };
  let covered = 0;
  const count = 2000;
  for (let trial = 0; trial < count; trial++) {
    const jobs = 1 + (trial % 12);
    const logs = (): number[] => drawJob(random, 1, noise).map(Math.log);
    const { distance, halfWidth } = predict(Array.from({ length: jobs }, logs), logs());
    if (Math.abs(distance) <= halfWidth) covered += 1;
  }
  expect(covered / count).toBeGreaterThanOrEqual(0.98);
});

test("a hundred benchmarks with thirty stored jobs are judged in well under a second", () => {
  const random = seededRandom(21);
  const noise = { cv: 0.01, ...GAUSS };
  const cases = Array.from({ length: 100 }, (_, index) => {
    const history = Array.from({ length: 30 }, () => drawJob(random, 100, noise));
    return { ...judgeCase(history, drawJob(random, 100, noise)), id: `${index}` };
  });
  const began = performance.now();
  expect(judge(cases, POLICY)).toHaveLength(100);
  expect(performance.now() - began).toBeLessThan(1000);
});
