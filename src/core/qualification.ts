/** What a runner was found able to detect, measured by unchanged pairs and by pairs with a known slow-down. */
import * as z from "zod";
import { backendSchema } from "./backend.ts";
import { verdictSchema } from "./comparison.ts";
import { identitySchema } from "./environment.ts";

const text = z.string().max(2000);
const share = z.number().nonnegative();

/** One benchmark on this runner. All shares are relative: 0.02 is 2 %. */
export const qualifiedBenchmarkSchema = z.strictObject({
  benchmark: z.string(),
  title: z.string(),
  backend: backendSchema,
  /** Relative standard deviation between runs of unchanged code. */
  run_cv: share,
  /** Relative change from the first to the last of these runs, by a straight line through them. */
  drift: z.number(),
  /** Smallest change that 4 and that 10 pairs find in four of five cases. */
  smallest_4_pairs: share,
  smallest_10_pairs: share,
  /** Verdict on unchanged pairs: anything but `no-change` or `inconclusive` is a false alarm. */
  unchanged: verdictSchema,
  /** Null where no slow-down can be injected: a user's own program. */
  injected: z
    .strictObject({
      /** The slow-down that was asked for, and the effect that was found with its 99 % interval. */
      slowdown: share,
      effect: z.number(),
      interval: z.tuple([z.number(), z.number()]),
      verdict: verdictSchema,
      pairs: z.int().nonnegative(),
      caught: z.boolean(),
    })
    .nullable(),
  /** Seconds a pull request would spend on this benchmark: its runs, and 10 pairs on top where they are needed. */
  clear_s: z.number().nonnegative(),
  confirm_s: z.number().nonnegative(),
});
export type QualifiedBenchmark = z.infer<typeof qualifiedBenchmarkSchema>;

/** Kept beside the runner's history, one file for every time it was made; the newest counts. */
export const qualificationSchema = z.strictObject({
  schema: z.literal(1),
  version: z.string().max(300),
  runner_key: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/),
  made_at: z.iso.datetime(),
  suite: z.string().max(300),
  machine: identitySchema,
  benchmarks: z.array(qualifiedBenchmarkSchema),
  /** What disturbed the runs, in plain words; empty on a quiet machine. */
  disturbances: z.array(text),
  measured_s: z.number().nonnegative(),
});
export type Qualification = z.infer<typeof qualificationSchema>;
