/** The events a harness appends to its events file, one JSON object a line. The schema of both languages. */
import * as z from "zod";
import { backendSchema } from "./backend.ts";
import { directionSchema, metricClassSchema } from "./metrics.ts";

export const PROTOCOL_VERSION = 1;

const text = z.string().max(2000);
const seconds = z.number().nonnegative();
const bytes = z.int().nonnegative();
const count = z.int().nonnegative();

const start = z.strictObject({
  event: z.literal("start"),
  protocol: z.literal(PROTOCOL_VERSION),
  benchmark: z.string().min(1).max(200),
  work_hash: z.string().regex(/^[0-9a-f]{64}$/),
  backend: backendSchema,
});

/** What the process itself sees: versions, wheel tags, BLAS, device, threads and the knobs that were set. */
const environment = z.strictObject({
  event: z.literal("environment"),
  python: text,
  device: text,
  packages: z.record(text, text),
  wheel_tags: z.record(text, text),
  blas: text.optional(),
  threads: count.optional(),
  knobs: z.record(text, z.union([text, z.number(), z.boolean()])),
});

/** A named phase. The counts are of the rows that it worked on: of a validation, its rates are made of them. */
const phase = z.strictObject({
  event: z.literal("phase"),
  name: text.min(1),
  duration_s: seconds,
  /** When it began, Unix time. */
  start_s: seconds.optional(),
  samples: count.optional(),
  tokens_padded: count.optional(),
  tokens_real: count.optional(),
});

/** Square products on the device before the timed steps (or after them, where those outdid the first), one in a window: what it reaches in the type that is computed in. */
const gemm = z.strictObject({
  event: z.literal("gemm"),
  dtype: z.enum(["float32", "float64", "bfloat16", "float16"]),
  n: z.int().positive(),
  /** Arithmetic of one product. */
  flop: z.number().positive(),
  products: z.int().positive(),
  fastest_s: z.number().positive(),
  median_s: z.number().positive(),
});

/** One optimiser step (or one iteration). `warmup` is the minimum the harness tags; the core may extend it. */
const step = z.strictObject({
  event: z.literal("step"),
  index: count.optional(),
  phase: z.enum(["warmup", "timed"]).optional(),
  duration_s: z.number().positive(),
  data_s: seconds.optional(),
  samples: count.optional(),
  tokens_padded: count.optional(),
  tokens_real: count.optional(),
  tokens_loss: count.optional(),
  loss: z.number().optional(),
  grad_norm: z.number().nonnegative().optional(),
  learning_rate: z.number().nonnegative().optional(),
  /** Arithmetic that the model needs for this step, whatever is computed twice to save memory. */
  model_flop: z.number().nonnegative().optional(),
  /** Of `switch-matmul`: the halves of one iteration and the arithmetic each did. */
  accelerator_s: seconds.optional(),
  cpu_s: seconds.optional(),
  accelerator_flop: z.number().nonnegative().optional(),
  cpu_flop: z.number().nonnegative().optional(),
  /** What was converted, where a step is a conversion. */
  bytes: bytes.optional(),
});

/** Peaks by meaning, reset at the start of the named phase. Absent: the framework cannot tell. */
const memory = z.strictObject({
  event: z.literal("memory"),
  phase: text.min(1),
  alloc_peak_bytes: bytes.optional(),
  reserved_peak_bytes: bytes.optional(),
  rss_peak_bytes: bytes.optional(),
  /** By how much the use of swap space grew on the whole machine while the phase lasted. */
  swap_delta_bytes: z.int().optional(),
});

const device = z.strictObject({
  event: z.literal("device"),
  time_s: seconds,
  temperature_c: z.number().optional(),
  clock_mhz: z.number().nonnegative().optional(),
  power_w: z.number().nonnegative().optional(),
  /** Counters that began at some time before, so that only differences tell anything: of the accelerator, and of the processor's packages. */
  energy_j: z.number().nonnegative().optional(),
  cpu_energy_j: z.number().nonnegative().optional(),
  /** Of the accelerator, by all programs. */
  memory_used_bytes: bytes.optional(),
  /** Why the device runs slower than it could, in the words of its driver. */
  throttle: z.array(text).max(32).optional(),
  /** Thermal pressure of the whole machine, as macOS names it: nominal, fair, serious, critical. */
  pressure: text.optional(),
  /** Programs on the accelerator that are not part of this measurement. */
  foreign_processes: count.optional(),
  /** Shares of the time since the sample before, 0 to 1: in which the accelerator's memory was read or written, of the accelerator, of all processor cores, and of what a hypervisor gave to others. */
  memory_busy: z.number().min(0).max(1).optional(),
  device_busy: z.number().min(0).max(1).optional(),
  cpu_busy: z.number().min(0).max(1).optional(),
  cpu_stolen: z.number().min(0).max(1).optional(),
  /** What may be switched while a job runs: an energy-saving mode, the source of power, the main display. */
  low_power: z.boolean().optional(),
  on_battery: z.boolean().optional(),
  display_asleep: z.boolean().optional(),
});

/** A number of the program's own. Of repeated lines with one name the last counts. */
const metric = z.strictObject({
  event: z.literal("metric"),
  name: z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,99}$/),
  value: z.number(),
  unit: z.string().max(30),
  direction: directionSchema,
  class: metricClassSchema.default("info"),
});

const warning = z.strictObject({ event: z.literal("warning"), message: text.min(1) });

const end = z.strictObject({ event: z.literal("end"), duration_s: seconds, steps: count });

export const errorKindSchema = z.enum([
  "out-of-memory",
  "not-finite",
  "bad-order",
  "backend-unavailable",
  "check-failed",
  "cancelled",
  "exception",
]);

const error = z.strictObject({ event: z.literal("error"), kind: errorKindSchema, message: z.string().max(8000) });

export const eventSchema = z.discriminatedUnion("event", [
  start,
  environment,
  phase,
  gemm,
  step,
  memory,
  device,
  metric,
  warning,
  end,
  error,
]);
export type HarnessEvent = z.infer<typeof eventSchema>;
export type DeviceEvent = z.infer<typeof device>;
export type GemmEvent = z.infer<typeof gemm>;
export type StepEvent = z.infer<typeof step>;
