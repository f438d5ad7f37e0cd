import fc from "../support/property.ts";
import { expect, test } from "vitest";
import { completePairs, lookAt } from "../../src/core/pairs.ts";
import { isRatioScale } from "../../src/core/samples.ts";

const logs = (values: readonly number[]): number[] => values.map(Math.log);

const QUIET = { base: [100, 100.6, 99.7, 100.3], head: [97.1, 96.6, 97.4, 96.9] };
const JOBS = [
  [100.2, 99.8, 100.5],
  [99.1, 99.4, 98.9],
  [100.9, 101.2, 100.4],
  [100.0, 99.7, 100.1],
  [99.5, 99.9, 99.6],
  [101.0, 100.6, 100.8],
  [99.8, 100.2, 100.0],
  [100.4, 100.1, 100.7],
  [98.7, 99.2, 98.9],
  [100.3, 100.5, 99.9],
];

/** Effect, 99.5 % interval, p and detectable distance from a separate program that integrates the density of t numerically. */
interface Known {
  name: string;
  history: number[][];
  pairs?: typeof QUIET;
  effect?: number;
  low: number;
  high: number;
  p: number;
  detectable: number;
}

test.each<Known>([
  {
    name: "nothing stored: the pairs' own variance, six degrees of freedom",
    history: [],
    low: -0.0422539087621,
    high: -0.0205277846559,
    p: 1.75991768224e-5,
    detectable: 0.01356869942,
  },
  {
    name: "jobs of one run each say nothing of how runs differ",
    history: [[100], [101]],
    low: -0.0422539087621,
    high: -0.0205277846559,
    p: 1.75991768224e-5,
    detectable: 0.01356869942,
  },
  {
    name: "two jobs: ten degrees of freedom",
    history: JOBS.slice(0, 2),
    low: -0.0401446669865,
    high: -0.0226801337063,
    p: 1.71800658563e-7,
    detectable: 0.0112286180863,
  },
  {
    name: "ten jobs: twenty-six",
    history: JOBS,
    low: -0.0379807900334,
    high: -0.0248784265394,
    p: 5.77301118503e-14,
    detectable: 0.00865098102959,
  },
  {
    name: "noisier today than ever: today counts for what it is",
    history: JOBS,
    pairs: { base: [100, 103, 98, 101.5], head: [97, 95, 99.5, 96] },
    effect: -0.0372465630932,
    low: -0.0589325943444,
    high: -0.0150607972336,
    p: 2.51599998086e-5,
    detectable: 0.029138893748,
  },
  {
    name: "one wild job is cut down",
    history: [...JOBS.slice(0, 4), [100, 130, 95]],
    low: -0.0421901637809,
    high: -0.0205929713303,
    p: 7.23629670035e-8,
    detectable: 0.0141134260515,
  },
  {
    name: "thirty-five jobs count for sixty degrees of freedom, not for seventy",
    history: Array.from({ length: 35 }, (_, index) => [100 + 0.1 * index, 100.3, 99.8]),
    low: -0.0531426334622,
    high: -0.00926399384513,
    p: 0.000116352203087,
    detectable: 0.0292557439659,
  },
])("$name", ({ history, pairs = QUIET, effect = -0.0314517638641, low, high, p, detectable }) => {
  const look = lookAt(history.map(logs), { base: logs(pairs.base), head: logs(pairs.head) });
  expect(look.pairs).toBe(4);
  expect(Math.expm1(look.distance)).toBeCloseTo(effect, 9);
  expect(Math.expm1(look.distance - look.halfWidth)).toBeCloseTo(low, 8);
  expect(Math.expm1(look.distance + look.halfWidth)).toBeCloseTo(high, 8);
  expect(look.p / p).toBeCloseTo(1, 6);
  expect(look.detectable).toBeCloseTo(detectable, 8);
});

test("exactly equal runs leave the least distance that is ever told apart", () => {
  const look = lookAt([], { base: [1, 1, 1, 1], head: [1, 1, 1, 1] });
  expect(look.p).toBe(1);
  // t(0.9975, 6) · 0.1 % · √(2/4)
  expect(look.halfWidth).toBeCloseTo(4.316827 * 0.001 * Math.SQRT1_2, 8);
});

test("a pair that lost one run is left out whole, the others keep their order and their partner", () => {
  const base = [1, Number.NaN, 3, 4, 5, 6];
  const head = [10, 20, 0, 40, 50];
  expect(completePairs({ base, head }, isRatioScale)).toEqual({ base: [1, 4, 5], head: [10, 40, 50] });
});

const side = fc.array(fc.double({ min: -0.05, max: 0.05, noNaN: true }), { minLength: 4, maxLength: 10 });
const history = fc.array(fc.array(fc.double({ min: -0.05, max: 0.05, noNaN: true }), { minLength: 1, maxLength: 4 }), {
  maxLength: 6,
});

test("the sides changed over: the same distance the other way, as sure as before", () => {
  fc.assert(
    fc.property(history, side, side, (jobs, a, b) => {
      const count = Math.min(a.length, b.length);
      const [base, head] = [a.slice(0, count), b.slice(0, count)];
      const there = lookAt(jobs, { base, head });
      const back = lookAt(jobs, { base: head, head: base });
      expect(back.distance).toBe(-there.distance || 0);
      expect(back.p).toBeCloseTo(there.p, 12);
      expect(back.halfWidth).toBeCloseTo(there.halfWidth, 12);
    }),
  );
});

test("the order of the pairs and the level of the day do not matter", () => {
  fc.assert(
    fc.property(history, side, fc.double({ min: -5, max: 5, noNaN: true }), (jobs, runs, level) => {
      const [base, head] = [runs, runs.map((run, index) => run * 0.5 + 0.01 * (index % 3))];
      const look = lookAt(jobs, { base, head });
      const moved = (values: readonly number[]): number[] => values.toReversed().map((value) => value + level);
      const again = lookAt(jobs, { base: moved(base), head: moved(head) });
      expect(again.distance).toBeCloseTo(look.distance, 10);
      expect(again.halfWidth).toBeCloseTo(look.halfWidth, 10);
    }),
  );
});
