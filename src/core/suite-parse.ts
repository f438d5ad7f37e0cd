/** Reads a suite file: every mistake at once, each with its line and column. */
import * as z from "zod";
import { shippedCatalogue, type Catalogue } from "./catalogue.ts";
import { UserError } from "./errors.ts";
import { checkEntries, type ReadEntry } from "./suite-check.ts";
import { entrySchemas, suiteSchema, type Suite } from "./suite.ts";
import { problemsOf, readYaml, shown, type Problem } from "./yaml-problems.ts";

const outline = suiteSchema.extend({ benchmarks: z.array(z.unknown()).min(1) });
const MAX_BYTES = 262_144;

/**
 * The suite in `text`. `name` is what the user calls the file: it leads every message and names the suite in reports.
 * Throws a `UserError` that lists every mistake as `name:line:column: …`.
 */
export function parseSuite(text: string, name: string, catalogue: Catalogue = shippedCatalogue()): Suite {
  if (text.length > MAX_BYTES) throw new UserError(`${name}: larger than ${MAX_BYTES} bytes, which no suite needs`);
  const { value, refusal } = readYaml(text, name);
  if (value === null) throw refusal([{ path: [], message: `holds nothing; needed are "version: 1" and "benchmarks"` }]);
  const problems: Problem[] = [];
  const frame = outline.safeParse(value);
  if (!frame.success) problems.push(...problemsOf(frame.error, value, outline));
  const entries = readEntries(frame.success ? frame.data.benchmarks : rawEntries(value), problems);
  problems.push(...checkEntries(entries, catalogue));
  if (!frame.success || problems.length > 0) throw refusal(problems);
  return { ...frame.data, benchmarks: entries.filter((entry) => entry !== null), name };
}

function rawEntries(value: unknown): unknown[] {
  const shape = z.looseObject({ benchmarks: z.array(z.unknown()) }).safeParse(value);
  return shape.success ? shape.data.benchmarks : [];
}

/** Each entry against the kind it means to be, so that messages speak of one kind only. */
function readEntries(raw: readonly unknown[], problems: Problem[]): ReadEntry[] {
  return raw.map((entry, index) => {
    const path = ["benchmarks", index];
    if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
      problems.push({
        path,
        message: `must be a mapping with "workload", or with "name" and "command"; given ${shown(entry)}`,
      });
      return null;
    }
    const keys = new Set(Object.keys(entry));
    if (!keys.has("workload") && !keys.has("command") && !keys.has("name")) {
      problems.push({ path, message: `needs "workload" (a built-in one), or "name" and "command" (your own program)` });
      return null;
    }
    const schema = keys.has("workload") ? entrySchemas.workload : entrySchemas.command;
    const parsed = schema.safeParse(entry);
    if (parsed.success) return parsed.data;
    for (const problem of problemsOf(parsed.error, entry, schema)) {
      problems.push({ ...problem, path: [...path, ...problem.path] });
    }
    return null;
  });
}
