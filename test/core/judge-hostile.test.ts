/** Files that nobody meant well: the judge answers or says what is wrong, and never dies. */
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "../support/property.ts";
import { expect, test } from "vitest";
import { UserError } from "../../src/core/errors.ts";
import { judgeText } from "../../src/core/judge-file.ts";
import { judgeOutputSchema } from "../../src/core/judge-protocol.ts";
import { RUNS } from "../support/fuzz.ts";

const schema = readFileSync(new URL("../../schema/judge-input.schema.json", import.meta.url), "utf8");
const isInput = new Ajv2020().compile(JSON.parse(schema));

const anyValue = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: 0.9, max: 1.1, noNaN: true }) },
  { weight: 2, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.constantFrom(null, "NaN", "Infinity", "-Infinity", 0, -1, "x", {}, []) },
);
const anyRuns = fc.array(fc.record({ value: anyValue }), { maxLength: 6 });
const fingerprint = fc.constantFrom("a", "a", "a", "b", "__proto__");
const nearlyCase = fc.record(
  {
    id: fc.oneof(fc.string(), fc.constant("__proto__")),
    report: fc.constantFrom("r", "s", null),
    metric: fc.record({
      name: fc.string(),
      unit: fc.constantFrom("B", "s", ""),
      direction: fc.constantFrom("higher", "lower"),
      class: fc.constantFrom("throughput", "memory", "loss", "throughput", "other"),
    }),
    history: fc.array(fc.record({ fingerprint, repeats: anyRuns }), { maxLength: 8 }),
    fingerprint,
    candidate: fc.record({ repeats: anyRuns }),
    paired: fc.option(fc.record({ base: anyRuns, head: anyRuns, order: fc.string() })),
    paired_budget: fc.oneof(fc.nat(12), fc.double()),
    series: fc.array(fc.record({ value: anyValue, fingerprint }), { maxLength: 30 }),
  },
  { requiredKeys: ["id", "metric", "history", "fingerprint", "candidate"] },
);
const anyFile = fc.record({
  protocol: fc.constant(1),
  kind: fc.constantFrom("decide", "decide", "changepoints"),
  cases: fc.array(fc.oneof({ weight: 5, arbitrary: nearlyCase }, { weight: 1, arbitrary: fc.jsonValue() }), {
    maxLength: 4,
  }),
});

test("whatever a file holds: every case is answered or an error, in order, and the schemas tell the same", () => {
  let answered = 0;
  fc.assert(
    fc.property(anyFile, (file) => {
      const text = JSON.stringify(file);
      const output = judgeText(text);
      expect(judgeText(text)).toEqual(output);
      const written: unknown = JSON.parse(JSON.stringify(output));
      expect(judgeOutputSchema.parse(written)).toEqual(output);
      const rows = "verdicts" in output ? output.verdicts : output.changepoints;
      answered += rows.length;
      expect(isInput(JSON.parse(text))).toBe(output.errors.length === 0);
      const malformed = new Set(output.errors.map(({ index }) => index));
      expect(rows.length + malformed.size).toBe(file.cases.length);
    }),
    RUNS,
  );
  // The generator is not so hostile that nothing is ever judged.
  expect(answered).toBeGreaterThan(RUNS.numRuns / 4);
});

test("any text at all is answered or bad input", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(() => judgeText(text)).toThrow(UserError);
    }),
  );
});
