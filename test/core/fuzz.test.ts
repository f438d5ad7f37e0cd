/**
 * Everything this program reads and did not write itself, damaged in every way that fast-check finds: it becomes a value,
 * or it is refused in words for people (a UserError, a flagged record). Nothing else is thrown, and nothing hangs.
 */
import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import ajvFormats from "ajv-formats";
import fc from "../support/property.ts";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import type * as z from "zod";
import { acceptFileSchema, parseAccepted } from "../../src/core/accept.ts";
import { UserError } from "../../src/core/errors.ts";
import { readEvents } from "../../src/core/events.ts";
import { judgeText } from "../../src/core/judge-file.ts";
import { eventSchema } from "../../src/core/protocol.ts";
import { jobResultSchema } from "../../src/core/result.ts";
import { readStored, storedPath, storedText } from "../../src/core/stored-result.ts";
import { parseSuite } from "../../src/core/suite-parse.ts";
import { damagedJson, damagedText, PATIENCE, RUNS } from "../support/fuzz.ts";
import { benchmark, jobResult, TOKENS } from "../support/results.ts";

const root = new URL("../../", import.meta.url);
const corpus = readdirSync(new URL("schema/corpus/valid", root)).map((name) =>
  readFileSync(new URL(`schema/corpus/valid/${name}`, root), "utf8"),
);
const SUITES = [
  "version: 1\nrepeats: 3\njudge: { min-effect: 2%, max-tolerated: 5%, confirm: auto }\nbenchmarks:\n" +
    "  - workload: switch-matmul\n    preset: strict\n    size: tiny\n    set: { steps: 23 }\n" +
    "  - name: my-lora\n    command: [python, train.py]\n    requirements: requirements.txt\n" +
    '    backends: [torch-cuda]\n    env: { MY_FLAG: "1" }\n    timeout: 10m\n',
];
const ACCEPTED = {
  benchmark: "lora.torch-cpu",
  metric: "tokens_per_second",
  runner: "apple-m4-max-64gb-3f2a",
  reason: "larger batches",
  expires: "2026-12-01",
};
const ACCEPT_FILE = { version: 1, accept: [ACCEPTED, { ...ACCEPTED, metric: "peak_memory" }] };
const RESULT = jobResult(3, [benchmark([[TOKENS, [100, 101, 99]]])]);
const [, JUDGED = ""] = /```json\n(.*?)```/s.exec(readFileSync(new URL("docs/judge.md", root), "utf8")) ?? [];

/** The value, or null where it was refused in words. */
function valueOf<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    // Told to a person: not a copy of whatever stood in the file.
    const told = error instanceof UserError && error.message !== "" && error.message.length < 20_000;
    if (told) return null;
    throw error;
  }
}

/** What is wrong with a value by the published schema; empty: nothing. */
function schema(name: string): (value: unknown) => string {
  const ajv = new Ajv2020({ strict: false });
  ajvFormats.default(ajv);
  const check = ajv.compile(JSON.parse(readFileSync(new URL(`schema/${name}.schema.json`, root), "utf8")));
  return (value) => (check(value) ? "" : ajv.errorsText(check.errors));
}

describe("texts that nobody meant well", { timeout: PATIENCE }, () => {
  test("suite files", () => {
    fc.assert(
      fc.property(fc.oneof(damagedText(SUITES), fc.string()), (text) => {
        const suite = valueOf(() => parseSuite(text, "finetune-bench.yml"));
        expect(suite?.benchmarks.length).not.toBe(0);
      }),
      RUNS,
    );
  });

  test.each(["[", "- ", "{a: ", "&a [*a, "])("a suite file of nothing but %s", (piece) => {
    expect(
      valueOf(() => parseSuite(piece.repeat(Math.floor(250_000 / piece.length)), "finetune-bench.yml")),
    ).toBeNull();
  });

  test("accept files", () => {
    fc.assert(
      fc.property(fc.oneof(damagedText([stringify(ACCEPT_FILE)]), fc.string()), (text) => {
        expect(valueOf(() => parseAccepted(text))?.length ?? 0).toBeLessThanOrEqual(1000);
      }),
      RUNS,
    );
  });

  test("event files keep what stands before the damage", () => {
    fc.assert(
      fc.property(fc.oneof(damagedText(corpus), fc.string()), (text) => {
        const { events, problem } = readEvents(text);
        for (const event of events) expect(eventSchema.safeParse(event).success).toBe(true);
        expect(problem?.message.length ?? 0).toBeLessThan(1000);
      }),
      RUNS,
    );
  });

  test("stored results", () => {
    const path = storedPath(RESULT);
    fc.assert(
      fc.property(fc.oneof(damagedText([storedText(RESULT)]), fc.json()), (text) => {
        const read = readStored({ path, text });
        const named = read.state === "unusable" ? read.warning : read.path;
        expect(named).toContain(path);
      }),
      RUNS,
    );
  });

  test("files for the judge", () => {
    fc.assert(
      fc.property(fc.oneof(damagedText([JUDGED]), fc.json()), (text) => {
        expect(valueOf(() => judgeText(text))).not.toBeUndefined();
      }),
      RUNS,
    );
  });
});

describe("the schemas in schema/ take what the program takes", { timeout: PATIENCE }, () => {
  test("results", () => {
    const [taken, refused] = compare(jobResultSchema, schema("result"), [JSON.parse(storedText(RESULT))]);
    expect(Math.min(taken, refused)).toBeGreaterThan(10);
  });

  test("accept files", () => {
    const [taken, refused] = compare(acceptFileSchema, schema("accept"), [ACCEPT_FILE]);
    expect(Math.min(taken, refused)).toBeGreaterThan(10);
  });

  test("events", () => {
    const events = corpus.flatMap((text) => readEvents(text).events);
    const [taken, refused] = compare(eventSchema, schema("events"), events);
    expect(Math.min(taken, refused)).toBeGreaterThan(10);
  });
});

/** What zod makes of a value, the published schema takes; how many were taken and refused. */
function compare(zod: z.ZodType, published: (value: unknown) => string, good: readonly unknown[]): [number, number] {
  let [taken, refused] = [0, 0];
  fc.assert(
    fc.property(damagedJson(good), (value) => {
      // As it would stand in a file.
      const written: unknown = JSON.parse(JSON.stringify(value) ?? "null");
      const parsed = zod.safeParse(written);
      taken += parsed.success ? 1 : 0;
      refused += parsed.success ? 0 : 1;
      expect(parsed.success ? published(JSON.parse(JSON.stringify(parsed.data))) : "").toBe("");
    }),
    RUNS,
  );
  return [taken, refused];
}
