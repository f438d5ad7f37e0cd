/** What can be measured: name, unit, direction and class of every metric, in one place. */
import * as z from "zod";

export const directionSchema = z.enum(["higher", "lower"]);
export type Direction = z.infer<typeof directionSchema>;

/** `throughput`, `memory` and `loss` are judged, each by its own rule; `info` is shown and never gates. */
export const metricClassSchema = z.enum(["throughput", "memory", "loss", "info"]);
export type MetricClass = z.infer<typeof metricClassSchema>;

/** How one number per run is made of its steps: named so that it can be shown. */
export const estimatorSchema = z.enum(["minimum", "median", "maximum", "last", "total", "reported"]);
export type Estimator = z.infer<typeof estimatorSchema>;

/** Base units only (s, B, tok/s, samples/s, nat, FLOP/s); formatting happens in unit formatting alone. */
export const metricSchema = z.strictObject({
  name: z.string().min(1).max(100),
  unit: z.string().max(30),
  direction: directionSchema,
  class: metricClassSchema,
  estimator: estimatorSchema,
  /** The one metric of its benchmark that the report's family of tests runs over. */
  primary: z.boolean(),
});
export type Metric = z.infer<typeof metricSchema>;
