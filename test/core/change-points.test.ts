import fc from "../support/property.ts";
import { expect, test } from "vitest";
import { findChangePoints, MAX_SERIES, type ChangeCut, type SeriesPoint } from "../../src/core/change-points.ts";
import { seededRandom } from "../support/random.ts";

/** Noise of 1 % around the levels, each given as [points, value]. */
function levels(seed: number, ...parts: readonly (readonly [number, number])[]): SeriesPoint[] {
  const random = seededRandom(seed);
  return parts.flatMap(([points, value]) =>
    Array.from({ length: points }, () => ({ value: value * Math.exp(0.01 * random.normal()), identity: "a" })),
  );
}

function only(cuts: readonly ChangeCut[]): ChangeCut {
  const [cut, ...more] = cuts;
  if (cut === undefined || more.length > 0) throw new Error(`${cuts.length} changes`);
  return cut;
}

test("a level that falls by 8 % is found at its first point, with its size and how sure that is", () => {
  const cut = only(findChangePoints(levels(1, [20, 100], [12, 92])));
  expect(cut).toMatchObject({ index: 20, before: 20, after: 12, pending: false });
  expect(cut.p).toBeLessThan(1e-4);
  expect(cut.interval[0]).toBeLessThan(Math.log(0.92));
  expect(cut.interval[1]).toBeGreaterThan(Math.log(0.92));
  expect(cut.jump).toBeCloseTo((cut.interval[0] + cut.interval[1]) / 2, 12);
});

test("two changes in opposite directions are both found, oldest first", () => {
  const cuts = findChangePoints(levels(2, [15, 100], [10, 90], [15, 100]));
  expect(cuts.map(({ index }) => index)).toEqual([15, 25]);
  expect(cuts.map(({ jump }) => Math.sign(jump))).toEqual([-1, 1]);
});

test("a steady series has no change, and neither has one that is too short to have two levels", () => {
  expect(findChangePoints(levels(3, [60, 100]))).toEqual([]);
  expect(findChangePoints(levels(4, [4, 100]))).toEqual([]);
  expect(findChangePoints([])).toEqual([]);
});

test("a change below 2 % is none, however sure", () => {
  const still = [...Array.from({ length: 30 }, () => 100), ...Array.from({ length: 30 }, () => 98.5)];
  expect(findChangePoints(still.map((value) => ({ value, identity: "a" })))).toEqual([]);
});

test("one wild point is no change, wherever it stands but at the end", () => {
  for (const at of [0, 1, 14, 27, 28]) {
    const series = levels(5, [30, 100]);
    series[at] = { value: 60, identity: "a" };
    expect(findChangePoints(series), `wild point ${at}`).toEqual([]);
  }
});

test("where the identity changes nothing is reported, and both sides are looked at by themselves", () => {
  const old = levels(6, [16, 100]);
  const other = levels(7, [16, 60], [10, 50]).map(({ value }) => ({ value, identity: "b" }));
  expect(only(findChangePoints([...old, ...other]))).toMatchObject({ index: 32, before: 16, after: 10 });
  expect(findChangePoints([...old, ...other.slice(0, 16)])).toEqual([]);
  // Only the newest level of all may be shorter than four points.
  const ended = only(findChangePoints([...levels(6, [16, 100], [3, 80]), ...other.slice(0, 16)]));
  expect(ended).toMatchObject({ after: 4, pending: false });
});

test.each([1, 2, 3])("a level of %i points at the end is a pending change, and with 4 points it is none", (points) => {
  const series = levels(8, [20, 100], [4, 88]);
  expect(only(findChangePoints(series.slice(0, 20 + points)))).toMatchObject({
    index: 20,
    after: points,
    pending: true,
  });
  expect(only(findChangePoints(series))).toMatchObject({ index: 20, after: 4, pending: false });
});

test("points without a logarithm are left out, and indexes stay those of the series", () => {
  const series = levels(9, [12, 100], [12, 90]);
  const holes = [Number.NaN, 0, -5, Number.POSITIVE_INFINITY].map((value) => ({ value, identity: "a" }));
  const cut = only(findChangePoints([...holes, ...series.slice(0, 12), ...holes, ...series.slice(12)]));
  expect(cut).toMatchObject({ index: 20, before: 12, after: 12 });
});

test("only the newest five hundred points count", () => {
  const series = levels(10, [100, 50], [MAX_SERIES, 100]);
  expect(findChangePoints(series)).toEqual([]);
  expect(only(findChangePoints(series.slice(0, -20))).index).toBe(100);
});

test("slow wandering of the machine is no row of changes", () => {
  const random = seededRandom(11);
  let reports = 0;
  for (let trial = 0; trial < 40; trial++) {
    let wander = 0;
    const series = Array.from({ length: 120 }, () => {
      wander = 0.9 * wander + Math.sqrt(1 - 0.9 ** 2) * random.normal();
      return { value: Math.exp(0.01 * (wander + random.normal())), identity: "a" };
    });
    reports += findChangePoints(series).length;
  }
  // Taken for independent, the same points give fifteen.
  expect(reports).toBeLessThanOrEqual(4);
});

test("a short series of nothing but noise, whose scatter is hardly known, shows a change in one case of a hundred", () => {
  const random = seededRandom(5);
  const noisy = Array.from({ length: 1000 }, () =>
    Array.from({ length: 8 }, () => ({ value: Math.exp(0.02 * random.normal()), identity: "a" })),
  );
  expect(noisy.filter((series) => findChangePoints(series).length > 0).length).toBeLessThanOrEqual(10);
});

const point = fc.record({
  value: fc.oneof(fc.double(), fc.constantFrom(1, 1, 1.1, 0, Number.NaN, Number.MAX_VALUE, Number.MIN_VALUE)),
  identity: fc.constantFrom("a", "a", "a", "b"),
});

test("no series whatever crashes it: cuts are in order, inside, and their numbers hold together", () => {
  fc.assert(
    fc.property(fc.array(point, { maxLength: 60 }), (series) => {
      const cuts = findChangePoints(series);
      expect(findChangePoints(structuredClone(series))).toEqual(cuts);
      let last = 0;
      for (const { index, jump, interval, p, before, after, pending } of cuts) {
        expect(index).toBeGreaterThan(last);
        expect(index).toBeLessThan(series.length);
        expect(Math.abs(jump)).toBeGreaterThanOrEqual(Math.log(1.02));
        expect(interval[0]).toBeLessThanOrEqual(jump);
        expect(interval[1]).toBeGreaterThanOrEqual(jump);
        expect(p).toBeLessThan(0.001);
        expect(before).toBeGreaterThanOrEqual(4);
        expect(pending).toBe(after < 4);
        last = index;
      }
    }),
  );
});

test("the unit does not matter, and a time gives the changes of its inverse with the other sign", () => {
  fc.assert(
    fc.property(fc.integer(), fc.constantFrom(1e-6, 3, 4096), fc.integer({ min: 4, max: 30 }), (seed, unit, size) => {
      const series = levels(seed, [20, 100], [size, 93]);
      const cuts = findChangePoints(series);
      const scaled = findChangePoints(series.map(({ value, identity }) => ({ value: value * unit, identity })));
      const inverse = findChangePoints(series.map(({ value, identity }) => ({ value: 1 / value, identity })));
      expect(scaled.map(({ index }) => index)).toEqual(cuts.map(({ index }) => index));
      expect(inverse.map(({ index, jump }) => [index, (-jump).toFixed(9)])).toEqual(
        cuts.map(({ index, jump }) => [index, jump.toFixed(9)]),
      );
    }),
  );
});
