/** The workloads the harness offers, as `finetune_bench list` prints them: names, presets, sizes, backends, hyperparameters. */
import * as z from "zod";
import workloads from "../../schema/workloads.json" with { type: "json" };
import { backendSchema, frameworkSchema } from "./backend.ts";

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const sizeSchema = z.enum(["tiny", "real"]);
export type Size = z.infer<typeof sizeSchema>;

export const hyperparameterSchema = z.strictObject({
  name: z.string(),
  type: z.enum(["int", "float", "bool", "str"]),
  help: z.string(),
  minimum: z.number().optional(),
  below: z.number().optional(),
  choices: z.array(scalar).optional(),
  /** The values that a framework cannot do. */
  not_on: z.partialRecord(frameworkSchema, z.array(scalar)).optional(),
  default: z.record(sizeSchema, scalar),
});
export type Hyperparameter = z.infer<typeof hyperparameterSchema>;

export const catalogueSchema = z.strictObject({
  protocol: z.literal(1),
  workloads: z.array(
    z.strictObject({
      name: z.string(),
      summary: z.string(),
      presets: z.record(
        z.string(),
        z.strictObject({ comparison_class: z.enum(["strict", "approximate", "informative"]) }),
      ),
      sizes: z.array(sizeSchema),
      backends: z.partialRecord(backendSchema, z.array(sizeSchema)),
      hyperparameters: z.array(hyperparameterSchema),
    }),
  ),
});
export type Catalogue = z.infer<typeof catalogueSchema>;
export type Workload = Catalogue["workloads"][number];

/** The catalogue of the harness this program ships with. */
export function shippedCatalogue(): Catalogue {
  return catalogueSchema.parse(workloads);
}
