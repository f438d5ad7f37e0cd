/** What the judge does with pairs: when it asks for them, when it looks, and that what it decided stays decided. */
import fc from "../support/property.ts";
import { expect, test } from "vitest";
import type { Decision, JudgeCase, JudgePolicy, Pairs } from "../../src/core/decision.ts";
import { DOUBTS } from "../../src/core/doubts.ts";
import { judge } from "../../src/core/judge.ts";
import { confirmable, judgeCase, POLICY } from "../support/cases.ts";

function decide(judged: JudgeCase, policy: JudgePolicy = POLICY): Decision {
  const [decision] = judge([judged], policy);
  if (decision === undefined) throw new Error("no decision");
  return decision;
}

/** Ten values around `level` that differ by some 1 %, the same ones for every level. */
const WOBBLE = [1, 1.012, 0.991, 1.004, 0.987, 1.009, 0.996, 1.011, 0.992, 1.003];
const BASE_WOBBLE = WOBBLE.toReversed();

function pairs(count: number, ratio: number, level = 100): Pairs {
  return {
    base: BASE_WOBBLE.slice(0, count).map((value) => level * value),
    head: WOBBLE.slice(0, count).map((value) => level * value * ratio),
  };
}

function product(values: readonly number[]): number {
  return values.reduce((a, b) => a * b);
}

/** Twelve jobs whose runs differ by some 1 %. */
const HISTORY = Array.from({ length: 12 }, (_, index) =>
  [0, 3, 7].map((step) => 100 * (WOBBLE[(index + step) % 10] ?? 1)),
);
const STILL = Array.from({ length: 12 }, (_, index) => [100, 100.1, 99.9 + 0.01 * (index % 2)]);

test("history clears, and asks for nothing", () => {
  expect(decide(confirmable(judgeCase(STILL, [100, 100.2, 99.9])))).toMatchObject({
    verdict: "no-change",
    unconfirmed: false,
    pairs: 0,
    wantedPairs: 0,
    p: null,
  });
});

test("where pairs can be had the middle of a long history is the base; where not, it follows a machine that drifts", () => {
  const rising = Array.from({ length: 13 }, (_, index) => [99, 100, 101].map((run) => run + index));
  const asked = judgeCase(rising, [112, 112, 112]);
  expect(decide(confirmable(asked)).base?.value).toBeCloseTo(106, 1);
  expect(decide(asked).base?.value).toBeGreaterThan(108);
});

test("what history cannot clear it does not call a change either: four pairs are asked for", () => {
  const decision = decide(confirmable(judgeCase(STILL, [80, 80.2, 79.9])));
  expect(decision).toMatchObject({ verdict: "inconclusive", unconfirmed: false, pairs: 0, wantedPairs: 4, p: null });
  expect(decision.effect).toBeCloseTo(-0.2, 2);
  expect(decision.smallestDetectable).toBeGreaterThan(0.019);
  expect(decide(confirmable(judgeCase([], [80, 80.2, 79.9])))).toMatchObject({
    verdict: "no-baseline",
    wantedPairs: 4,
  });
});

test("fewer than four pairs decide nothing, however clear they look", () => {
  const three = decide(confirmable(judgeCase(STILL, [80, 80.2, 79.9]), pairs(3, 0.8)));
  expect(three).toMatchObject({ verdict: "inconclusive", pairs: 0, wantedPairs: 4 });
  expect(three.warnings).toContain(DOUBTS.fewPairs);
  expect(decide(confirmable(judgeCase([], [80]), pairs(3, 0.8)))).toMatchObject({ verdict: "no-baseline", pairs: 0 });
});

test("four pairs confirm a slow-down; base and head are then the runs of the pairs", () => {
  const four = pairs(4, 0.8);
  const decision = decide(confirmable(judgeCase(STILL, [80, 80.2, 79.9]), four));
  expect(decision).toMatchObject({ verdict: "regression", unconfirmed: false, pairs: 4, wantedPairs: 0 });
  expect(decision.base?.value).toBeCloseTo(product(four.base) ** 0.25, 9);
  expect(decision.head?.value).toBeCloseTo(product(four.head) ** 0.25, 9);
  expect([decision.base?.count, decision.head?.count]).toEqual([4, 4]);
  expect(decision.effect).toBeCloseTo((product(four.head) / product(four.base)) ** 0.25 - 1, 12);
  expect(decision.p).toBeLessThan(0.005);
  const time = confirmable(judgeCase(STILL, [125], { direction: "lower" }), pairs(4, 1.25));
  expect(decide(time)).toMatchObject({ verdict: "regression", pairs: 4 });
  expect(decide(confirmable(judgeCase([], [125]), pairs(4, 1.25)))).toMatchObject({
    verdict: "improvement",
    warnings: [DOUBTS.onlyPairs],
  });
});

test("four pairs that agree rule a change out where history could not", () => {
  const decision = decide(confirmable(judgeCase(HISTORY, [97, 97.5, 96]), pairs(4, 1)));
  expect(decision).toMatchObject({ verdict: "no-change", pairs: 4, wantedPairs: 0, smallestDetectable: null });
  expect(decision.interval?.[0]).toBeGreaterThan(-0.05);
  expect(decision.interval?.[1]).toBeLessThan(0.05);
});

test("a middling distance stays open after four pairs, and ten rule it out or call it", () => {
  const judged = judgeCase(STILL, [98.3, 98.2, 98.4]);
  const wavering = (count: number, ratio: number): Pairs => ({
    base: STILL.flat().slice(0, count),
    head: STILL.flat()
      .slice(3, 3 + count)
      .map((value) => value * ratio),
  });
  expect(decide(confirmable(judged, wavering(4, 0.983)))).toMatchObject({
    verdict: "inconclusive",
    pairs: 4,
    wantedPairs: 10,
  });
  expect(decide(confirmable(judged, wavering(10, 0.983)))).toMatchObject({ verdict: "no-change", pairs: 10 });
  expect(decide(confirmable(judged, wavering(4, 0.975)))).toMatchObject({ verdict: "regression", pairs: 4 });
});

test("what the first look decided stays decided, whatever the later pairs hold", () => {
  const first = pairs(4, 0.8);
  const later = { base: [...first.base, 80, 80, 80, 80, 80, 80], head: [...first.head, 99, 99, 99, 99, 99, 99] };
  const judged = judgeCase(STILL, [80, 80.2, 79.9]);
  expect(decide(confirmable(judged, later))).toEqual(decide(confirmable(judged, first)));
});

test("an undecided case is looked at a second time over all its pairs, at most ten, and then stands", () => {
  const noisy = {
    base: [100, 90, 108, 95, 104, 99, 92, 107, 96, 103, 100, 100],
    head: [97, 101, 88, 104, 93, 99, 106, 90, 98, 102, 5, 5],
  };
  const judged = judgeCase([[100, 92, 107]], [95, 103, 99]);
  const at = (count: number): Decision =>
    decide(confirmable(judged, { base: noisy.base.slice(0, count), head: noisy.head.slice(0, count) }));
  expect(at(4)).toMatchObject({ verdict: "inconclusive", pairs: 4, wantedPairs: 10 });
  expect(at(7)).toMatchObject({ verdict: "inconclusive", pairs: 7, wantedPairs: 10 });
  expect(at(10)).toMatchObject({ verdict: "inconclusive", pairs: 10, wantedPairs: 0 });
  expect(at(12)).toEqual(at(10));
  expect(at(10).smallestDetectable).toBeLessThan(at(4).smallestDetectable ?? 0);
  expect(at(10).smallestDetectable).toBeGreaterThan(0.02);
});

test("a broken pair is left out whole: the next one makes up for it", () => {
  const judged = judgeCase(STILL, [80, 80.2, 79.9]);
  const five = pairs(5, 0.8);
  const broken = { base: five.base, head: five.head.map((value, index) => (index === 1 ? Number.NaN : value)) };
  const whole = { base: five.base.toSpliced(1, 1), head: five.head.toSpliced(1, 1) };
  const decision = decide(confirmable(judged, broken));
  expect(decision).toMatchObject({ verdict: "regression", pairs: 4 });
  expect(decision.warnings).toContain(DOUBTS.brokenPairs);
  expect({ ...decision, warnings: [] }).toEqual({ ...decide(confirmable(judged, whole)), warnings: [] });
  const four = { base: broken.base.slice(0, 4), head: broken.head.slice(0, 4) };
  expect(decide(confirmable(judged, four))).toMatchObject({ verdict: "inconclusive", pairs: 0, wantedPairs: 10 });
});

test("without a usable candidate the pairs still speak", () => {
  expect(decide(confirmable(judgeCase(STILL, [Number.NaN]), pairs(4, 0.8)))).toMatchObject({ verdict: "regression" });
  expect(decide(confirmable(judgeCase(STILL, [Number.NaN])))).toMatchObject({
    verdict: "inconclusive",
    wantedPairs: 4,
    reason: "no run gave a usable value of tokens_per_second",
  });
});

test("pairs that cannot be had are not looked at", () => {
  const alone = judgeCase(STILL, [80, 80.2, 79.9]);
  expect(decide({ ...alone, paired: pairs(10, 1) })).toEqual(decide(alone));
  expect(decide(alone)).toMatchObject({ verdict: "regression", unconfirmed: true, wantedPairs: 0 });
});

test("Holm runs over the report at each look, and cleared benchmarks count in it", () => {
  const suspect = confirmable(judgeCase([], [96]), pairs(4, 0.963));
  const alone = decide(suspect);
  expect(alone.verdict).toBe("regression");
  const cleared = Array.from({ length: 29 }, (_, index) => ({
    ...confirmable(judgeCase(STILL, [100, 100.1, 99.9])),
    id: `cleared ${index}`,
  }));
  const among = judge([...cleared, suspect], POLICY).at(-1);
  expect(among).toMatchObject({ verdict: "inconclusive", wantedPairs: 10 });
  expect(among?.p).toBeCloseTo(30 * (alone.p ?? 0), 12);
  const outside = cleared.map((one) => ({ ...one, inFamily: false }));
  expect(judge([...outside, suspect], POLICY).at(-1)).toEqual(alone);
  const waiting = cleared.map((one) => ({ ...one, history: [] }));
  expect(judge([...waiting, suspect], POLICY).at(-1)?.p).toBe(among?.p);
});

test("at the second look those decided at the first keep their place in Holm's order", () => {
  const sure = { ...confirmable(judgeCase([], [80]), pairs(10, 0.8)), id: "sure" };
  const open = { ...confirmable(judgeCase([], [97.5]), pairs(10, 0.9775)), id: "open" };
  const [first, second] = judge([sure, open], POLICY);
  const alone = decide(open);
  expect(first).toMatchObject({ verdict: "regression", pairs: 4 });
  expect(alone).toMatchObject({ verdict: "regression", pairs: 10 });
  // The sure one is the smaller p and takes the factor two for itself.
  expect(second).toEqual(alone);
  const unsure = { ...open, id: "unsure", paired: pairs(10, 1) };
  expect(judge([unsure, open], POLICY)[1]?.p).toBeCloseTo(2 * (alone.p ?? 0), 12);
});

test("tightened, a quiet series is held to half of both, a noisy one is not", () => {
  const tight = { ...POLICY, tighten: true };
  const quiet = confirmable(judgeCase(STILL, [98.6, 98.7, 98.5]), pairs(4, 1));
  const slower = { ...quiet, paired: { base: STILL.flat().slice(0, 4), head: [98.7, 98.6, 98.8, 98.7] } };
  expect(decide(slower)).toMatchObject({ verdict: "no-change", pairs: 0 });
  expect(decide(slower, tight)).toMatchObject({ verdict: "regression", pairs: 4 });
  const noisy = confirmable(judgeCase(HISTORY, [98.6, 98.7, 98.5]), pairs(10, 0.9875));
  expect(decide(noisy, tight)).toEqual(decide(noisy));
  const unknown = confirmable(judgeCase([], [98.6, 98.7, 98.5]), slower.paired);
  expect(decide(unknown, tight)).toEqual(decide(unknown));
});

const value = fc.oneof({ weight: 9, arbitrary: fc.double({ min: 0.9, max: 1.1, noNaN: true }) }, fc.double());
const runs = fc.array(value, { maxLength: 12 });
const anyCase = fc.record({
  history: fc.array(fc.array(value, { maxLength: 4 }), { maxLength: 12 }),
  candidate: fc.array(value, { maxLength: 4 }),
  paired: fc.option(fc.record({ base: runs, head: runs })),
  isConfirmable: fc.boolean(),
  class: fc.constantFrom("throughput", "throughput", "throughput", "memory", "loss", "info"),
  direction: fc.constantFrom("higher", "lower"),
});
const report = fc.array(anyCase, { minLength: 1, maxLength: 5 }).map((cases) =>
  cases.map(({ history, candidate, paired, isConfirmable, ...metric }, index) => ({
    ...judgeCase(history, candidate, metric),
    paired,
    isConfirmable,
    id: `${index}`,
  })),
);

test("any report: answers that JSON can carry, in order, the same each time, and nothing given is changed", () => {
  fc.assert(
    fc.property(report, fc.boolean(), (cases, tighten) => {
      const before = structuredClone(cases);
      const decisions = judge(cases, { ...POLICY, tighten });
      expect(cases).toEqual(before);
      expect(judge(before, { ...POLICY, tighten })).toEqual(decisions);
      expect(JSON.parse(JSON.stringify(decisions))).toEqual(decisions);
      expect(decisions.map(({ id }) => id)).toEqual(cases.map(({ id }) => id));
      for (const [index, decision] of decisions.entries()) {
        const judged = cases[index];
        const run = Math.min(judged?.paired?.base.length ?? 0, judged?.paired?.head.length ?? 0);
        const [low, high] = decision.interval ?? [0, 0];
        const canPair = judged?.isConfirmable === true;
        const isFinal = decision.verdict === "no-change" || decision.verdict === "improvement";
        expect(low).toBeLessThanOrEqual(high);
        expect(decision.unconfirmed && canPair).toBe(false);
        expect(decision.pairs).toBeLessThanOrEqual(canPair ? run : 0);
        // What is asked for is more than was run.
        expect([0, 1, 4, 10].filter((count) => count === 0 || (canPair && !isFinal && count > run))).toContain(
          decision.wantedPairs,
        );
      }
    }),
    { numRuns: 2000 },
  );
});

test("more pairs never take back what fewer pairs decided", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.double({ min: 0.97, max: 1.03, noNaN: true }), { minLength: 2, maxLength: 4 }), {
        maxLength: 12,
      }),
      fc.array(fc.double({ min: 0.97, max: 1.03, noNaN: true }), { minLength: 20, maxLength: 20 }),
      fc.constantFrom(0.9, 0.95, 0.97, 0.98, 1, 1.02, 1.05),
      (jobs, values, ratio) => {
        const all = { base: values.slice(0, 10), head: values.slice(10).map((run) => run * ratio) };
        const judged = judgeCase(jobs, all.head.slice(0, 3));
        const after = (count: number): Decision =>
          decide(confirmable(judged, { base: all.base.slice(0, count), head: all.head.slice(0, count) }));
        const [before, first] = [decide(confirmable(judged)), after(4)];
        const decided = [before, first].find(({ wantedPairs }) => wantedPairs === 0);
        const last = after(10);
        expect(last).toEqual(decided ?? last);
        expect(last.pairs).toBe(decided?.pairs ?? 10);
      },
    ),
  );
});

/** Pairs whose logarithms lie `sd` above and below, the head's lower by each of `drops`. */
function alternating(sd: number, drops: readonly number[]): Pairs {
  const logs = drops.map((_, index) => 4.6 + (index % 2 === 0 ? sd : -sd));
  return { base: logs.map(Math.exp), head: logs.map((log, index) => Math.exp(log - (drops[index] ?? 0))) };
}

function ten(drop: number): number[] {
  return Array.from({ length: 10 }, () => drop);
}

test("what the first look decided keeps its place in the family at the second, whatever later pairs say", () => {
  // Alone p = 0.002 with four pairs, and 1 with ten; of the other one 0.1 with four, and 0.0035 with ten.
  const early = alternating(0.0118, [...ten(0.05).slice(0, 4), ...ten(-0.2 / 6).slice(0, 6)]);
  const late = alternating(0.0316, ten(0.05));
  const cases = [early, late].map((paired, index) => ({
    ...confirmable(judgeCase([], [95, 95, 95]), paired),
    id: String(index),
  }));
  const [first, second] = judge(cases, POLICY);
  expect(first).toMatchObject({ verdict: "regression", pairs: 4 });
  expect(second).toMatchObject({ verdict: "regression", pairs: 10 });
  // With an undecided neighbour, which counts as p = 1, the same numbers are not enough.
  const [, beside] = judge([confirmable(judgeCase([], [95, 95, 95])), ...cases.slice(1)], POLICY);
  expect(beside?.verdict).toBe("inconclusive");
});
