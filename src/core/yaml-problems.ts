/** Reads YAML that people write by hand, and names every mistake in it with its line and column. */
import { clip } from "./escape.ts";
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from "yaml";
import * as z from "zod";
import { didYouMean } from "./did-you-mean.ts";
import { describeError, UserError } from "./errors.ts";

/** A mistake, at a place named by the keys that lead to it. */
export interface Problem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** The key itself is wrong, not its value. */
  readonly atKey?: boolean;
}

export interface YamlFile {
  readonly value: unknown;
  /** The error that lists all `problems` as `name:line:column: …`, in the order of the lines. */
  readonly refusal: (problems: readonly Problem[]) => UserError;
}

/** More than these help nobody who mends a file. */
const MOST_PROBLEMS = 50;
const LONGEST_PROBLEM = 400;

/** Throws a `UserError` where `text` is no YAML. `name` is what the user calls the file: it leads every message. */
export function readYaml(text: string, name: string): YamlFile {
  try {
    return readDocument(text, name);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    // Nested beyond what the parser's stack holds, or references without end.
    throw new UserError(`${name}: not valid YAML: ${clip(describeError(cause), LONGEST_PROBLEM)}`, { cause });
  }
}

function readDocument(text: string, name: string): YamlFile {
  const lines = new LineCounter();
  // What the parser would warn of on its own, in words about itself, is a mistake to us.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    logLevel: "error",
  });
  if (document.errors.length > 0) {
    throw failure(
      name,
      document.errors.map((error) => ({ ...lines.linePos(error.pos[0]), message: `not valid YAML: ${error.message}` })),
    );
  }
  return {
    value: document.toJS({ maxAliasCount: 100 }),
    refusal: (problems) =>
      failure(
        name,
        problems.map((problem) => ({
          ...lines.linePos(offsetOf(document, problem)),
          message: problem.path.length === 0 ? problem.message : `${pathText(problem.path)}: ${problem.message}`,
        })),
      ),
  };
}

function failure(name: string, problems: readonly { line: number; col: number; message: string }[]): UserError {
  const sorted = [...problems].sort((a, b) => a.line - b.line || a.col - b.col);
  const shownOnes = sorted.slice(0, MOST_PROBLEMS);
  const words = shownOnes.map((p) => `${name}:${p.line}:${p.col}: ${clip(p.message, LONGEST_PROBLEM)}`);
  const rest = sorted.length - shownOnes.length;
  return new UserError([...words, ...(rest === 0 ? [] : [`and ${rest} more of such mistakes`])].join("\n"));
}

/** What `schema` found wrong with `value`, in the words of somebody who writes the file. */
export function problemsOf(error: z.ZodError, value: unknown, schema: z.ZodObject): Problem[] {
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
      if (issue.origin === "array" || issue.origin === "string") return "must not be empty";
      return `must be at least ${issue.minimum}`;
    case "too_big":
      return `must be at most ${issue.maximum}${issue.origin === "string" ? " characters long" : ""}`;
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
  for (const part of path) current = below(current, part);
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

function below(schema: unknown, part: string | number): unknown {
  if (schema instanceof z.ZodObject) return unwrap(schema.shape[part]);
  return schema instanceof z.ZodArray ? unwrap(schema.element) : undefined;
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

/** A value of the file as a message quotes it. */
export function shown(value: unknown): string {
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
