/** Candidate against baseline for one metric: the value every later stage (gate, report) reads. */
import * as z from "zod";
import { backendSchema } from "./backend.ts";
import { metricSchema } from "./metrics.ts";

/** Worst first: the order in which a report's one verdict is chosen. */
export const VERDICTS = [
  "failed",
  "regression",
  "incomparable",
  "no-baseline",
  "inconclusive",
  "improvement",
  "no-change",
] as const;
export const verdictSchema = z.enum(VERDICTS);
export type Verdict = z.infer<typeof verdictSchema>;

const text = z.string().max(2000);

/** One side of a comparison. `spread` is the relative standard deviation between its values (null for a single one). */
export const sideSchema = z.strictObject({
  value: z.number(),
  spread: z.number().nonnegative().nullable(),
  /** Runs behind it (head), or jobs of the history (base). */
  count: z.int().positive(),
});
export type Side = z.infer<typeof sideSchema>;

/** A fact that differs between the candidate and the newest stored result of its benchmark. */
export const differenceSchema = z.strictObject({
  kind: z.enum(["machine", "software", "work", "drift"]),
  field: text,
  base: text,
  head: text,
});
export type Difference = z.infer<typeof differenceSchema>;

export const comparisonSchema = z.strictObject({
  benchmark: z.string(),
  title: z.string(),
  backend: backendSchema,
  comparison_class: z.enum(["strict", "approximate", "informative"]),
  /** Null when the benchmark failed before it measured anything. */
  metric: metricSchema.nullable(),
  verdict: verdictSchema,
  /** A `regression` or `improvement` found against history alone: no interleaved pairs stand behind it. */
  unconfirmed: z.boolean(),
  base: sideSchema.nullable(),
  head: sideSchema.nullable(),
  /** Relative change of the metric's own value: −0.068 is 6.8 % less. */
  effect: z.number().nullable(),
  /** 99 % interval of `effect`. */
  interval: z.tuple([z.number(), z.number()]).nullable(),
  /** Two-sided, after Holm over the report's primary metrics; null where no test is made. */
  p: z.number().min(0).max(1).nullable(),
  /** Smallest relative change that would have been seen, for `inconclusive`. */
  smallest_detectable: z.number().positive().nullable(),
  /** Interleaved base/head pairs behind the verdict. */
  pairs: z.int().nonnegative(),
  /** Why it is `incomparable`: what differs from the newest stored result. */
  differences: z.array(differenceSchema),
  /** Why it `failed`, or was cut short. */
  reason: z.string().max(8000).nullable(),
  warnings: z.array(text),
});
export type Comparison = z.infer<typeof comparisonSchema>;

/** What the comparisons of one runner were made against. */
export const baselineSummarySchema = z.strictObject({
  jobs: z.int().positive(),
  newest_sha: z.string().nullable(),
  newest_at: z.iso.datetime(),
});
export type BaselineSummary = z.infer<typeof baselineSummarySchema>;
