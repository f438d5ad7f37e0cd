import fc from "../support/property.ts";
import { expect, test } from "vitest";
import {
  holm,
  mean,
  median,
  pooledVariance,
  robustSd,
  spread,
  tQuantile,
  tTwoSided,
  variance,
} from "../../src/core/statistics.ts";

test("mean, median, variance and spread of small lists", () => {
  expect(mean([1, 2, 6])).toBe(3);
  expect(median([5, 1, 3])).toBe(3);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(variance([2, 4, 6])).toBe(4);
  expect(variance([2])).toBeNull();
  expect(spread([90, 110])).toBeCloseTo(Math.SQRT2 / 10, 12);
  expect(spread([7])).toBeNull();
  expect(spread([-1, 1])).toBeNull();
  expect(robustSd([10, 11, 12, 13, 100], 12)).toBeCloseTo(1.4826, 12);
});

test("the variance inside groups: a wild one counts for at most eight times the middle one, single values for nothing", () => {
  const [one, two, wild] = [
    [1, 3],
    [2, 4, 6],
    [0, 100],
  ];
  expect(pooledVariance([one, two], 0)).toBe(3);
  expect(pooledVariance([one, two, [7]], 0)).toBe(3);
  expect(pooledVariance([one, two, wild], 0)).toBeCloseTo((2 + 4 + 8 * 4) / 3, 12);
  expect(pooledVariance([[5], [6]], 0)).toBeNull();
  expect(pooledVariance([], 0)).toBeNull();
  // Exact ties in most groups must not hide what the others show.
  expect(pooledVariance([[1, 1], [1, 1], one], 0.1)).toBeCloseTo(0.8 / 3, 12);
  expect(pooledVariance([[1, 1], [1, 1], one], 1)).toBeCloseTo(2 / 3, 12);
});

test("numbers at the end of their range neither overflow nor become NaN", () => {
  const huge = Number.MAX_VALUE;
  expect(mean([huge, huge, huge])).toBe(huge);
  expect(median([huge, huge])).toBe(huge);
  expect(median([-huge, huge])).toBe(0);
  expect(spread([huge, -huge, huge])).toBeNull();
});

test("quantiles of Student's t as printed in tables", () => {
  expect(tQuantile(0.995, 1)).toBeCloseTo(63.657, 3);
  expect(tQuantile(0.995, 4)).toBeCloseTo(4.604, 3);
  expect(tQuantile(0.995, 13)).toBeCloseTo(3.012, 3);
  expect(tQuantile(0.995, 30)).toBeCloseTo(2.75, 3);
  expect(tQuantile(0.8, 4)).toBeCloseTo(0.941, 3);
});

test("p values of Student's t against its closed form for four degrees of freedom", () => {
  for (const t of [0.1, 0.5, 1, 2.7764, 5.2632, 40]) {
    const r = (t * t) / (4 + t * t);
    const inside = Math.sqrt(r) * (1.5 - 0.5 * r);
    expect(tTwoSided(t, 4)).toBeCloseTo(1 - inside, 10);
    expect(tTwoSided(-t, 4)).toBe(tTwoSided(t, 4));
  }
  expect(tTwoSided(0, 4)).toBe(1);
});

test("Holm's example: three of four hypotheses by hand", () => {
  const adjusted = holm([0.04, 0.01, 0.03, 0.005]);
  expect(adjusted.map((p) => Number(p.toFixed(6)))).toEqual([0.06, 0.03, 0.06, 0.02]);
  expect(holm([])).toEqual([]);
  expect(holm([0.7])).toEqual([0.7]);
});

const pValue = fc.double({ min: 0, max: 1, noNaN: true });

test("another hypothesis in the family never makes a p value smaller, and order does not matter", () => {
  fc.assert(
    fc.property(fc.array(pValue, { minLength: 1, maxLength: 12 }), pValue, (ps, more) => {
      const alone = holm(ps);
      const together = holm([...ps, more]);
      for (const [index, p] of alone.entries()) {
        expect(together[index]).toBeGreaterThanOrEqual(p);
        expect(p).toBeGreaterThanOrEqual(ps[index] ?? 1);
      }
      expect(holm(ps.toReversed())).toEqual(alone.toReversed());
    }),
  );
});
