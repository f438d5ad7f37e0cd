import { expect, test } from "vitest";
import { decideByBand } from "../../src/core/bands.ts";
import type { Decision, Pairs } from "../../src/core/decision.ts";
import { DOUBTS } from "../../src/core/doubts.ts";
import { confirmable, judgeCase } from "../support/cases.ts";

const MIB = 2 ** 20;

function memory(history: readonly (readonly number[])[], candidate: readonly number[], unit = "B"): Decision {
  return decideByBand(
    judgeCase(history, candidate, { name: "peak_memory", class: "memory", direction: "lower", unit }),
  );
}

function loss(history: readonly (readonly number[])[], candidate: readonly number[]): Decision {
  return decideByBand(
    judgeCase(history, candidate, { name: "final_loss", class: "loss", direction: "lower", unit: "nat" }),
  );
}

test("memory: one stored job is enough, and 3 % more is a confirmed regression", () => {
  const stored = [[1000 * MIB, 1000 * MIB, 999 * MIB]];
  expect(memory(stored, [1001 * MIB, 1000 * MIB])).toMatchObject({ verdict: "no-change", unconfirmed: false, p: null });
  const more = memory(stored, [1000 * MIB, 1030 * MIB, 990 * MIB]);
  expect(more).toMatchObject({ verdict: "regression", unconfirmed: false, interval: null });
  expect(more.effect).toBeCloseTo(0.03, 10);
  expect(more.base?.value).toBe(1000 * MIB);
  expect(more.head?.value).toBe(1030 * MIB);
  expect(memory(stored, [900 * MIB])).toMatchObject({ verdict: "improvement", unconfirmed: false });
});

test("memory: the band is 1 % on the log scale, wider where the history wobbles", () => {
  expect(memory([[10000]], [10099], "other").verdict).toBe("no-change");
  expect(memory([[10000]], [10102], "other").verdict).toBe("regression");
  // Median absolute deviation 1 %, so five robust standard deviations are 7.4 %.
  const wobbling = [[980], [990], [1000], [1010], [1020]];
  expect(memory(wobbling, [1070], "other").verdict).toBe("no-change");
  expect(memory(wobbling, [1085], "other").verdict).toBe("regression");
});

test("memory: two blocks of an allocator are nothing, however small the peak", () => {
  const small = 1 * MIB;
  expect(memory([[small]], [small + 31 * 1024]).verdict).toBe("no-change");
  expect(memory([[small]], [small + 34 * 1024]).verdict).toBe("regression");
});

test("memory: zero has no ratio", () => {
  expect(memory([[0]], [0])).toMatchObject({ verdict: "no-change", effect: 0, warnings: [] });
  expect(memory([[0]], [4096])).toMatchObject({ verdict: "inconclusive", effect: null, warnings: [DOUBTS.noRatio] });
});

test("loss: half a per cent, and more where the history wobbles", () => {
  expect(loss([[2.5]], [2.5124]).verdict).toBe("no-change");
  expect(loss([[2.5]], [2.5126]).verdict).toBe("regression");
  // Median absolute deviation 0.4 %, so five robust standard deviations are 3 %.
  const wobbling = [[2.48], [2.49], [2.5], [2.51], [2.52]];
  expect(loss(wobbling, [2.57]).verdict).toBe("no-change");
  expect(loss(wobbling, [2.58]).verdict).toBe("regression");
});

test("loss: it may not move in either direction", () => {
  const stored = [[2.5, 2.5, 2.5]];
  expect(loss(stored, [2.512, 2.512, 2.512])).toMatchObject({ verdict: "no-change", unconfirmed: false });
  const worse = loss(stored, [2.55, 2.55, 2.55]);
  expect(worse).toMatchObject({ verdict: "regression", unconfirmed: false, p: null });
  expect(worse.effect).toBeCloseTo(0.02, 10);
  const lower = loss(stored, [2.45, 2.45, 2.45]);
  expect(lower).toMatchObject({ verdict: "regression", unconfirmed: false });
  expect(lower.effect).toBeCloseTo(-0.02, 10);
});

test("loss: a negative one is compared by its size", () => {
  const drift = loss([[-4]], [-4.2]);
  expect(drift.verdict).toBe("regression");
  expect(drift.effect).toBeCloseTo(-0.05, 10);
  expect(loss([[-4]], [-4.01]).verdict).toBe("no-change");
});

test("loss: missing, NaN or infinite in any run is a failure at once, with or without history", () => {
  for (const candidate of [[], [2.5, Number.NaN], [Number.POSITIVE_INFINITY]]) {
    for (const history of [[], [[2.5]]]) {
      expect(loss(history, candidate)).toMatchObject({
        verdict: "failed",
        reason: "final_loss is missing or not a finite number",
      });
    }
  }
});

test("loss: runs that disagree are a doubt about the seed", () => {
  expect(loss([[2.5]], [2.4, 2.6]).warnings).toEqual([DOUBTS.looseLoss]);
  expect(loss([[0]], [0.1])).toMatchObject({ verdict: "inconclusive", warnings: [DOUBTS.noRatio] });
});

test("nothing stored: no baseline for either", () => {
  expect(memory([], [5])).toMatchObject({ verdict: "no-baseline", base: null, effect: null });
  expect(loss([], [5])).toMatchObject({ verdict: "no-baseline", base: null, effect: null });
});

test("info is described and not judged: even ten times the value decides nothing", () => {
  const made = decideByBand(judgeCase([[10], [12], [11]], [110], { class: "info" }));
  expect(made).toMatchObject({ verdict: "inconclusive", unconfirmed: false, effect: 9, interval: null, warnings: [] });
});

function paired(
  metricClass: "memory" | "loss",
  history: readonly (readonly number[])[],
  pairs: Pairs | null,
): Decision {
  const kind = { class: metricClass, direction: "lower", unit: "other" } as const;
  return decideByBand(confirmable(judgeCase(history, [1030, 1030], kind), pairs));
}

test.each(["memory", "loss"] as const)("%s: a regression against the history stands, and asks for one pair", (kind) => {
  expect(paired(kind, [[1000]], null)).toMatchObject({
    verdict: "regression",
    unconfirmed: false,
    pairs: 0,
    wantedPairs: 1,
  });
  expect(paired(kind, [], null)).toMatchObject({ verdict: "no-baseline", pairs: 0, wantedPairs: 1 });
  expect(paired(kind, [[1030]], null)).toMatchObject({ verdict: "no-change", wantedPairs: 0 });
});

test.each(["memory", "loss"] as const)(
  "%s: the base measured today tells a change from an environment that moved",
  (kind) => {
    const moved = paired(kind, [[1000]], { base: [1029], head: [1030] });
    expect(moved).toMatchObject({ verdict: "no-change", pairs: 1, wantedPairs: 0, warnings: [DOUBTS.notToday] });
    expect([moved.base?.value, moved.head?.value]).toEqual([1029, 1030]);
    const real = paired(kind, [[1000]], { base: [1001], head: [1030] });
    expect(real).toMatchObject({ verdict: "regression", unconfirmed: false, pairs: 1, wantedPairs: 0, warnings: [] });
    expect(real.effect).toBeCloseTo(29 / 1001, 10);
    expect(paired(kind, [], { base: [1000], head: [1030] })).toMatchObject({ verdict: "regression", pairs: 1 });
    expect(paired(kind, [], { base: [1029], head: [1030] })).toMatchObject({ verdict: "no-change", warnings: [] });
  },
);

test("what shows in one run of three is not cleared by a pair in which it is missing", () => {
  const kind = { class: "memory", direction: "lower", unit: "B" } as const;
  const runs = [10, 13, 10].map((size) => size * 1024 * MIB);
  const peak = (pair: readonly [number, number]): Decision => {
    const [base, head] = pair.map((size) => [size * 1024 * MIB]);
    return decideByBand(
      confirmable(judgeCase([[10 * 1024 * MIB]], runs, kind), { base: base ?? [], head: head ?? [] }),
    );
  };
  const rare = peak([10, 10]);
  expect(rare).toMatchObject({ verdict: "regression", unconfirmed: false, pairs: 1, warnings: [] });
  expect(rare.head).toMatchObject({ value: 13 * 1024 * MIB, count: 4 });
  expect(rare.effect).toBeCloseTo(0.3, 10);
  // The base of today has such peaks too.
  expect(peak([13, 10])).toMatchObject({ verdict: "no-change", warnings: [DOUBTS.notToday] });

  const lossKind = { class: "loss", direction: "lower", unit: "nat" } as const;
  const drift = decideByBand(confirmable(judgeCase([[1, 1, 1]], [1, 1.5, 1], lossKind), { base: [1], head: [1] }));
  expect(drift).toMatchObject({ verdict: "regression", pairs: 1, head: { value: 1.125 } });
});

test("the history's wobble widens the band around the base of today as well", () => {
  const wobbling = [[900], [910], [920], [930], [940]];
  expect(paired("memory", wobbling, { base: [970], head: [1030] })).toMatchObject({ verdict: "no-change", pairs: 1 });
  expect(paired("memory", [[920]], { base: [970], head: [1030] })).toMatchObject({ verdict: "regression", pairs: 1 });
});

test("only the first complete pair counts, so that what it decided stays decided", () => {
  const first = { base: [1000], head: [1030] };
  const more = { base: [Number.NaN, 1000, 1030, 1030], head: [1000, 1030, 1030, 1030] };
  expect(paired("memory", [[1000]], more)).toEqual(paired("memory", [[1000]], first));
});

test("a base that was run and gave nothing is a doubt, and not asked again", () => {
  const nothing = { base: [Number.NaN], head: [1030] };
  expect(paired("memory", [[1000]], nothing)).toMatchObject({
    verdict: "regression",
    pairs: 0,
    wantedPairs: 0,
    warnings: [DOUBTS.noPair],
  });
  expect(paired("loss", [], nothing)).toMatchObject({ verdict: "no-baseline", wantedPairs: 0 });
});

test("what the history finds unchanged or better needs no pair, nor does info", () => {
  expect(paired("memory", [[1100]], { base: [1000], head: [1030] })).toMatchObject({
    verdict: "improvement",
    pairs: 0,
  });
  const info = confirmable(judgeCase([], [5], { class: "info" }), { base: [1], head: [5] });
  expect(decideByBand(info)).toMatchObject({ verdict: "no-baseline", pairs: 0, wantedPairs: 0 });
});
