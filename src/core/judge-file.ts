/** The text of a judge file → its verdicts, or its change points; what is malformed is told and costs nothing else. */
import * as z from "zod";
import { findChangePoints } from "./change-points.ts";
import { describeError, UserError } from "./errors.ts";
import {
  changePointsCaseSchema,
  decideCaseSchema,
  inUserWords,
  judgeFileSchema,
  type ChangePointsCase,
  type ChangePointsRow,
  type Fault,
  type JudgeOutput,
} from "./judge-protocol.ts";
import { valueOf, verdictRows } from "./judge-rows.ts";

/** Of one case: more than these tell nothing new. */
const MOST_FAULTS = 10;
/** The tokens that other programs write where JSON has no word, and the texts that must stay as they are. */
const TEXT_OR_BARE = /"(?:[^"\\]|\\[^]?)*"?|-?\b(?:Infinity|NaN)\b/g;

/** What the text of a number beyond the range of a double has. */
const HUGE = /[eE]\+?\d{3}|\d{300}/;

/** @throws UserError when the file as a whole cannot be read */
export function judgeText(text: string): JudgeOutput {
  const file = parseFile(text);
  if (file.kind === "changepoints") {
    const { good, errors } = parseCases(file.cases, changePointsCaseSchema);
    return { changepoints: good.map(changePointsOf), errors };
  }
  const { good, errors } = parseCases(file.cases, decideCaseSchema);
  return { verdicts: verdictRows(good), errors };
}

function parseFile(text: string): z.infer<typeof judgeFileSchema> {
  const parsed = judgeFileSchema.safeParse(parseJson(text), { error: inUserWords });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "the file" : z.core.toDotPath(issue.path);
  throw new UserError(
    `${where}: ${issue?.message ?? "cannot be read"}; wanted is {"protocol": 1, "kind": "decide" or "changepoints", "cases": […]}`,
  );
}

/** Numbers beyond the range of a double, and the bare NaN that some programs write, become their names. */
function parseJson(text: string): unknown {
  const plain = text.replace(/^\uFEFF/, "");
  // Looking at every value costs more than all the rest, and hardly a file needs it.
  const reviver = HUGE.test(plain) ? named : undefined;
  try {
    return JSON.parse(plain, reviver);
  } catch (first) {
    try {
      return JSON.parse(
        plain.replaceAll(TEXT_OR_BARE, (token) => (token.startsWith('"') ? token : `"${token}"`)),
        reviver,
      );
    } catch {
      throw new UserError(`this is not JSON: ${oneLine(first)}`);
    }
  }
}

/** The parser quotes the text around the mistake, with its line ends. */
function oneLine(error: unknown): string {
  return describeError(error)
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim();
}

function named(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

function parseCases<Schema extends z.ZodType>(
  cases: readonly unknown[],
  schema: Schema,
): { good: z.output<Schema>[]; errors: Fault[] } {
  const good: z.output<Schema>[] = [];
  const errors: Fault[] = [];
  for (const [index, raw] of cases.entries()) {
    const parsed = schema.safeParse(raw, { error: inUserWords });
    if (parsed.success) good.push(parsed.data);
    else {
      const id = z.object({ id: z.string() }).safeParse(raw).data?.id ?? null;
      for (const { path, message } of parsed.error.issues.slice(0, MOST_FAULTS)) {
        errors.push({ index, id, field: z.core.toDotPath(path), message });
      }
    }
  }
  return { good, errors };
}

function changePointsOf({ id, series }: ChangePointsCase): ChangePointsRow {
  const cuts = findChangePoints(series.map((point) => ({ value: valueOf(point), identity: point.fingerprint })));
  return {
    id,
    indices: cuts.filter(({ pending }) => !pending).map(({ index }) => index),
    pending: cuts.filter(({ pending }) => pending).map(({ index }) => index),
  };
}
