/** What the benchmark of the loops concludes from numbers whose truth is known. */
import { describe, expect, test } from "vitest";
import {
  answerBetween,
  answerOf,
  halfWidth,
  isNarrow,
  lossDifference,
  ratioOf,
  worstOf,
  type Answer,
} from "../../bench/loop-ratio.ts";
import { criticalSum, rankedCentre } from "../../bench/signed-rank.ts";
import { readingOf } from "../../bench/loop-programs.ts";
import type { HarnessEvent } from "../../src/core/protocol.ts";
import { randomNamed } from "../../bench/random.ts";

/** Processes on a machine whose speed wanders by 5 %, each with noise of its own; ours is `slower` by a share. */
function processes(name: string, pairs: number, noise: number, slower = 0): [ours: number[], theirs: number[]] {
  const random = randomNamed(name);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const machine = 0.08 * (1 + 0.05 * random.normal());
    ours.push(machine * (1 + slower) * (1 + noise * random.normal()));
    theirs.push(machine * (1 + noise * random.normal()));
  }
  return [ours, theirs];
}

test("the ratio is of throughputs; of few pairs its interval is that of a t test on logarithms of neighbours", () => {
  const { ratio, interval, pairs } = ratioOf([0.1, 0.1, 0.1], [0.11, 0.1, 0.11]);
  // By hand: logs ln 1.1, 0, ln 1.1; t(0.995, 2) = 9.92484320.
  expect(pairs).toBe(3);
  expect(ratio).toBeCloseTo(1.1 ** (2 / 3), 12);
  expect(Math.log(interval[1] / ratio)).toBeCloseTo((9.9248432 * Math.log(1.1)) / 3, 7);
  expect(Math.log(ratio / interval[0])).toBeCloseTo((9.9248432 * Math.log(1.1)) / 3, 7);
  expect(halfWidth(ratioOf([0.1], [0.1]))).toBe(Number.POSITIVE_INFINITY);
});

test.each<[what: string, noise: number, slower: number, answer: Answer]>([
  ["equal loops on a quiet machine", 0.005, 0, "kept"],
  ["a faster one of ours", 0.005, -0.1, "kept"],
  ["equal loops on an unsteady machine", 0.08, 0, "cannot tell"],
  ["ours slower by 1 %, and known to be", 0.002, 0.01, "broken"],
  ["ours slower by 4 %", 0.005, 0.04, "broken"],
  ["ours at half the speed, known only roughly", 0.08, 1, "broken"],
])("%s", (_what, noise, slower, answer) => {
  for (const seed of ["a", "b", "c"]) {
    const ratio = ratioOf(...processes(seed, 12, noise, slower));
    expect(answerOf(ratio), JSON.stringify(ratio)).toBe(answer);
  }
});

test("a process in ten that is twice as slow, on either side, hides nothing", () => {
  for (const [slower, answer] of [
    [0, "kept"],
    [0.03, "broken"],
  ] as const) {
    const [ours, theirs] = processes("wild", 20, 0.005, slower);
    const ratio = ratioOf(
      ours.map((seconds, index) => seconds * (index % 10 === 3 ? 2 : 1)),
      theirs.map((seconds, index) => seconds * (index % 10 === 5 ? 2 : 1)),
    );
    expect(answerOf(ratio), JSON.stringify(ratio)).toBe(answer);
  }
});

describe("the signed ranks", () => {
  // Tables of the signed-rank test, two-sided 1 % and 5 %.
  test.each([
    [8, 0.01, 0],
    [10, 0.01, 3],
    [12, 0.01, 7],
    [15, 0.01, 15],
    [20, 0.01, 37],
    [9, 0.05, 5],
    [7, 0.01, null],
  ])("of %i, at %f, have the critical sum %i", (n, alpha, sum) => {
    expect(criticalSum(n, alpha)).toBe(sum);
  });

  test("give the published estimate and interval of a published example", () => {
    // M. Hollander and D. A. Wolfe, Nonparametric Statistical Methods: two visits of nine patients.
    const first = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
    const second = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
    const found = rankedCentre(
      first.map((value, index) => value - (second[index] ?? 0)),
      0.95,
    );
    expect(found.centre).toBeCloseTo(0.46, 3);
    expect([found.low, found.high].map((end) => Number(end.toFixed(3)))).toEqual([0.01, 0.786]);
  });

  test("hold the true ratio in 99 % of cases, also with wild processes", () => {
    const random = randomNamed("coverage");
    const cases = 3000;
    let held = 0;
    for (let one = 0; one < cases; one++) {
      const noise = (): number => 0.01 * random.normal() + (random.uniform() < 0.1 ? Math.abs(random.normal()) : 0);
      const { interval } = ratioOf(
        Array.from({ length: 10 }, () => Math.exp(noise())),
        Array.from({ length: 10 }, () => Math.exp(noise())),
      );
      if (interval[0] <= 1 && interval[1] >= 1) held += 1;
    }
    expect(held / cases).toBeGreaterThan(0.985);
  });
});

test("the wandering of the machine is no part of the interval", () => {
  const ratio = ratioOf(...processes("wandering", 10, 0.005));
  expect(isNarrow(ratio), JSON.stringify(ratio)).toBe(true);
});

test("time between steps is promised of real steps only", () => {
  expect([0, 0.01, 0.0101, null].map(answerBetween)).toEqual(["kept", "kept", "broken", "cannot tell"]);
});

test("one broken promise is the answer, and one doubt is no proof", () => {
  expect(worstOf(["kept", "cannot tell", "broken"])).toBe("broken");
  expect(worstOf(["kept", "cannot tell", "kept"])).toBe("cannot tell");
  expect(worstOf(["kept"])).toBe("kept");
  expect(worstOf([])).toBe("cannot tell");
});

test("losses are the same, or infinitely far apart where they cannot be compared", () => {
  expect(lossDifference([1, 2], [1, 2.5])).toBe(0.5);
  expect(lossDifference([1, 2], [1, 2, 3])).toBe(Number.POSITIVE_INFINITY);
  expect(lossDifference([], [])).toBe(Number.POSITIVE_INFINITY);
  expect(lossDifference([1, Number.NaN], [1, 2])).toBe(Number.POSITIVE_INFINITY);
});

describe("what a process says", () => {
  const events: readonly HarnessEvent[] = [
    { event: "step", index: 0, phase: "warmup", duration_s: 0.05, loss: 3 },
    { event: "phase", name: "warmup", duration_s: 9 },
    { event: "step", index: 1, phase: "timed", duration_s: 0.2, loss: 2.5 },
    { event: "step", index: 2, phase: "timed", duration_s: 0.1, loss: 2 },
    { event: "step", index: 3, phase: "timed", duration_s: 0.3, loss: 1.5 },
    { event: "phase", name: "timed", duration_s: 0.63 },
  ];

  test("its fastest step on a processor, the median on an accelerator; warm-up counts for neither", () => {
    expect(readingOf(events, "torch-cpu").stepS).toBe(0.1);
    expect(readingOf(events, "torch-cuda").stepS).toBe(0.2);
  });

  test("what lies between its steps, and every loss", () => {
    expect(readingOf(events, "torch-cpu").betweenS).toBeCloseTo(0.01, 12);
    expect(readingOf(events.slice(0, -1), "torch-cpu").betweenS).toBeNull();
    expect(readingOf(events, "mlx-metal").losses).toEqual([3, 2.5, 2, 1.5]);
  });
});
