import fc from "../support/property.ts";
import { expect, test } from "vitest";
import type { Decision } from "../../src/core/decision.ts";
import { DOUBTS } from "../../src/core/doubts.ts";
import { judge } from "../../src/core/judge.ts";
import { judgeCase, POLICY } from "../support/cases.ts";

function decide(...args: Parameters<typeof judgeCase>): Decision {
  const [decision] = judge([judgeCase(...args)], POLICY);
  if (decision === undefined) throw new Error("no decision");
  return decision;
}

const QUIET = [
  [100, 100.3, 99.8],
  [100.2, 100.4, 99.9],
  [99.7, 100.1, 99.9],
  [100.1, 100, 100.4],
];

test("nothing stored: no baseline, and the head is still told", () => {
  const decision = decide([], [90, 110]);
  expect(decision).toMatchObject({ verdict: "no-baseline", unconfirmed: false, base: null, effect: null, p: null });
  expect(decision.head?.value).toBeCloseTo(Math.sqrt(90 * 110), 10);
  expect(decision.head?.count).toBe(2);
});

test("a quiet machine and the same speed: no change, with what that rules out", () => {
  const decision = decide(QUIET, [100.2, 99.9, 100.1]);
  expect(decision).toMatchObject({ verdict: "no-change", unconfirmed: false, smallestDetectable: null });
  expect(decision.interval?.[0]).toBeGreaterThan(-0.05);
  expect(decision.interval?.[1]).toBeLessThan(0.05);
});

test("a loss of 20 % of the speed against a single stored job is an unconfirmed regression", () => {
  const decision = decide([[100, 100.4, 99.8]], [80.1, 79.8, 80.2]);
  expect(decision).toMatchObject({ verdict: "regression", unconfirmed: true });
  expect(decision.effect).toBeCloseTo(-0.2, 2);
  expect(decision.p).toBeLessThan(0.01);
  expect(decision.warnings).toEqual([DOUBTS.fewJobs]);
});

test("effect and interval are those of the metric's own value when lower is better", () => {
  const time = { direction: "lower", unit: "s", name: "step_time" } as const;
  const slower = decide(QUIET, [120, 120.5, 119.8], time);
  expect(slower).toMatchObject({ verdict: "regression", unconfirmed: true });
  expect(slower.effect).toBeCloseTo(0.2, 2);
  expect(slower.interval?.[0]).toBeGreaterThan(0.15);
  expect(slower.interval?.[1]).toBeLessThan(0.25);
  expect(decide(QUIET, [80, 80.5, 79.8], time)).toMatchObject({ verdict: "improvement", unconfirmed: true });
});

test("a noisy machine: inconclusive, with the smallest slow-down it could have seen", () => {
  const noisy = [[100, 93, 106]];
  const decision = decide(noisy, [101, 95, 104]);
  expect(decision.verdict).toBe("inconclusive");
  expect(decision.smallestDetectable).toBeGreaterThan(0.1);
  expect(decision.smallestDetectable).toBeLessThan(1);
  expect(decision.warnings).toEqual([DOUBTS.fewJobs]);
  const time = decide(noisy, [101, 95, 104], { direction: "lower" });
  // The same distance is 1 − 1/(1 + x) of a rate and x of a time.
  const x = time.smallestDetectable ?? 0;
  expect(decision.smallestDetectable).toBeCloseTo(1 - 1 / (1 + x), 10);
});

test("a change between three quarters of the least effect and the least effect is left open", () => {
  const still = Array.from({ length: 12 }, (_, index) => [100, 100.1, 99.9 + 0.01 * (index % 2)]);
  expect(decide(still, [98.6, 98.7, 98.5]).verdict).toBe("no-change");
  expect(decide(still, [98.2, 98.3, 98.1]).verdict).toBe("inconclusive");
  expect(decide(still, [97.5, 97.6, 97.4]).verdict).toBe("regression");
  expect(decide(still, [101.8, 101.9, 101.7]).verdict).toBe("inconclusive");
  expect(decide(still, [102.5, 102.6, 102.4]).verdict).toBe("improvement");
});

test("Holm's family: what stands alone is a regression, among twenty undecided ones it is not", () => {
  const history = [[100, 100.4, 99.6]];
  const suspect = judgeCase(history, [96.8, 96.9, 96.6]);
  const [alone] = judge([suspect], POLICY);
  expect(alone?.verdict).toBe("regression");
  const others = Array.from({ length: 19 }, (_, index) => ({
    ...judgeCase(history, [99, 99.2, 99.4]),
    id: `${index}`,
  }));
  const [among] = judge([suspect, ...others], POLICY);
  expect(among?.verdict).toBe("inconclusive");
  expect(among?.p).toBeCloseTo(20 * (alone?.p ?? 0), 12);
  const outside = others.map((other) => ({ ...other, inFamily: false }));
  expect(judge([suspect, ...outside], POLICY)[0]).toEqual(alone);
});

test("doubts are told as values", () => {
  expect(decide(QUIET, [100]).warnings).toEqual([DOUBTS.oneRun, DOUBTS.counts]);
  expect(decide(QUIET, [100, 112, 95]).warnings).toEqual([DOUBTS.wide]);
  expect(
    decide(
      [
        [5, 5],
        [5, 5],
        [5, 5],
      ],
      [5, 5],
    ),
  ).toMatchObject({ verdict: "no-change", warnings: [DOUBTS.ties] });
  const left = decide([...QUIET, [0, Number.NaN]], [100, -3, Number.POSITIVE_INFINITY, 100.2]);
  expect(left.warnings).toEqual([DOUBTS.leftOut, DOUBTS.counts]);
  expect(left.base?.count).toBe(4);
  expect(left.head?.count).toBe(2);
  const unusable = decide(QUIET, [0, Number.NaN]);
  expect(unusable).toMatchObject({
    verdict: "inconclusive",
    reason: "no run gave a usable value of tokens_per_second",
  });
});

test("only the newest thirty jobs count", () => {
  const old = Array.from({ length: 20 }, () => [50, 51, 49]);
  const recent = Array.from({ length: 30 }, (_, index) => [100 + (index % 3) * 0.2, 100.1, 99.8]);
  expect(decide([...old, ...recent], [100, 100.2, 99.9])).toEqual(decide(recent, [100, 100.2, 99.9]));
});

const value = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
const job = fc.array(value, { minLength: 1, maxLength: 4 });
const history = fc.array(job, { minLength: 1, maxLength: 14 });

/** Jobs near one level, where verdicts of every kind come up. */
const near = fc.array(fc.double({ min: 0.97, max: 1.03, noNaN: true }), { minLength: 2, maxLength: 4 });
const nearHistory = fc.array(near, { minLength: 1, maxLength: 14 });
const shift = fc.constantFrom(0.8, 0.95, 0.975, 1, 1.025, 1.05, 1.3);

function inverse(runs: readonly number[]): number[] {
  return runs.map((run) => 1 / run);
}

/** What a verdict rests on, without the last digits. */
function gist({ verdict, p, effect, warnings }: Decision): object {
  return { verdict, p: p?.toFixed(7), effect: effect?.toFixed(7), warnings };
}

test("a rate and the time that is its inverse get the same verdict", () => {
  fc.assert(
    fc.property(nearHistory, near, shift, (jobs, candidate, factor) => {
      const head = candidate.map((run) => run * factor);
      const rate = decide(jobs, head);
      const time = decide(jobs.map(inverse), inverse(head), { direction: "lower" });
      expect(time.verdict).toBe(rate.verdict);
      expect(time.p).toBeCloseTo(rate.p ?? -1, 8);
      expect((1 + (time.effect ?? 0)) * (1 + (rate.effect ?? 0))).toBeCloseTo(1, 8);
    }),
  );
});

test("the unit of a metric does not matter, nor the order of the runs of a job", () => {
  fc.assert(
    fc.property(nearHistory, near, shift, fc.constantFrom(1e-6, 0.37, 4096), (jobs, candidate, factor, scale) => {
      const head = candidate.map((run) => run * factor);
      const decision = decide(jobs, head);
      const scaled = (runs: readonly number[]): number[] => runs.map((run) => run * scale);
      expect(gist(decide(jobs.map(scaled), scaled(head)))).toEqual(gist(decision));
      const turned = jobs.map((runs) => runs.toReversed());
      expect(gist(decide(turned, head.toReversed()))).toEqual(gist(decision));
    }),
  );
});

test("another benchmark in the report never makes a finding stronger", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(history, job), { minLength: 1, maxLength: 5 }), history, job, (cases, more, head) => {
      const made = cases.map(([jobs, candidate], index) => ({ ...judgeCase(jobs, candidate), id: `${index}` }));
      const before = judge(made, POLICY);
      const after = judge([...made, { ...judgeCase(more, head), id: "more" }], POLICY);
      for (const [index, decision] of before.entries()) {
        expect(after[index]?.p).toBeGreaterThanOrEqual(decision.p ?? 2);
      }
    }),
  );
});

test("identical input gives identical output", () => {
  fc.assert(
    fc.property(history, job, (jobs, candidate) => {
      expect(decide(structuredClone(jobs), [...candidate])).toEqual(decide(jobs, candidate));
    }),
  );
});

const hostile = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -0, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_VALUE, Number.MIN_VALUE, 1, 1, 1),
);
const hostileJob = fc.array(hostile, { maxLength: 4 });

test("no number whatever crashes it or leaves something that JSON cannot carry", () => {
  fc.assert(
    fc.property(
      fc.array(hostileJob, { maxLength: 14 }),
      hostileJob,
      fc.constantFrom("throughput", "memory", "loss", "info"),
      fc.constantFrom("higher", "lower"),
      fc.double({ min: 0, max: 2, noNaN: true }),
      (jobs, candidate, metricClass, direction, minEffect) => {
        const cases = [judgeCase(jobs, candidate, { class: metricClass, direction, unit: "B" })];
        const [decision] = judge(cases, { minEffect, maxTolerated: 2 * minEffect, tighten: false });
        expect(JSON.parse(JSON.stringify(decision))).toEqual(decision);
        const [low, high] = decision?.interval ?? [0, 0];
        expect(low).toBeLessThanOrEqual(high);
      },
    ),
    { numRuns: 2000 },
  );
});
