/** The file protocol of `finetune-bench judge`: what it reads and what it answers, for samples of any origin. */
import * as z from "zod";
import { verdictSchema } from "./comparison.ts";
import { directionSchema } from "./metrics.ts";

export const JUDGE_PROTOCOL = 1;

const NOT_FINITE = ["NaN", "Infinity", "-Infinity"] as const;

/** Of one run. JSON has no word for NaN: null and the texts stand for a run that gave no usable number. */
const valueSchema = z.union([z.number(), z.null(), z.enum(NOT_FINITE)], {
  error: ({ input }) =>
    unlessMissing(input, 'must be a number, or null, "NaN", "Infinity" or "-Infinity" where a run gave none'),
});
const sampleSchema = z.object({ value: valueSchema });
export type Sample = z.infer<typeof sampleSchema>;
const repeatsSchema = z.array(sampleSchema);
const commitSchema = z.string().nullish();

const metricSchema = z.object({
  name: z.string(),
  unit: z.string(),
  direction: directionSchema,
  class: z.enum(["throughput", "memory", "loss"]),
});

/** One candidate with its history. Keys that are not listed are allowed and not read. */
export const decideCaseSchema = z.object({
  id: z.string(),
  /** Cases that share it are one report: Holm's adjustment runs over their speeds. */
  report: z.string().nullish(),
  metric: metricSchema,
  /** Stored jobs, oldest first. */
  history: z.array(z.object({ commit: commitSchema, fingerprint: z.string(), repeats: repeatsSchema })),
  /** Hash of what measured the candidate: the machine and its software. */
  fingerprint: z.string(),
  candidate: z.object({ repeats: repeatsSchema }),
  /** The n-th runs of both sides are one pair, run interleaved in the job of the candidate. */
  paired: z.object({ base: repeatsSchema, head: repeatsSchema, order: z.string().nullish() }).nullish(),
  /** How many pairs may be looked at; left out: all that are there. */
  paired_budget: z.int().nonnegative().nullish(),
});
export type DecideCase = z.infer<typeof decideCaseSchema>;

export const changePointsCaseSchema = z.object({
  id: z.string(),
  metric: metricSchema,
  /** Of the default branch, oldest first; a value is the mean of a job's runs or the like. */
  series: z.array(z.object({ commit: commitSchema, value: valueSchema, fingerprint: z.string().default("") })),
});
export type ChangePointsCase = z.infer<typeof changePointsCaseSchema>;

/** The whole file, with the cases left unread: a malformed one must not cost the others their verdict. */
export const judgeFileSchema = z.object({
  protocol: z.literal(JUDGE_PROTOCOL),
  kind: z.enum(["decide", "changepoints"]),
  cases: z.array(z.unknown()),
});

/** What a reader of the schema needs: the file with its cases. */
export const judgeInputSchema = z.discriminatedUnion("kind", [
  judgeFileSchema.extend({ kind: z.literal("decide"), cases: z.array(decideCaseSchema) }),
  judgeFileSchema.extend({ kind: z.literal("changepoints"), cases: z.array(changePointsCaseSchema) }),
]);

const verdictRowSchema = z.strictObject({
  id: z.string(),
  verdict: verdictSchema.extract(["regression", "improvement", "no-change", "inconclusive"]),
  /** Relative change of the metric's own value: −0.05 is 5 % less. Null where nothing could be compared. */
  effect: z.number().nullable(),
  /** 99 % interval of `effect`; null where no test is made: of memory and of a loss. */
  ci: z.tuple([z.number(), z.number()]).nullable(),
  /** Pairs the verdict rests on; 0: on the history. */
  pairs_used: z.int().nonnegative(),
  /** Pairs in all that could decide it, were the budget larger; 0: the verdict stands. */
  pairs_wanted: z.int().nonnegative(),
  /** A change of speed that only the history speaks for. */
  unconfirmed: z.boolean(),
  /** Two-sided, after Holm's adjustment over the report; null where no test is made. */
  p: z.number().min(0).max(1).nullable(),
  /** Of `inconclusive`: the smallest change for the worse that would have been found in four of five cases. */
  smallest_detectable: z.number().positive().nullable(),
  warnings: z.array(z.string()),
});
export type VerdictRow = z.infer<typeof verdictRowSchema>;

const changePointsRowSchema = z.strictObject({
  id: z.string(),
  /** Of the first point of each new level, from 0. */
  indices: z.array(z.int().nonnegative()),
  /** The same of a level with fewer than four points: nobody knows yet whether it stays. */
  pending: z.array(z.int().nonnegative()),
});
export type ChangePointsRow = z.infer<typeof changePointsRowSchema>;

const faultSchema = z.strictObject({
  /** Place of the case in the file, from 0. */
  index: z.int().nonnegative(),
  /** Null where it has none. */
  id: z.string().nullable(),
  /** `history[2].repeats[0].value`; empty: the case itself. */
  field: z.string(),
  message: z.string(),
});
export type Fault = z.infer<typeof faultSchema>;

const TYPE_WORDS: Readonly<Record<string, string>> = {
  array: "a list",
  object: "an object",
  string: "a text",
  number: "a number",
  int: "a whole number",
};

/** Of {@link z.core.$ZodErrorMap}: what is wrong with a value, in the words of somebody who writes the file. */
export function inUserWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return unlessMissing(issue.input, `must be ${TYPE_WORDS[issue.expected] ?? issue.expected}`);
    case "invalid_value": {
      const values = issue.values.map((value) => JSON.stringify(value)).join(", ");
      return unlessMissing(issue.input, `must be ${issue.values.length === 1 ? "" : "one of "}${values}`);
    }
    case "too_small":
      return `must be at least ${issue.minimum}`;
    case "too_big":
      return `must be at most ${issue.maximum}`;
    case "custom":
    case "invalid_element":
    case "invalid_format":
    case "invalid_key":
    case "invalid_union":
    case "not_multiple_of":
    case "unrecognized_keys":
      return undefined;
  }
}

function unlessMissing(input: unknown, words: string): string {
  return input === undefined ? `is missing: ${words}` : words;
}

/** In the order of the cases; malformed ones stand in `errors` instead. */
export const judgeOutputSchema = z.union([
  z.strictObject({ verdicts: z.array(verdictRowSchema), errors: z.array(faultSchema) }),
  z.strictObject({ changepoints: z.array(changePointsRowSchema), errors: z.array(faultSchema) }),
]);
export type JudgeOutput = z.infer<typeof judgeOutputSchema>;
