/** The report of a whole runner matrix: one part for every runner, and what all of them add up to. One runner is the usual case. */
import * as z from "zod";
import { gateSchema, REPORT_SCHEMA_VERSION, reportSchema } from "./report.ts";
import { sentenceSchema } from "./sentence.ts";

/** A runner of the matrix of which no result came, or none that can be used. */
const missingSchema = z.strictObject({
  /** As the reader knows it: the name of its job, or of the artifact that was expected. */
  name: z.string().max(300),
  /** Why, a sentence without a full stop; null where nobody knows. */
  reason: z.string().max(2000).nullable(),
});
export type MissingRunner = z.infer<typeof missingSchema>;

export const jointReportSchema = z.strictObject({
  schema: z.literal(REPORT_SCHEMA_VERSION),
  /** Of the program that joined the parts. */
  version: z.string(),
  gate: gateSchema,
  headline: sentenceSchema,
  /** What to do about the headline, in order; empty where there is nothing to do. */
  advice: z.array(sentenceSchema),
  /** What headline and advice leave open about single runners; those of which the same is said together. */
  beside: z.array(z.strictObject({ runner_keys: z.array(z.string()).min(1), sentences: z.array(sentenceSchema) })),
  /** One for each runner, in the order of their keys; none where no result reached the report. */
  reports: z.array(reportSchema),
  missing: z.array(missingSchema),
  /** Of the job that joined the parts, beside those of the parts. */
  warnings: z.array(z.string()),
  /** Of the job that joined the parts; each part has its own. */
  links: reportSchema.shape.links,
});
export type JointReport = z.infer<typeof jointReportSchema>;

/** Everything the joint sentences are made from. */
export type JointFacts = Pick<JointReport, "gate" | "reports" | "missing">;
