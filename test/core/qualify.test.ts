import { describe, expect, test } from "vitest";
import type { Pairs } from "../../src/core/decision.ts";
import { qualifiedBenchmarkSchema, type QualifiedBenchmark } from "../../src/core/qualification.ts";
import {
  driftOf,
  judgePairs,
  qualifyBenchmark,
  runSd,
  smallestChange,
  wantedPairs,
  type QualifyingRuns,
} from "../../src/core/qualify.ts";
import { adviceOf, disturbedRuns, headlineOf, isQualified, movedInWords } from "../../src/core/qualify-words.ts";
import { identity } from "../../src/core/identity.ts";
import { plain } from "../../src/core/sentence.ts";
import { seededRandom } from "../support/random.ts";
import { builtinMetric } from "../../src/core/registry.ts";
import { runRecord, TOKENS } from "../support/results.ts";

const STEP_TIME = builtinMetric("step_time", "torch-cpu", true);
const POLICY = { minEffect: 0.02, maxTolerated: 0.05, tighten: false };
const TERMS = { policy: POLICY, familySize: 1 };

/** Pairs around 100 tok/s; the head loses `slower` of its speed. */
function drawn(cv: number, count: number, slower: number, seed: number): Pairs {
  const random = seededRandom(seed);
  const side = (level: number): number[] => Array.from({ length: count }, () => level * Math.exp(cv * random.normal()));
  return { base: side(100), head: side(100 / (1 + slower)) };
}

function runs(more: Partial<QualifyingRuns> = {}): QualifyingRuns {
  return {
    benchmark: "lora.torch-cpu",
    title: "lora",
    backend: "torch-cpu",
    metric: TOKENS,
    unchanged: drawn(0.005, 10, 0, 1),
    injected: { slowdown: 0.05, pairs: drawn(0.005, 4, 0.05, 2) },
    durations: [10, 12, 14],
    repeats: 3,
    ...more,
  };
}

function qualified(more: Partial<QualifyingRuns> = {}): QualifiedBenchmark {
  const found = qualifyBenchmark(runs(more), TERMS);
  if (found === null) throw new Error("not qualified");
  return qualifiedBenchmarkSchema.parse(found);
}

describe("the numbers, by hand", () => {
  test("runs differ around their own side's mean", () => {
    const [a, b] = [Math.exp(0.01), Math.exp(-0.01)];
    // Each side: two values 0.02 apart on the log scale, so a standard deviation of 0.02 / √2.
    expect(runSd({ base: [a, b], head: [2 * a, 2 * b] })).toBeCloseTo(0.02 / Math.SQRT2, 12);
  });

  test("the smallest change that pairs find: t quantiles of 99.75 % and 80 %, times the standard error", () => {
    // Quantiles from printed tables: 6 degrees of freedom 4.317 and 0.906, 18 degrees 3.197 and 0.862.
    expect(smallestChange(0.02, 4, STEP_TIME, POLICY)).toBeCloseTo(
      Math.expm1((4.317 + 0.906) * 0.02 * Math.sqrt(2 / 4)),
      4,
    );
    expect(smallestChange(0.02, 10, STEP_TIME, POLICY)).toBeCloseTo(
      Math.expm1((3.197 + 0.862) * 0.02 * Math.sqrt(2 / 10)),
      4,
    );
    // A loss of throughput is smaller than the gain of time behind it.
    expect(smallestChange(0.02, 4, TOKENS, POLICY)).toBeCloseTo(
      1 - Math.exp(-(4.317 + 0.906) * 0.02 * Math.sqrt(0.5)),
      4,
    );
  });

  test("never below what the policy calls a change, and never nothing on a machine that repeats itself exactly", () => {
    expect(smallestChange(0, 10, TOKENS, POLICY)).toBeCloseTo(0.02, 12);
    expect(smallestChange(0, 4, TOKENS, { ...POLICY, minEffect: 0.0001 })).toBeGreaterThan(0.002);
  });

  test("drift: the straight line through the runs in the order they were made", () => {
    const order = Array.from({ length: 20 }, (_, index) => 100 * 1.002 ** index);
    const base: number[] = [];
    const head: number[] = [];
    for (let pair = 0; pair < 10; pair++) {
      const [first = 0, second = 0] = order.slice(2 * pair, 2 * pair + 2);
      base.push(pair % 2 === 0 ? first : second);
      head.push(pair % 2 === 0 ? second : first);
    }
    expect(driftOf({ base, head })).toBeCloseTo(1.002 ** 19 - 1, 12);
    expect(driftOf({ base: [1, 2, 1, 2], head: [2, 1, 2, 1] })).not.toBe(0);
    expect(driftOf({ base: [5, 5], head: [5, 5] })).toBe(0);
    expect(driftOf({ base: [], head: [] })).toBe(0);
  });

  test("what a pull request costs: its runs, and ten pairs with a warm-up of both sides on top", () => {
    expect(qualified()).toMatchObject({ clear_s: 36, confirm_s: 36 + 22 * 12 });
  });
});

test("a quiet runner: unchanged is cleared, the slow-down caught at the first look", () => {
  const found = qualified();
  expect(found).toMatchObject({
    unchanged: "no-change",
    injected: { slowdown: 0.05, verdict: "regression", pairs: 4, caught: true },
  });
  expect(Math.abs((found.injected?.effect ?? 0) - (1 / 1.05 - 1))).toBeLessThan(0.012);
  expect(found.run_cv).toBeGreaterThan(0.003);
  expect(found.run_cv).toBeLessThan(0.007);
  expect(found.smallest_10_pairs).toBeLessThanOrEqual(found.smallest_4_pairs);
});

test("a noisy runner misses it, and says from where on it would have seen it", () => {
  const found = qualified({
    unchanged: drawn(0.06, 10, 0, 3),
    injected: { slowdown: 0.05, pairs: drawn(0.06, 10, 0.05, 4) },
  });
  expect(found.injected).toMatchObject({ caught: false, verdict: "inconclusive", pairs: 10 });
  expect(found.smallest_10_pairs).toBeGreaterThan(0.05);
});

test("a program that does not slow itself down was not injected; one whose effect cannot be told was", () => {
  expect(qualified({ injected: { slowdown: 0.05, pairs: drawn(0.005, 10, 0, 5) } }).injected).toBeNull();
  const slower: Pairs = { base: [1, 1.001, 0.999, 1], head: [1.05, 1.051, 1.049, 1.05] };
  const steps = { metric: STEP_TIME, unchanged: { base: slower.base, head: slower.base } };
  expect(qualified({ ...steps, injected: { slowdown: 0.05, pairs: slower } }).injected?.effect).toBeCloseTo(0.05, 3);
  const same = { slowdown: 0.05, pairs: { base: slower.base, head: slower.base } };
  expect(qualified({ ...steps, injected: same }).injected).toBeNull();
  expect(qualified({ injected: { slowdown: 0.05, pairs: drawn(0.2, 4, 0, 6) } }).injected).not.toBeNull();
  expect(qualified({ injected: null }).injected).toBeNull();
});

test("too few usable pairs qualify nothing", () => {
  expect(qualifyBenchmark(runs({ unchanged: drawn(0.005, 3, 0, 7) }), TERMS)).toBeNull();
  const lost = { base: [1, 1, 1, 1, Number.NaN], head: [1, 1, 1, Number.NaN, 1] };
  expect(qualifyBenchmark(runs({ unchanged: lost }), TERMS)).toBeNull();
});

test("pairs are asked for as the gate would: four, and ten where they leave it open", () => {
  expect(wantedPairs(TOKENS, { base: [], head: [] }, TERMS)).toBe(4);
  expect(wantedPairs(TOKENS, drawn(0.005, 4, 0.05, 2), TERMS)).toBe(0);
  expect(wantedPairs(TOKENS, drawn(0.05, 4, 0.05, 2), TERMS)).toBe(10);
  expect(wantedPairs(TOKENS, drawn(0.05, 10, 0.05, 2), TERMS)).toBe(0);
});

test("the others of the suite share the level of the test: what is barely found alone is open among many", () => {
  const pairs = drawn(0.008, 4, 0.05, 11);
  const alone = judgePairs(TOKENS, pairs, TERMS);
  const among = judgePairs(TOKENS, pairs, { ...TERMS, familySize: 40 });
  expect(alone.p).toBeLessThan(among.p ?? 0);
  expect(among.p).toBeCloseTo(Math.min(1, 40 * (alone.p ?? 1)), 9);
});

test("a runner says the truth of itself: slow-downs of the size it names are found in about four of five cases", () => {
  const random = seededRandom(12);
  const size = smallestChange(0.02, 10, TOKENS, POLICY);
  let caught = 0;
  const count = 600;
  for (let trial = 0; trial < count; trial++) {
    const side = (level: number): number[] =>
      Array.from({ length: 10 }, () => level * Math.exp(0.02 * random.normal()));
    const pairs = { base: side(1), head: side(1 - size) };
    if (judgePairs(TOKENS, pairs, TERMS).verdict === "regression") caught += 1;
  }
  expect(caught / count).toBeGreaterThan(0.75);
  expect(caught / count).toBeLessThan(0.88);
});

function outcome(
  benchmarks: readonly QualifiedBenchmark[],
  unqualified: readonly { benchmark: string; message: string }[] = [],
) {
  return {
    slowdown: 0.05,
    unqualified,
    qualification: {
      schema: 1 as const,
      version: "0.1.0",
      runner_key: "box-1a2b",
      made_at: "2026-01-05T08:00:00Z",
      suite: "quick",
      machine: identity({ model: "X670E" }),
      benchmarks: [...benchmarks],
      disturbances: [],
      measured_s: 100,
    },
  };
}

const words = (sentences: readonly Parameters<typeof plain>[0][]): string[] => sentences.map(plain);

describe("in words", () => {
  test("the verdict first, of the noisiest benchmark", () => {
    expect(words(headlineOf(outcome([qualified()])))).toEqual([
      "This runner detects slow-downs of 2 % and more.",
      "The gate caught an injected slow-down of 5 %.",
    ]);
    const noisy = qualified({ benchmark: "noisy.torch-cpu", unchanged: drawn(0.03, 10, 0, 3) });
    const [first] = words(headlineOf(outcome([qualified(), noisy])));
    expect(first).toMatch(
      /^This runner detects slow-downs of [3-7](\.\d)? % and more \(in noisy\.torch-cpu, its noisiest benchmark\)\.$/,
    );
  });

  test("missed, not injected, a false alarm, and nothing at all", () => {
    const missed = qualified({ injected: { slowdown: 0.05, pairs: drawn(0.06, 10, 0.05, 4) } });
    expect(words(headlineOf(outcome([missed])))[1]).toBe(
      "The gate would have missed an injected slow-down of 5 % in lora.torch-cpu.",
    );
    const untried =
      "No slow-down of 5 % could be injected in lora.torch-cpu: whether the gate would catch one there is not shown.";
    expect(words(headlineOf(outcome([qualified({ injected: null })]))).slice(1)).toEqual([untried]);
    expect(words(headlineOf(outcome([qualified(), qualified({ injected: null })]))).slice(1)).toEqual([
      "The gate caught an injected slow-down of 5 %.",
      untried,
    ]);
    expect(words(headlineOf(outcome([missed, qualified({ injected: null })])))[1]).toMatch(
      /^The gate would have missed/,
    );
    const alarm = qualified({ unchanged: drawn(0.005, 10, 0.05, 8) });
    expect(words(headlineOf(outcome([alarm])))[1]).toContain("false alarm");
    expect(words(headlineOf(outcome([])))).toEqual([
      "This runner could not be qualified: no benchmark gave enough runs.",
    ]);
  });

  test("what stands between a runner and its certificate", () => {
    const missed = qualified({ injected: { slowdown: 0.05, pairs: drawn(0.06, 10, 0.05, 4) } });
    expect(isQualified(outcome([qualified()]))).toBe(true);
    expect(isQualified(outcome([qualified({ injected: null })]))).toBe(false);
    expect(isQualified(outcome([qualified(), qualified({ injected: null })]))).toBe(false);
    expect(isQualified(outcome([missed]))).toBe(false);
    expect(isQualified(outcome([qualified({ unchanged: drawn(0.005, 10, 0.05, 8) })]))).toBe(false);
    expect(isQualified(outcome([qualified()], [{ benchmark: "x", message: "it died" }]))).toBe(false);
    expect(isQualified(outcome([]))).toBe(false);
  });

  test("what it costs, and what would help", () => {
    expect(words(adviceOf(outcome([qualified()])))).toEqual([
      "A pull request takes about 36 s of measuring here when its benchmarks are cleared, at most 5 min when all of them are confirmed by pairs.",
    ]);
    const order = Array.from({ length: 10 }, (_, index) => 100 * 0.99 ** index);
    const drifting = qualified({ unchanged: { base: order, head: order } });
    const said = words(adviceOf(outcome([drifting]))).join("\n");
    expect(said).toContain("drifted while lora.torch-cpu ran");
    expect(said).toContain("differ by more than 2 %");
    // Noise alone is no drift.
    const noisy = qualified({ unchanged: drawn(0.04, 10, 0, 9) });
    expect(words(adviceOf(outcome([noisy]))).join("\n")).not.toContain("drifted");
    expect(adviceOf(outcome([]))).toEqual([]);
  });

  test("the same disturbance in many runs is one line", () => {
    const hot = { kind: "thermal", message: "hot" } as const;
    const record = (number: number, disturbed: boolean) => ({
      ...runRecord(number, {}),
      disturbances: disturbed ? [hot] : [],
    });
    expect(disturbedRuns("lora", [[record(1, true), record(2, false)], [record(1, true)]])).toEqual([
      "lora: hot (in 2 of 3 runs)",
    ]);
    expect(disturbedRuns("lora", [[record(1, true)]])).toEqual(["lora: hot (in all of 1 run)"]);
    expect(disturbedRuns("lora", [[record(1, false)], []])).toEqual([]);
  });

  test("a machine that moved is named with the size", () => {
    const finding = {
      backend: "torch-cpu",
      state: "moved",
      metric: STEP_TIME,
      effect: 0.061,
      interval: null,
      jobs: 5,
      reason: null,
    } as const;
    expect(movedInWords([finding, { ...finding, state: "steady" }])).toEqual([
      "the machine moved, the control workload of torch-cpu differs from its stored jobs: step_time +6.1 %",
    ]);
  });
});
