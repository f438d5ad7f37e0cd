/** The result of one job: what `result.json` and every file of a baseline store hold. Per-run values only, no verdicts. */
import * as z from "zod";
import { backendSchema } from "./backend.ts";
import { identitySchema } from "./environment.ts";
import { metricSchema } from "./metrics.ts";

export const RESULT_SCHEMA_VERSION = 1;

const text = z.string().max(2000);
const shortText = z.string().max(300);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const scalar = z.union([shortText, z.number(), z.boolean(), z.null()]);

export const failureReasonSchema = z.enum([
  "out-of-memory",
  "not-finite",
  "timeout",
  "killed",
  "exit-code",
  "bad-events",
  "bad-order",
  "check-failed",
  "backend-unavailable",
  "environment",
  "cancelled",
  "time-budget",
  "exception",
  "missing",
]);
export type FailureReason = z.infer<typeof failureReasonSchema>;

export const runOutcomeSchema = z.discriminatedUnion("status", [
  z.strictObject({ status: z.literal("ok") }),
  z.strictObject({ status: z.literal("failed"), reason: failureReasonSchema, message: z.string().max(8000) }),
]);
export type RunOutcome = z.infer<typeof runOutcomeSchema>;

/** What slowed a run down or shared its machine: such a run is shown, and its benchmark never serves as history. */
export const disturbanceSchema = z.strictObject({
  kind: z.enum(["thermal", "power", "clock", "pressure", "trend", "foreign-process", "stolen-time"]),
  /** Plain words with the numbers: "SM clock 1,410 MHz, 1,980 MHz in other runs". */
  message: text,
});
export type Disturbance = z.infer<typeof disturbanceSchema>;

/** One process of one benchmark: the unit of replication. */
export const runRecordSchema = z.strictObject({
  /** From 1, in the order they were started. */
  number: z.int().positive(),
  outcome: runOutcomeSchema,
  /** Metric name → the run's one number, base unit. */
  values: z.record(z.string(), z.number()),
  steps: z.int().nonnegative(),
  /** Steps tagged as warm-up, after the core's extension; they are no samples. */
  warmup_steps: z.int().nonnegative(),
  /** sha256 over the loss of every step: bit-identical training on one machine and build gives one hash. */
  loss_hash: sha256.nullable(),
  /** Wall time of the process. */
  duration_s: z.number().nonnegative(),
  phases: z.record(z.string(), z.number().nonnegative()),
  warnings: z.array(text),
  disturbances: z.array(disturbanceSchema).default([]),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** Base and head of one benchmark, run interleaved ABBA in the job of the head. */
export const pairedSchema = z.strictObject({
  /** Of the base side, like the fields of the benchmark itself. Equal work hashes, or there are no pairs. */
  software: identitySchema.nullable(),
  metrics: z.array(metricSchema),
  /** In the order they ran; the n-th of both sides are one pair. The discarded warm-up of each side is not among them. */
  base: z.array(runRecordSchema),
  head: z.array(runRecordSchema),
  /** Why there are fewer pairs than were wanted; null when none are missing. */
  stopped: z
    .strictObject({
      reason: z.enum(["time-budget", "failed", "cancelled"]),
      /** Which side's run failed. */
      side: z.enum(["base", "head"]).nullable().default(null),
      message: z.string().max(8000),
    })
    .nullable(),
});
export type Paired = z.infer<typeof pairedSchema>;

export const benchmarkResultSchema = z.strictObject({
  /** `workload.preset.size.backend`, or `name.backend` for a user's own command. */
  id: z.string().min(1).max(200),
  /** The id without its backend: equal on both frameworks. */
  title: z.string().min(1).max(200),
  backend: backendSchema,
  /** Null when the benchmark failed before it had one. */
  work_hash: sha256.nullable(),
  /** `informative` results are shown and never gated. */
  comparison_class: z.enum(["strict", "approximate", "informative"]),
  /** The hyperparameters in force, so that a changed work hash can be explained by name. */
  hyperparameters: z.record(z.string(), scalar),
  /** Null when the environment could not be made. */
  software: identitySchema.nullable(),
  metrics: z.array(metricSchema),
  runs: z.array(runRecordSchema),
  /** `complete`, or why this benchmark must never serve as history. */
  status: z.discriminatedUnion("state", [
    z.strictObject({ state: z.literal("complete") }),
    z.strictObject({ state: z.literal("failed"), reason: failureReasonSchema, message: z.string().max(8000) }),
    z.strictObject({ state: z.literal("cut"), message: text }),
  ]),
  /** Null where no base was run. */
  paired: pairedSchema.nullable().default(null),
});
export type BenchmarkResult = z.infer<typeof benchmarkResultSchema>;

export const jobSchema = z.strictObject({
  /** `owner/name`, or the folder's name for a local run. */
  repository: shortText,
  /** GitHub's run id, or a time stamp for a local run. */
  run_id: shortText,
  attempt: z.int().positive(),
  /** `pull_request`, `push`, `schedule`, `workflow_dispatch`, `merge_group`, …, or `local`. */
  event: shortText,
  ref: shortText,
  /** Commit that was measured (40 hex digits), or null outside a repository. */
  sha: z
    .string()
    .regex(/^[0-9a-f]{40,64}$/)
    .nullable(),
  /** Uncommitted changes were present. */
  dirty: z.boolean(),
  pull_request: z.int().positive().nullable(),
  run_url: z.string().max(500).nullable(),
  started_at: z.iso.datetime(),
  finished_at: z.iso.datetime(),
});
export type Job = z.infer<typeof jobSchema>;

/** A change that the repository has accepted, in `finetune-bench.accept.yml` of the measured commit. */
export const acceptanceSchema = z.strictObject({
  benchmark: z.string().min(1).max(200),
  metric: z.string().min(1).max(100),
  runner_key: z.string().min(1).max(100),
  reason: z.string().min(1).max(500),
  /** The last day on which it holds, `YYYY-MM-DD`. */
  expires: z.iso.date(),
});
export type Acceptance = z.infer<typeof acceptanceSchema>;

/** How the commit that head was confirmed against was found and measured. */
export const confirmationSchema = z.strictObject({
  /** The base commit, or null where there was none to check out. */
  base_sha: z
    .string()
    .regex(/^[0-9a-f]{40,64}$/)
    .nullable(),
  /** What the base commit had accepted already: it covers no change of the head. */
  accepted: z.array(acceptanceSchema).default([]),
  /** Ids of benchmarks that have no base to be run beside: they are judged against history alone. */
  unpaired: z.array(z.string().max(200)),
  /** Seconds the pairs were expected to take, and took. */
  planned_s: z.number().nonnegative(),
  spent_s: z.number().nonnegative(),
  /** Why no base was run, or not of every benchmark that asked for it. */
  notes: z.array(text),
});
export type Confirmation = z.infer<typeof confirmationSchema>;

export const jobResultSchema = z.strictObject({
  schema: z.literal(RESULT_SCHEMA_VERSION),
  version: shortText,
  job: jobSchema,
  runner_key: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/),
  machine: identitySchema,
  drift: z.record(z.string(), z.union([shortText, z.number(), z.boolean()])),
  suite: z.strictObject({
    name: shortText,
    repeats: z.int().positive(),
    min_effect: z.number().positive(),
    max_tolerated: z.number().positive(),
    /** Both are halved on a runner whose runs hardly differ (`min-effect: auto`). */
    auto_tighten: z.boolean().default(false),
    /** `never`: judged against history alone. */
    confirm: z.enum(["auto", "never"]).default("auto"),
    /** Days after which the newest stored job is too old to judge against. */
    max_baseline_age_days: z.number().positive().default(30),
  }),
  benchmarks: z.array(benchmarkResultSchema),
  /** Ids of every benchmark the suite lists, also of those this machine could not run. */
  listed: z.array(z.string().max(200)).default([]),
  /**
   * The control workload of every backend, `control.<backend>`: fixed work whose code never changes, so that a change of
   * its speed is a change of the machine. Its runs: before the benchmarks, after them, and after the pairs if there were any.
   */
  control: z.array(benchmarkResultSchema).default([]),
  /** Null where nothing asked for a base, or confirming was switched off. */
  confirmation: confirmationSchema.nullable().default(null),
  accepted: z.array(acceptanceSchema).default([]),
  /** Seconds spent measuring, installation excluded. */
  measured_s: z.number().nonnegative(),
  warnings: z.array(text),
});
export type JobResult = z.infer<typeof jobResultSchema>;
