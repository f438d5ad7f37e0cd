/** Files of a store, read without trusting them: old ones serve, damaged ones are named with what to do. */
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import fc from "../support/property.ts";
import { expect, test } from "vitest";
import {
  qualificationPath,
  gather,
  parseStoredPath,
  readStored,
  storedPath,
  storedText,
} from "../../src/core/stored-result.ts";
import { RUNNER, sampleQualification, sampleResult } from "../io/sample-result.ts";

const AT = storedPath(sampleResult());
const measured = path.resolve(import.meta.dirname, "..", "..", "baselines", "measured");

function warningOf(text: string, at = AT): string {
  const read = readStored({ path: at, text });
  return read.state === "unusable" ? read.warning : "";
}

test("results stored before today's fields were there still serve", () => {
  const texts = globSync("*/*.json", { cwd: measured }).map((file) => ({
    path: file.split(path.sep).join("/"),
    text: readFileSync(path.join(measured, file), "utf8"),
  }));
  const old = texts.filter(({ text }) => !text.includes("auto_tighten"));
  expect(old.length).toBeGreaterThan(0);
  for (const file of old) {
    expect(readStored(file)).toMatchObject({
      state: "result",
      result: { control: [], accepted: [], confirmation: null, suite: { confirm: "auto", auto_tighten: false } },
    });
  }
});

test("what cannot serve is told apart: damaged, newer, another runner's", () => {
  const text = storedText(sampleResult());
  const { schema: _, ...noSchema } = sampleResult();
  expect(warningOf("")).toMatch(/is not valid JSON \(a write that broke off\?\)/);
  expect(warningOf(text.slice(0, text.length / 2))).toMatch(/is not valid JSON/);
  expect(warningOf("[]")).toMatch(/the file: .*delete it, or restore it/);
  expect(warningOf(JSON.stringify(noSchema))).toMatch(/schema: /);
  expect(warningOf(text.replace(RUNNER, "another-machine-91c0"))).toMatch(/belongs to the runner another-machine-91c0/);
  expect(warningOf(storedText(sampleResult({ run_id: "../../x" })))).toMatch(/job\.run_id: cannot be part/);
  expect(warningOf(text, "x.json")).toMatch(/its name is not one/);
});

test("a newer program's file is told from a damaged one: deleting it would be wrong", () => {
  const schema = readStored({ path: AT, text: JSON.stringify({ schema: 2, anything: true }) });
  const field = readStored({ path: AT, text: JSON.stringify({ ...sampleResult(), dreams: 1 }) });
  for (const read of [schema, field]) {
    expect(read).toMatchObject({ state: "unusable", newer: true });
    expect("warning" in read ? read.warning : "").toMatch(/newer finetune-bench.*use one version/);
  }
  const both = readStored({ path: AT, text: JSON.stringify({ ...sampleResult(), dreams: 1, measured_s: -1 }) });
  expect(both).toMatchObject({ state: "unusable", newer: false });
});

test("the newest record of what a runner detects is found beside its results", () => {
  const records = [3, 9, 5].map((minute) => sampleQualification(minute));
  const files = records.map((record) => readStored({ path: qualificationPath(record), text: storedText(record) }));
  const broken = readStored({ path: `${RUNNER}/qualified/20990101T000000000Z.json`, text: "{" });
  const gathered = gather([...files, broken, readStored({ path: AT, text: storedText(sampleResult()) })]);
  expect(gathered.qualification).toEqual(sampleQualification(9));
  expect(gathered.results).toEqual([sampleResult()]);
  expect(gathered.warnings).toHaveLength(1);
  expect(gather([]).qualification).toBeNull();
});

test("names that lead elsewhere, or that this program never gives, are no stored files", () => {
  expect(parseStoredPath(AT)).toEqual({ runnerKey: RUNNER, kind: "result" });
  expect(parseStoredPath(qualificationPath(sampleQualification(1)))).toEqual({
    runnerKey: RUNNER,
    kind: "qualification",
  });
  for (const name of [
    "x.json",
    "../x.json",
    "a/../x.json",
    "/a/x.json",
    "a/.x.json",
    "a/b/x.json",
    "a/qualified/b/x.json",
    "a\\x.json",
    "a/b\\c.json",
    "a/x.txt",
    "A/x.json",
    "a/x\0.json",
    "a/x\n.json",
    `a/${"x".repeat(300)}.json`,
    "",
  ]) {
    expect(parseStoredPath(name), JSON.stringify(name)).toBeNull();
  }
});

test("no text makes the reader fall over, and a warning stays short", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.json().map((text) => `{"schema":1,"job":${text}}`),
      ),
      (text) => {
        const read = readStored({ path: AT, text });
        expect(read.state).toBe("unusable");
        expect("warning" in read ? read.warning.length : 0).toBeLessThanOrEqual(2000);
      },
    ),
    { seed: 20_260_304 },
  );
  expect(warningOf("[".repeat(200_000) + "]".repeat(200_000))).toMatch(/is not used/);
});
