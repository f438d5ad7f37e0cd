/** The suite file: which benchmarks to run, how often, and how strictly to judge. */
import * as z from "zod";
import { backendSchema } from "./backend.ts";
import { sizeSchema } from "./catalogue.ts";
import { parseDuration, parsePercent } from "./duration.ts";

const PERCENT = "must be a percentage such as 2%";
const DURATION = "must be a duration such as 90s, 10m or 1h30m";

const percent = z
  .string({ error: PERCENT })
  .refine((text) => parsePercent(text) !== null, { error: PERCENT })
  .transform((text) => parsePercent(text) ?? 0)
  .meta({ description: "A percentage such as 2%", pattern: "^\\d+(\\.\\d+)?\\s*%$" });

const duration = z
  .string({ error: DURATION })
  .refine((text) => parseDuration(text) !== null, { error: DURATION })
  .transform((text) => parseDuration(text) ?? 0)
  .meta({ description: "A duration such as 90s, 10m, 1h30m or 30d" });

const DAY_S = 86_400;
const MIN_EFFECT = "must be a percentage such as 2%, or auto";

const minEffect = z
  .string({ error: MIN_EFFECT })
  .refine((text) => text === "auto" || parsePercent(text) !== null, { error: MIN_EFFECT })
  .transform((text) => (text === "auto" ? ("auto" as const) : (parsePercent(text) ?? 0)))
  .meta({ pattern: String.raw`^(auto|\d+(\.\d+)?\s*%)$` });

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,59}$/, { error: "must be lower-case letters, digits and -, at most 60 of them" });

const envName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, { error: "is not a variable name" });
const envValue = z.union([z.string().max(4000), z.number(), z.boolean()]).transform(String);

const common = {
  backends: z.array(backendSchema).min(1).meta({ description: "Backends to run on, of those a machine has" }),
  env: z.record(envName, envValue).default({}).meta({ description: "Variables for the measured process" }),
  timeout: duration.default(600).meta({ description: "Longest time one run may take; default 10m" }),
};

const workloadEntry = z.strictObject({
  workload: z.string().meta({ description: "A built-in workload" }),
  preset: z.string().default("strict").meta({ description: "One set of its hyperparameters" }),
  size: sizeSchema.meta({ description: "tiny: seconds on two processor cores; real: the full model" }),
  set: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .meta({ description: "Hyperparameters by name; they enter the work hash" }),
  ...common,
  backends: common.backends.optional(),
});

const commandEntry = z.strictObject({
  name: name.meta({ description: "Name of your own benchmark" }),
  command: z
    .array(z.string().min(1))
    .min(1)
    .meta({ description: "Program and arguments; it appends events to the file named by FINETUNE_BENCH_EVENTS" }),
  requirements: z.string().min(1).optional().meta({ description: "A requirements file to install first" }),
  ...common,
});

export const suiteSchema = z.strictObject({
  version: z.literal(1),
  repeats: z.int().min(1).max(50).default(3).meta({ description: "Runs (processes) of every benchmark" }),
  judge: z
    .strictObject({
      "min-effect": minEffect.default(0.02).meta({
        description: "Smallest change worth a verdict; default 2%; auto: 1% on a runner that is quiet enough",
      }),
      "max-tolerated": percent.default(0.05).meta({ description: "Slow-down that must be ruled out; default 5%" }),
      confirm: z
        .enum(["auto", "never"])
        .default("auto")
        .meta({ description: "auto: run base and head in pairs where history cannot clear a change; never" }),
      "max-baseline-age": duration
        .default(30 * DAY_S)
        .meta({ description: "Older stored jobs are not judged against; default 30d" }),
    })
    .default({ "min-effect": 0.02, "max-tolerated": 0.05, confirm: "auto", "max-baseline-age": 30 * DAY_S })
    .refine((judge) => smallestEffect(judge["min-effect"]) < judge["max-tolerated"], {
      error: "min-effect must be smaller than max-tolerated",
    }),
  benchmarks: z.array(z.union([workloadEntry, commandEntry])).min(1),
});

export type SuiteFile = z.infer<typeof suiteSchema>;
export type WorkloadEntry = z.infer<typeof workloadEntry>;
export type CommandEntry = z.infer<typeof commandEntry>;
export type Suite = SuiteFile & { readonly name: string };

/** The schemas of the two kinds of entry, so that a mistake is reported against the kind that was meant. */
export const entrySchemas = { workload: workloadEntry, command: commandEntry } as const;

/** `auto` begins at the usual 2 % and is tightened per series by the judge. */
export function smallestEffect(given: number | "auto"): number {
  return given === "auto" ? 0.02 : given;
}

/** Title of an entry: its benchmark ids without the backend. */
export function titleOf(entry: WorkloadEntry | CommandEntry): string {
  return "workload" in entry ? `${entry.workload}.${entry.preset}.${entry.size}` : entry.name;
}
