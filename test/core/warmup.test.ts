import fc from "../support/property.ts";
import { expect, test } from "vitest";
import { countWarmup } from "../../src/core/warmup.ts";

const flat = (count: number): number[] => Array.from({ length: count }, () => 0.1);

test("steady from the start: the least of the backend, or what the program tagged", () => {
  expect(countWarmup(flat(23), 3, "torch-cpu")).toBe(3);
  expect(countWarmup(flat(23), 0, "mlx-metal")).toBe(3);
  expect(countWarmup(flat(40), 3, "torch-cuda")).toBe(10);
  expect(countWarmup(flat(40), 3, "mlx-cuda")).toBe(10);
  expect(countWarmup(flat(23), 6, "torch-cpu")).toBe(6);
});

test("slow steps at the start are tagged until two windows of five agree within 3 %", () => {
  // Eight steps a quarter slower: a window of five still leans on them until three of its five are quick.
  const settling = [...Array.from({ length: 8 }, () => 0.125), ...flat(22)];
  expect(countWarmup(settling, 3, "torch-cpu")).toBe(6);
  // A long slope of 1 % a step is never steady: half of the steps is where it stops.
  const sloping = Array.from({ length: 30 }, (_, index) => 0.1 * 0.99 ** index);
  expect(countWarmup(sloping, 3, "torch-cpu")).toBe(15);
});

test("one slow step among many is no reason to go on", () => {
  const spiky = flat(23).map((time, index) => (index === 5 ? 3 * time : time));
  expect(countWarmup(spiky, 3, "torch-cpu")).toBe(3);
});

test("with very few steps at least half of them are kept", () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7].map((count) => countWarmup(flat(count), 0, "torch-cpu"))).toEqual([
    0, 0, 1, 1, 2, 2, 3, 3,
  ]);
  expect(countWarmup(flat(12), 0, "torch-cuda")).toBe(6);
});

test("a program that tags every step still leaves one", () => {
  expect(countWarmup(flat(4), 4, "torch-cpu")).toBe(3);
  expect(countWarmup(flat(4), 3, "torch-cpu")).toBe(3);
  expect(countWarmup(flat(1), 1, "torch-cpu")).toBe(0);
});

test("a sample always remains, tags are kept, and the extension stops at half", () => {
  const time = fc.double({ min: 1e-6, max: 1e3, noNaN: true });
  fc.assert(
    fc.property(fc.array(time, { minLength: 1, maxLength: 40 }), fc.nat({ max: 45 }), (times, tagged) => {
      const count = countWarmup(times, tagged, "torch-cuda");
      expect(count).toBeLessThan(times.length);
      expect(count).toBeGreaterThanOrEqual(Math.min(tagged, times.length - 1));
      expect(count).toBeLessThanOrEqual(Math.max(tagged, Math.floor(times.length / 2)));
    }),
  );
});
