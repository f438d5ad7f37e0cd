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
  /** The newest points of its series on the same machine with the same software, oldest first, this job's as the last. */
  trend: z.array(z.number()).max(30),
  /** Relative change of the metric's own value: −0.068 is 6.8 % less. */
  effect: z.number().nullable(),
  /** 99 % interval of `effect`. */
  interval: z.tuple([z.number(), z.number()]).nullable(),
  /** Two-sided, after Holm over the report's primary metrics; null where no test is made. */
  p: z.number().min(0).max(1).nullable(),
  /** Smallest relative change that would have been seen, for `inconclusive`. */
  smallest_detectable: z.number().positive().nullable(),
  /** Interleaved base/head pairs behind the verdict: `base` is then the base commit measured today, not the history. */
  pairs: z.int().nonnegative(),
  /** The repository's word that this change is meant: it is shown and never fails the gate. */
  accepted: z.strictObject({ reason: text, expires: z.iso.date() }).nullable(),
  /**
   * How the base commit, measured today, compares with the newest history of another identity: what the environment
   * changed, which no pull request is blamed for. Null where there is no such pair of numbers.
   */
  environment_shift: z.number().nullable(),
  /** Why it is `incomparable`: what differs from the newest stored result. */
  differences: z.array(differenceSchema),
  /** Why it `failed`, or was cut short. */
  reason: z.string().max(8000).nullable(),
  warnings: z.array(text),
});
export type Comparison = z.infer<typeof comparisonSchema>;

/** What the control workload says of the machine during one job. */
export const controlFindingSchema = z.strictObject({
  backend: backendSchema,
  /** `unknown`: it did not run, or has no history of its own yet. */
  state: z.enum(["steady", "moved", "unknown"]),
  metric: metricSchema.nullable(),
  /** The run farthest from its history: relative change on the metric's own scale, and its 99 % predictive interval. */
  effect: z.number().nullable(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
  /** Stored jobs behind it. */
  jobs: z.int().nonnegative(),
  /** Why it is `unknown`. */
  reason: text.nullable(),
});
export type ControlFinding = z.infer<typeof controlFindingSchema>;

/** A lasting change of one series of the default branch. */
export const changePointSchema = z.strictObject({
  benchmark: z.string(),
  title: z.string(),
  backend: backendSchema,
  metric: metricSchema,
  /** Newest commit of the old level and oldest of the new one; null where a job knew none. */
  last_good: z.string().nullable(),
  first_bad: z.string().nullable(),
  /** When `first_bad` was measured. */
  at: z.iso.datetime(),
  verdict: z.enum(["regression", "improvement"]),
  /** Relative change on the metric's own scale, from the means of both levels, with its 99 % interval. */
  effect: z.number(),
  interval: z.tuple([z.number(), z.number()]),
  p: z.number().min(0).max(1),
  /** Jobs on the new level so far. */
  jobs: z.int().positive(),
  /** Among the newest jobs: too few points on the new level to be sure that it stays. */
  pending: z.boolean(),
  /**
   * A regression that is still there: settled, and what came after it in the same series does not make up for it. Where
   * a change was accepted since, or something else measures now, nobody can tell, and it does not stand.
   */
  stands: z.boolean(),
  /** The newest values of the series, oldest first, in the metric's unit. */
  series: z.array(z.number()),
});
export type ChangePoint = z.infer<typeof changePointSchema>;

/** What the comparisons of one runner were made against. */
export const baselineSummarySchema = z.strictObject({
  jobs: z.int().positive(),
  newest_sha: z.string().nullable(),
  newest_at: z.iso.datetime(),
  /** Older than the suite allows: nothing was judged against it. */
  stale: z.boolean(),
});
export type BaselineSummary = z.infer<typeof baselineSummarySchema>;
