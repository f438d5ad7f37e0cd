import { expect, test } from "vitest";
import { predict } from "../../src/core/prediction.ts";

/** Jobs of three runs around 100, differing by some 0.7 %. */
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

const logs = (values: readonly number[]): number[] => values.map(Math.log);

/** Effect, interval, p and detectable distance from a separate program that integrates the density of t numerically. */
interface Known {
  name: string;
  history: number[][];
  candidate: number[];
  effect: number;
  low: number;
  high: number;
  p: number;
  detectable: number;
}

test("one job of one run: the prior alone, by hand", () => {
  // Runs are assumed to differ by 2 %, so jobs of one run by 2 % · √1.5, and two of those by √2 more.
  const error = 0.02 * Math.sqrt(1.5) * Math.SQRT2;
  const { centre, distance, halfWidth, detectable } = predict([logs([100])], logs([120]));
  expect(centre).toBeCloseTo(Math.log(100), 12);
  expect(distance).toBeCloseTo(Math.log(1.2), 12);
  expect(halfWidth).toBeCloseTo(4.604095 * error, 6);
  expect(detectable).toBeCloseTo((4.604095 + 0.940965) * error, 6);
});

test.each<Known>([
  {
    name: "one stored job",
    history: [[100]],
    candidate: [120],
    effect: 0.2,
    low: 0.02309365485,
    high: 0.4074957783,
    p: 0.006241032088,
    detectable: 0.1920864939,
  },
  {
    name: "two, around their mean",
    history: [
      [100, 101, 99],
      [102, 101, 103],
    ],
    candidate: [95, 96, 94.5],
    effect: -0.05769898445,
    low: -0.1024515711,
    high: -0.01071499289,
    p: 0.004379037445,
    detectable: 0.05975424517,
  },
  {
    name: "five, around their median",
    history: JOBS.slice(0, 5),
    candidate: [97, 97.4, 96.8],
    effect: -0.02868758998,
    low: -0.04622275817,
    high: -0.01083003821,
    p: 0.000676909701,
    detectable: 0.02304422079,
  },
  {
    name: "eight, one of them wild and cut down",
    history: [...JOBS.slice(0, 7), [120, 121, 119]],
    candidate: [100, 100.3, 99.9],
    effect: -0.0001649071018,
    low: -0.03405985357,
    high: 0.03491941678,
    p: 0.9884164623,
    detectable: 0.04421082512,
  },
  {
    name: "ten, followed by the moving centre",
    history: JOBS,
    candidate: [95, 95.3, 94.8],
    effect: -0.04965115521,
    low: -0.06914450009,
    high: -0.02974959392,
    p: 5.180593507e-6,
    detectable: 0.02671188496,
  },
])("$name", ({ history, candidate, effect, low, high, p, detectable }) => {
  const found = predict(history.map(logs), logs(candidate));
  expect(Math.expm1(found.distance)).toBeCloseTo(effect, 9);
  expect(Math.expm1(found.distance - found.halfWidth)).toBeCloseTo(low, 8);
  expect(Math.expm1(found.distance + found.halfWidth)).toBeCloseTo(high, 8);
  expect(found.p / p).toBeCloseTo(1, 6);
  expect(found.detectable).toBeCloseTo(detectable, 8);
});

test("ten jobs around their median, where pairs can decide what it misses", () => {
  const found = predict(JOBS.map(logs), logs([95, 95.3, 94.8]), "middle");
  expect(Math.expm1(found.distance)).toBeCloseTo(-0.0504572623599, 9);
  expect(Math.expm1(found.distance - found.halfWidth)).toBeCloseTo(-0.0673346405866, 8);
  expect(Math.expm1(found.distance + found.halfWidth)).toBeCloseTo(-0.0332744735239, 8);
  expect(found.p / 8.86575511219e-7).toBeCloseTo(1, 6);
  expect(found.detectable).toBeCloseTo(0.0231146639222, 8);
});

test("exactly equal jobs leave the least distance that is ever told apart", () => {
  const { halfWidth, p } = predict(
    Array.from({ length: 9 }, () => [5, 5, 5]),
    [5, 5, 5],
  );
  expect(p).toBe(1);
  expect(halfWidth).toBeGreaterThan(0.003);
  expect(halfWidth).toBeLessThan(0.004);
});

test("a drifting series is followed: the centre lies near its end, not in its middle", () => {
  const drifting = Array.from({ length: 30 }, (_, index) => [
    index * 0.002,
    index * 0.002 + 0.004,
    index * 0.002 - 0.004,
  ]);
  const { centre } = predict(drifting, [0.058]);
  expect(centre).toBeGreaterThan(0.045);
  expect(centre).toBeLessThan(0.058);
});

test("one wild job neither drags the centre along nor hides a real change", () => {
  const quiet = Array.from({ length: 29 }, (_, index) =>
    [0.004, -0.004, 0.001].map((run) => run + (index % 3) * 0.001),
  );
  const wild = [...quiet.slice(0, 28), [-0.3, -0.31, -0.29], ...quiet.slice(28)];
  const found = predict(wild, [-0.1, -0.101, -0.099]);
  expect(found.centre).toBeGreaterThan(-0.01);
  expect(found.p).toBeLessThan(0.001);
});

/** Jobs of two runs near a level, log scale. */
function level(offset: number, count: number): number[][] {
  return Array.from({ length: count }, (_, index) => [
    offset + ((index % 3) - 1) * 0.004,
    offset + ((index % 2) - 0.5) * 0.004,
  ]);
}

test("the newest five jobs as centre: three on another level suffice, and the level left behind is no spread for long", () => {
  const centres = [1, 2, 3, 4].map((count) => predict([...level(0, 20), ...level(-0.08, count)], [-0.08], "newest"));
  expect(centres.map(({ centre }) => Math.abs(centre + 0.08) < 0.01)).toEqual([false, false, true, true]);
  expect(centres[3]?.halfWidth).toBeLessThan(0.03);
  // Up to five jobs there is nothing to leave behind.
  expect(predict(level(0, 5), [0.01], "newest")).toEqual(predict(level(0, 5), [0.01], "middle"));
});
