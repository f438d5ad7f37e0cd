/** The report: everything one job found, as one plain document. Comment, summary, terminal and `report.json` are drawings of it. */
import * as z from "zod";
import { backendSchema } from "./backend.ts";
import {
  baselineSummarySchema,
  changePointSchema,
  comparisonSchema,
  controlFindingSchema,
  differenceSchema,
  verdictSchema,
} from "./comparison.ts";
import { frameworkPairSchema } from "./frameworks.ts";
import { confirmationSchema, disturbanceSchema, failureReasonSchema, jobSchema, pairedSchema } from "./result.ts";
import { qualificationSchema } from "./qualification.ts";
import { sentenceSchema } from "./sentence.ts";

export const REPORT_SCHEMA_VERSION = 1;

const text = z.string().max(2000);
const facts = z.record(z.string(), z.string());

/** What the verdicts add up to, and why. */
export const gateSchema = z.strictObject({
  gate: z.enum(["pass", "fail", "neutral"]),
  verdict: verdictSchema,
  reason: text,
});

/**
 * Was this job's result stored as a new point: yes, not meant to be, meant to be and not possible, or left to the job
 * that reports on the whole run (`mode: measure`).
 */
export const recordedSchema = z.enum(["yes", "no", "failed", "later"]);
export type Recorded = z.infer<typeof recordedSchema>;

const benchmarkName = { benchmark: z.string(), title: z.string(), backend: backendSchema };

const failureSchema = z.strictObject({
  ...benchmarkName,
  reason: failureReasonSchema,
  message: z.string().max(8000),
  /** Wall time of the run that failed; null when none was started. */
  duration_s: z.number().nonnegative().nullable(),
});
export type Failure = z.infer<typeof failureSchema>;

/** Pairs that broke off before as many as were wanted had run. */
const stoppedSchema = pairedSchema.shape.stopped.unwrap().extend({
  ...benchmarkName,
  /** Whole pairs that were run until then. */
  pairs: z.int().nonnegative(),
});

/** `measured` counts for the candidate, and so does `paired-head`: the head's half of its interleaved pairs. */
export const runPartSchema = z.enum(["measured", "paired-base", "paired-head", "control"]);

/** One thing that disturbed runs of one benchmark, with every run that it was seen in. */
const disturbedSchema = disturbanceSchema.extend({
  ...benchmarkName,
  part: runPartSchema,
  /** Numbers of the runs, each once. */
  runs: z.array(z.int().positive()).min(1),
});
export type Disturbed = z.infer<typeof disturbedSchema>;

export const reportSchema = z.strictObject({
  schema: z.literal(REPORT_SCHEMA_VERSION),
  version: z.string(),
  job: jobSchema,
  runner_key: z.string(),
  suite: z.strictObject({
    name: z.string(),
    repeats: z.int().positive(),
    min_effect: z.number().positive(),
    max_tolerated: z.number().positive(),
    auto_tighten: z.boolean(),
    confirm: z.enum(["auto", "never"]),
    max_baseline_age_days: z.number().positive(),
  }),
  gate: gateSchema,
  headline: sentenceSchema,
  /** What to do, in order; empty when there is nothing to do. */
  advice: z.array(sentenceSchema),
  comparisons: z.array(comparisonSchema),
  /** The machine's own movement, one entry for every backend of the job. */
  control: z.array(controlFindingSchema),
  /** Null where there was no base to run beside the head, and where the suite wants none. */
  confirmation: confirmationSchema.extend({ stopped: z.array(stoppedSchema) }).nullable(),
  /** Lasting changes of the default branch, newest first; empty for every other job. */
  change_points: z.array(changePointSchema),
  /** What this runner was found able to detect; null until it was qualified. */
  qualification: qualificationSchema.nullable(),
  /** Equal findings in the runs of one benchmark are one. */
  disturbances: z.array(disturbedSchema),
  failures: z.array(failureSchema),
  /** Benchmarks the time budget left no room for. */
  cut: z.array(z.strictObject({ ...benchmarkName, message: text })),
  frameworks: z.array(frameworkPairSchema),
  environment: z.strictObject({
    machine: facts,
    drift: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    /** One entry for each software identity of the job. */
    software: z.array(z.strictObject({ backends: z.array(backendSchema), facts })),
    /** What differs from the newest stored job. */
    differences: z.array(differenceSchema),
    /** Software in which the head differs from the base measured today: the change that is being judged brings it. */
    proposed: z.array(differenceSchema),
  }),
  /** Null when nothing is stored for this runner. `age_days` counts from the newest stored job to the end of this one. */
  baseline: baselineSummarySchema.extend({ age_days: z.number().nonnegative() }).nullable(),
  measured_s: z.number().nonnegative(),
  recorded: recordedSchema,
  /** The history could not be read: "no baseline" then says nothing about what is stored. */
  history_unread: z.boolean(),
  /** Why the history could not be read or this result not stored; never hidden among the warnings. */
  store_faults: z.array(text),
  warnings: z.array(z.strictObject({ message: z.string(), benchmarks: z.array(z.string()) })),
  links: z.strictObject({ artifact_url: z.string().nullable(), run_url: z.string().nullable() }),
});
export type Report = z.infer<typeof reportSchema>;

/** Everything the verdict sentence and the advice are made from. */
export type ReportFacts = Omit<Report, "headline" | "advice">;
