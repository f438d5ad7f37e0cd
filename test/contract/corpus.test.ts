/** The corpus that both languages read: every valid file is read to its end, every invalid one is refused in its last line. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { readEvents } from "../../src/core/events.ts";

const corpus = path.join(import.meta.dirname, "..", "..", "schema", "corpus");
const valid = files("valid");
const invalid = files("invalid");

function files(kind: "valid" | "invalid"): string[] {
  return readdirSync(path.join(corpus, kind)).filter((name) => name.endsWith(".jsonl"));
}

function read(kind: "valid" | "invalid", name: string): string {
  return readFileSync(path.join(corpus, kind, name), "utf8");
}

test("the corpus is there", () => {
  expect(valid.length).toBeGreaterThanOrEqual(20);
  expect(invalid.length).toBeGreaterThanOrEqual(50);
});

test.each(valid)("valid: %s", (name) => {
  const text = read("valid", name);
  const { events, problem } = readEvents(text);
  expect(problem).toBeNull();
  expect(events).toHaveLength(text.split("\n").filter((line) => line.trim() !== "").length);
});

test.each(invalid)("invalid in its last line alone: %s", (name) => {
  const lines = read("invalid", name).replace(/\n$/, "").split("\n");
  const { events, problem } = readEvents(lines.join("\n"));
  expect(problem?.line).toBe(lines.length);
  expect(events).toHaveLength(lines.length - 1);
});
