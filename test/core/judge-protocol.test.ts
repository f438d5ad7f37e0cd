/** The protocol of `judge`: what is read, what is answered, and that nothing in a file costs another case its verdict. */
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { UserError } from "../../src/core/errors.ts";
import { judgeText } from "../../src/core/judge-file.ts";
import type { VerdictRow } from "../../src/core/judge-protocol.ts";

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
const compiled = (name: string): ReturnType<Ajv2020["compile"]> => new Ajv2020().compile(JSON.parse(read(name)));
const isInput = compiled("schema/judge-input.schema.json");
const isOutput = compiled("schema/judge-output.schema.json");

type Values = readonly (number | string | null)[];
const runs = (values: Values): object[] => values.map((value) => ({ value }));

const SPEED = { name: "tokens_per_second", unit: "tok/s", direction: "higher", class: "throughput" };
const stored = (values: Values, fingerprint = "m4"): object => ({ commit: "c", fingerprint, repeats: runs(values) });
const QUIET = [stored([100, 100.4, 99.8]), stored([100.2, 99.9, 100.1]), stored([99.9, 100.3, 100])];
const pairs = (head: Values): object => ({
  base: runs([100, 100.3, 99.8, 100.1, 100.2, 99.9, 100, 100.4, 99.7, 100.1].slice(0, head.length)),
  head: runs(head),
  order: "ABBA",
});
const SLOW = [80, 80.3, 79.8, 80.1, 80.2, 79.9, 80, 80.4, 79.7, 80.1];

function made(overrides: object = {}): object {
  return {
    id: "case",
    metric: SPEED,
    history: QUIET,
    fingerprint: "m4",
    candidate: { repeats: runs([80, 80.2, 79.9]) },
    paired: null,
    paired_budget: 0,
    ...overrides,
  };
}

function decideAll(cases: readonly unknown[]): VerdictRow[] {
  const output = judgeText(JSON.stringify({ protocol: 1, kind: "decide", cases }));
  expect(output.errors).toEqual([]);
  return "verdicts" in output ? output.verdicts : [];
}

function decide(overrides: object = {}): VerdictRow {
  const [row] = decideAll([made(overrides)]);
  if (row === undefined) throw new Error("no verdict");
  return row;
}

const page = read("docs/judge.md");
const blocks = [...page.matchAll(/<!-- (input|output) -->\n```json\n([^]*?)```/g)].map(([, , json = ""]) => json);

test.each([0, 2])("the page's example is answered as the page says (block %d)", (index) => {
  const [input = "", output = ""] = blocks.slice(index);
  expect(isInput(JSON.parse(input))).toBe(true);
  expect(judgeText(input)).toEqual(JSON.parse(output));
  expect(isOutput(JSON.parse(output))).toBe(true);
});

test("without pairs, or with a budget of none, the history decides and is not sure", () => {
  const alone = decide();
  expect(alone).toMatchObject({ verdict: "regression", unconfirmed: true, pairs_used: 0, pairs_wanted: 0 });
  expect(alone.effect).toBeCloseTo(-0.2, 2);
  expect(decide({ paired: pairs(SLOW), paired_budget: 0 })).toEqual(alone);
  expect(decide({ paired: pairs([]), paired_budget: 10 })).toEqual(alone);
});

test("with pairs, no more of them are looked at than the budget allows", () => {
  const confirmed = decide({ paired: pairs(SLOW), paired_budget: 10 });
  expect(confirmed).toMatchObject({ verdict: "regression", unconfirmed: false, pairs_used: 4, pairs_wanted: 0 });
  expect(decide({ paired: pairs(SLOW), paired_budget: 4 })).toEqual(confirmed);
  expect(decide({ paired: pairs(SLOW), paired_budget: undefined })).toEqual(confirmed);
  expect(decide({ paired: pairs(SLOW), paired_budget: 3 })).toMatchObject({
    verdict: "inconclusive",
    unconfirmed: false,
    pairs_used: 0,
    pairs_wanted: 4,
  });
  const back = SLOW.map((value, index) => (index < 4 ? value * 1.228 : value * 1.25));
  const slight = { paired: pairs(back), paired_budget: 4 };
  expect(decide(slight)).toMatchObject({ verdict: "inconclusive", pairs_used: 4, pairs_wanted: 10 });
  expect(decide({ ...slight, paired_budget: 10 })).toMatchObject({ verdict: "no-change", pairs_used: 10 });
});

test("cases that share a report are one family, the others stand alone", () => {
  const suspect = made({
    history: [],
    candidate: { repeats: [] },
    paired: pairs([97.3, 96.6, 97.9, 96.4]),
    paired_budget: 4,
  });
  const [alone, other] = decideAll([suspect, suspect]);
  expect(other).toEqual(alone);
  const [first] = decideAll([{ ...suspect, report: "r" }, made({ report: "r", id: "b" }), made({ report: "s" })]);
  expect(first?.p).toBeCloseTo(2 * (alone?.p ?? 0), 15);
});

test("a changed fingerprint is never compared across, nor are its pairs", () => {
  const history = [stored([100, 101, 99], "m3"), stored([100, 101, 99], "m3")];
  for (const paired of [null, pairs(SLOW)]) {
    const changed = decide({ history, paired, paired_budget: 10 });
    expect(changed).toMatchObject({ verdict: "inconclusive", effect: null, ci: null, p: null, pairs_used: 0 });
    expect(changed.warnings.join()).toContain("fingerprint");
  }
  const mixed = decide({ history: [...history, ...QUIET] });
  expect({ ...mixed, warnings: [] }).toEqual({ ...decide(), warnings: [] });
  expect(mixed.warnings.join()).toContain("another fingerprint");
  const fresh = decide({ history: [], paired: pairs(SLOW), paired_budget: 10 });
  expect(fresh).toMatchObject({ verdict: "regression", pairs_used: 4 });
});

test("memory and loss: bands, no interval, and a loss that is no number is a regression", () => {
  const memory = { ...SPEED, name: "peak", unit: "B", direction: "lower", class: "memory" };
  const more = decide({ metric: memory, history: [stored([1e9])], candidate: { repeats: runs([1.03e9]) } });
  expect(more).toMatchObject({ verdict: "regression", ci: null, unconfirmed: false });
  expect(more.effect).toBeCloseTo(0.03, 12);
  const loss = { ...SPEED, name: "final_loss", unit: "nat", direction: "lower", class: "loss" };
  for (const repeats of [runs([2.5, null]), runs(["NaN"]), []]) {
    const failed = decide({ metric: loss, history: [stored([2.5])], candidate: { repeats } });
    expect(failed).toMatchObject({ verdict: "regression", effect: null });
    expect(failed.warnings).toContain("final_loss is missing or not a finite number");
  }
});

test("nothing to compare with is inconclusive, and says so", () => {
  expect(decide({ history: [] })).toMatchObject({ verdict: "inconclusive", warnings: ["nothing to compare with"] });
  expect(decide({ candidate: { repeats: [] } })).toMatchObject({ verdict: "inconclusive", effect: null });
});

test("pairs that were not interleaved or have no partner are a doubt", () => {
  const given = { ...pairs(SLOW.slice(0, 4)), order: "AABB" };
  expect(decide({ paired: given, paired_budget: 4 }).warnings.join()).toContain("interleaved");
  const uneven = { base: runs([100, 100.1, 99.9, 100, 100.2]), head: runs(SLOW.slice(0, 4)) };
  expect(decide({ paired: uneven, paired_budget: 10 })).toMatchObject({ verdict: "regression", pairs_used: 4 });
  expect(decide({ paired: uneven, paired_budget: 10 }).warnings.join()).toContain("partner");
});

test("numbers that JSON has no word for are read as runs without a value", () => {
  const text = JSON.stringify({
    protocol: 1,
    kind: "decide",
    note: 'NaN "-Infinity" \\',
    cases: [made({ id: "NaN" })],
  });
  const bare = text
    .replace('{"value":80}', '{"value":80},{"value":NaN},{"value":-Infinity},{"value":1e999}')
    .replace("{", "\uFEFF{");
  const output = judgeText(bare);
  const expected = decide({ id: "NaN", candidate: { repeats: runs([80, "NaN", "-Infinity", null, 80.2, 79.9]) } });
  expect(output).toEqual({ verdicts: [expected], errors: [] });
  expect(expected.verdict).toBe("regression");
});

test("a malformed case is an error with its place and field, and the others are judged", () => {
  const cases = [
    made({ id: "good" }),
    made({ id: "bad", history: [stored([1]), { fingerprint: "m4", repeats: [{ value: 1 }, { value: "fast" }] }] }),
    7,
    made({ id: "worse", metric: { ...SPEED, direction: "up" }, paired_budget: -1 }),
    made({ id: "last" }),
  ];
  const output = judgeText(JSON.stringify({ protocol: 1, kind: "decide", cases }));
  expect("verdicts" in output && output.verdicts).toEqual(decideAll([made({ id: "good" }), made({ id: "last" })]));
  expect(output.errors.map(({ index, id, field }) => [index, id, field])).toEqual([
    [1, "bad", "history[1].repeats[1].value"],
    [2, null, ""],
    [3, "worse", "metric.direction"],
    [3, "worse", "paired_budget"],
  ]);
  expect(output.errors[0]?.message).toContain("must be a number");
});

test.each([
  ["no JSON", "{"],
  ["nothing", ""],
  ["another protocol", '{"protocol":2,"kind":"decide","cases":[]}'],
  ["another kind", '{"protocol":1,"kind":"guess","cases":[]}'],
  ["no cases", '{"protocol":1,"kind":"decide"}'],
  ["a list", "[]"],
  ["a bottomless list", "[".repeat(200_000)],
])("%s is bad input as a whole", (_name, text) => {
  expect(() => judgeText(text)).toThrow(UserError);
});

test("what is wrong is told in the words of the file, on one line", () => {
  const { metric: _metric, candidate: _candidate, ...rest } = { ...made(), metric: 1, candidate: 1 };
  const cases = [
    { ...rest, candidate: { repeats: [{}] }, metric: { ...SPEED, class: "speed" }, paired_budget: -1 },
    { ...rest, metric: SPEED, history: {}, paired_budget: 1.5 },
    7,
  ];
  const { errors } = judgeText(JSON.stringify({ protocol: 1, kind: "decide", cases }));
  expect(errors.map(({ field, message }) => `${field}: ${message}`)).toEqual([
    'metric.class: must be one of "throughput", "memory", "loss"',
    'candidate.repeats[0].value: is missing: must be a number, or null, "NaN", "Infinity" or "-Infinity" where a run gave none',
    "paired_budget: must be at least 0",
    "history: must be a list",
    "candidate: is missing: must be an object",
    "paired_budget: must be a whole number",
    ": must be an object",
  ]);
  expect(() => judgeText('{"kind":"decide","cases":[]}')).toThrow(/^protocol: is missing: must be 1; wanted is/);
  expect(() => judgeText('{"protocol":1,\n"kind":\n\tdecide,\n"cases":[]}')).toThrow(/^this is not JSON: [^\n\t]+$/);
});

function level(count: number, value: number): number[] {
  return Array.from({ length: count }, (_, index) => value * (1 + 0.001 * ((index * 7) % 5)));
}

function points(values: readonly number[], fingerprint = "m4"): object[] {
  return values.map((value) => ({ commit: "c", value, fingerprint }));
}

test("change points: the first of each new level, the newest pending, none where the fingerprint changes", () => {
  const cases = [
    { id: "step", metric: SPEED, series: points([...level(12, 100), ...level(12, 90)]) },
    { id: "new", metric: SPEED, series: points([...level(12, 100), ...level(2, 80)]) },
    { id: "machine", metric: SPEED, series: [...points(level(12, 100)), ...points(level(12, 90), "m5")] },
    { id: "holes", metric: SPEED, series: [{ value: null }, { value: "NaN" }, { value: -1 }] },
    { id: "empty", metric: SPEED, series: [] },
    { id: "bad", metric: SPEED, series: [{ commit: "c" }] },
  ];
  expect(judgeText(JSON.stringify({ protocol: 1, kind: "changepoints", cases }))).toMatchObject({
    changepoints: [
      { id: "step", indices: [12], pending: [] },
      { id: "new", indices: [], pending: [12] },
      { id: "machine", indices: [], pending: [] },
      { id: "holes", indices: [], pending: [] },
      { id: "empty", indices: [], pending: [] },
    ],
    errors: [{ index: 5, id: "bad", field: "series[0].value" }],
  });
});
