/** The manifest `measured.json` of a folder that `scripts/measure_gpu.py` wrote: what was planned, and what became of it. */
import * as z from "zod";
import { backendSchema } from "./backend.ts";
import { sizeSchema } from "./catalogue.ts";

const text = z.string().max(2000);
const unixTime = z.number().nonnegative().max(8_000_000_000);

const runSchema = z.strictObject({
  /** From 1; names its files. */
  number: z.int().positive().max(1000),
  /** Unix time, seconds. */
  started_at_s: unixTime,
  duration_s: z.number().nonnegative(),
  /** Exit status; negative: the number of the signal that ended it. */
  code: z.int(),
  timed_out: z.boolean(),
  cancelled: z.boolean(),
});
export type MeasuredRun = z.infer<typeof runSchema>;

/** Two of one number would count one file twice. */
const runs = z
  .array(runSchema)
  .max(50)
  .refine((all) => all.every(({ number }, index) => number > (all[index - 1]?.number ?? 0)), {
    error: "the numbers of its runs do not grow",
  });

const benchmarkSchema = z.strictObject({
  /** `workload.preset.size`; a part of paths. */
  title: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+){2}$/)
    .max(150),
  backend: backendSchema,
  /** Null where it was never prepared. */
  work_hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  comparison_class: z.enum(["strict", "approximate", "informative"]),
  hyperparameters: z.record(z.string().max(100), z.union([z.string().max(300), z.number(), z.boolean(), z.null()])),
  /** `cut`: the limit left no room for it. `skipped`: this machine or its Python cannot run it. */
  state: z.enum(["measured", "cut", "failed", "skipped"]),
  message: text,
  runs,
});
export type MeasuredBenchmark = z.infer<typeof benchmarkSchema>;

export const measuredSchema = z.strictObject({
  schema: z.literal(1),
  version: z.string().max(100),
  repository: z.string().min(1).max(300),
  sha: z
    .string()
    .regex(/^[0-9a-f]{40,64}$/)
    .nullable(),
  ref: z.string().max(300),
  dirty: z.boolean(),
  started_at_s: unixTime,
  finished_at_s: unixTime,
  limit_s: z.number().positive(),
  repeats: z.int().min(1).max(50),
  size: sizeSchema,
  interrupted: z.boolean(),
  benchmarks: z
    .array(benchmarkSchema)
    .max(200)
    .refine((all) => new Set(all.map(({ title, backend }) => `${title}.${backend}`)).size === all.length, {
      error: "a benchmark stands there twice",
    }),
  control: z.array(z.strictObject({ backend: backendSchema, runs })).max(6),
});
export type Measured = z.infer<typeof measuredSchema>;

/** What stands in place of a suite file: the script measures what it knows by itself. */
export function measuredSuite(size: Measured["size"]): string {
  return `measured-${size}`;
}

/** The size of such a suite; null for a suite of any other name. */
export function measuredSize(suite: string): Measured["size"] | null {
  return sizeSchema.options.find((size) => measuredSuite(size) === suite) ?? null;
}
