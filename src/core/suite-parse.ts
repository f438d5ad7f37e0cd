/** Reads a suite file: every mistake at once, each with its line and column. */
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from "yaml";
import * as z from "zod";
import { shippedCatalogue, type Catalogue } from "./catalogue.ts";
import { didYouMean } from "./did-you-mean.ts";
import { UserError } from "./errors.ts";
import { checkSuite, type Problem } from "./suite-check.ts";
import { entrySchemas, suiteSchema, type CommandEntry, type Suite, type WorkloadEntry } from "./suite.ts";

const outline = suiteSchema.extend({ benchmarks: z.array(z.unknown()).min(1) });
const MAX_BYTES = 262_144;

/**
 * The suite in `text`. `name` is what the user calls the file: it leads every message and names the suite in reports.
 * Throws a `UserError` that lists every mistake as `name:line:column: …`.
 */
export function parseSuite(text: string, name: string, catalogue: Catalogue = shippedCatalogue()): Suite {
  if (text.length > MAX_BYTES) throw new UserError(`${name}: larger than ${MAX_BYTES} bytes, which no suite needs`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  if (document.errors.length > 0) {
    throw failure(
      name,
      document.errors.map((error) => ({ ...lines.linePos(error.pos[0]), message: `not valid YAML: ${error.message}` })),
    );
  }
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  const problems: Problem[] = [];
  const frame = outline.safeParse(value);
  if (!frame.success) problems.push(...problemsOf(frame.error, value, outline));
  const entries = readEntries(frame.success ? frame.data.benchmarks : rawEntries(value), problems);
  if (frame.success && problems.length === 0) {
    const suite: Suite = { ...frame.data, benchmarks: entries, name };
    problems.push(...checkSuite(suite, catalogue));
    if (problems.length === 0) return suite;
  }
  throw failure(
    name,
    problems.map((problem) => ({
      ...lines.linePos(offsetOf(document, problem)),
      message: problem.path.length === 0 ? problem.message : `${pathText(problem.path)}: ${problem.message}`,
    })),
  );
}

function failure(name: string, problems: readonly { line: number; col: number; message: string }[]): UserError {
  const sorted = [...problems].sort((a, b) => a.line - b.line || a.col - b.col);
  return new UserError(sorted.map((p) => `${name}:${p.line}:${p.col}: ${p.message}`).join("\n"));
}

function rawEntries(value: unknown): unknown[] {
  const shape = z.looseObject({ benchmarks: z.array(z.unknown()) }).safeParse(value);
  return shape.success ? shape.data.benchmarks : [];
}

/** Each entry against the kind it means to be, so that messages speak of one kind only. */
function readEntries(raw: readonly unknown[], problems: Problem[]): (WorkloadEntry | CommandEntry)[] {
  return raw.flatMap((entry, index) => {
    const path = ["benchmarks", index];
    if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
      problems.push({
        path,
        message: `must be a mapping with "workload", or with "name" and "command"; given ${shown(entry)}`,
      });
      return [];
    }
    const keys = new Set(Object.keys(entry));
    if (!keys.has("workload") && !keys.has("command") && !keys.has("name")) {
      problems.push({ path, message: `needs "workload" (a built-in one), or "name" and "command" (your own program)` });
      return [];
    }
    const schema = keys.has("workload") ? entrySchemas.workload : entrySchemas.command;
    const parsed = schema.safeParse(entry);
    if (parsed.success) return [parsed.data];
    for (const problem of problemsOf(parsed.error, entry, schema)) {
      problems.push({ ...problem, path: [...path, ...problem.path] });
    }
    return [];
  });
}

function problemsOf(error: z.ZodError, value: unknown, schema: z.ZodObject): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
    const given = valueAt(value, path);
    if (issue.code === "unrecognized_keys") {
      const known = keysAt(schema, path);
      return issue.keys.map((key) => ({
        path: [...path, key],
        atKey: true,
        message: `unknown key${known.length === 0 ? "" : `; accepted: ${known.join(", ")}`}${didYouMean(key, known)}`,
      }));
    }
    if (given === undefined && issue.code !== "custom") return [{ path, message: `is missing: ${accepted(issue)}` }];
    return [{ path, message: `${accepted(issue)}; given ${shown(given)}` }];
  });
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  array: "a list",
  record: "a mapping",
  object: "a mapping",
  int: "a whole number",
  string: "a text",
};

function accepted(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_value":
      return `must be ${issue.values.length === 1 ? "" : "one of "}${issue.values.map(shown).join(", ")}`;
    case "invalid_type":
      return issue.message.startsWith("Invalid input")
        ? `must be ${TYPE_WORDS[issue.expected] ?? `a ${issue.expected}`}`
        : issue.message;
    case "too_small":
      return issue.origin === "array" ? "must not be empty" : `must be at least ${issue.minimum}`;
    case "too_big":
      return `must be at most ${issue.maximum}`;
    case "invalid_union":
      return "must be a text, a number, true or false";
    case "invalid_key":
      return "has a key that is not accepted";
    case "custom":
    case "invalid_format":
    case "invalid_element":
    case "not_multiple_of":
    case "unrecognized_keys":
      return issue.message;
  }
}

function keysAt(schema: z.ZodObject, path: readonly (string | number)[]): string[] {
  let current: unknown = schema;
  for (const part of path) current = current instanceof z.ZodObject ? unwrap(current.shape[part]) : undefined;
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

function unwrap(schema: unknown): unknown {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodOptional ? unwrap(schema.unwrap()) : schema;
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (at, part) =>
      typeof at === "object" && at !== null ? Object.entries(at).find(([key]) => key === String(part))?.[1] : undefined,
    value,
  );
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function pathText(path: readonly (string | number)[]): string {
  return path.map((part, at) => (typeof part === "number" ? `[${part}]` : at === 0 ? part : `.${part}`)).join("");
}

/** Where in the text a problem stands: its node, or the nearest one above it that exists. */
function offsetOf(document: Document, problem: Problem): number {
  for (let length = problem.path.length; length > 0; length--) {
    const path = problem.path.slice(0, length);
    if (problem.atKey === true && length === problem.path.length) {
      const parent: unknown = length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
      const pair = isMap(parent)
        ? parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(path.at(-1)))
        : undefined;
      if (isNode(pair?.key) && pair.key.range) return pair.key.range[0];
    }
    const node: unknown = document.getIn(path, true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
