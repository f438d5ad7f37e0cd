/** The events of one run → one number per metric. Every rate and total is computed here and nowhere else. */
import type { Backend } from "./backend.ts";
import type { Metric } from "./metrics.ts";
import type { DeviceEvent, HarnessEvent, StepEvent } from "./protocol.ts";
import { builtinMetric, phaseMetric, stepEstimator, type MetricName, type PrimaryName } from "./registry.ts";
import { arithmeticOf } from "./run-arithmetic.ts";
import { deviceMetrics } from "./run-device.ts";
import { mean, median, sum } from "./statistics.ts";
import { formatValue } from "./units.ts";
import { countWarmup } from "./warmup.ts";

export interface RunMetrics {
  readonly metrics: readonly Metric[];
  /** Metric name → number, base unit. */
  readonly values: Readonly<Record<string, number>>;
  readonly warmupSteps: number;
  readonly warnings: readonly string[];
  /** Why these numbers cannot be; null where they can. */
  readonly fault: string | null;
}

/** What the program that starts the run knows, and the run itself does not. */
export interface Surroundings {
  /** Of the accelerator, where its name does not tell them; null where nobody knows. */
  readonly gpuCores?: number | null;
  /** Of the device between the start and the end of the run, in the order of their time. */
  readonly samples?: readonly DeviceEvent[];
}

/** Bytes; a desktop moves less to the disk by itself. */
const TOLD_SWAP = 256 * 1024 ** 2;

/** Phases whose peaks are the peak memory of the training itself, where a harness names them. */
const TRAINING_PHASES: ReadonlySet<string> = new Set(["train", "warmup", "timed"]);

/**
 * @param durationS wall time of the whole process, seconds
 */
export function deriveMetrics(
  events: readonly HarnessEvent[],
  backend: Backend,
  durationS: number,
  { gpuCores = null, samples = [] }: Surroundings = {},
): RunMetrics {
  const steps = events.filter((event) => event.event === "step");
  const found = new Map<string, { metric: Metric; value: number }>();
  const warnings: string[] = [];
  const put = (name: MetricName, value: number | null, primary = false): void => {
    if (value === null || !Number.isFinite(value)) return;
    found.set(name, { metric: builtinMetric(name, backend, primary), value });
  };
  const timing = timeSteps(steps, backend);
  if (timing !== null) {
    warnings.push(...timing.warnings);
    const primary = primaryOf(timing.perStep);
    put("tokens_per_second", rate(timing.perStep.tokens, timing.stepTime), primary === "tokens_per_second");
    put("samples_per_second", rate(timing.perStep.samples, timing.stepTime), primary === "samples_per_second");
    put("step_time", timing.stepTime, primary === "step_time");
    put("bytes_per_second", rate(timing.perStep.bytes, timing.stepTime));
  }
  const memory = memoryEvents(events);
  put("peak_memory", largest(memory.map((event) => event.alloc_peak_bytes)));
  put("final_loss", steps.findLast((step) => step.loss !== undefined)?.loss ?? null);
  putTotals(put, timing?.samples ?? []);
  const arithmetic = arithmeticOf(events, timing?.samples ?? [], backend, gpuCores);
  for (const [name, value] of arithmetic.values) put(name, value);
  for (const [name, value] of deviceMetrics(events, samples, backend)) put(name, value);
  const swap = swapGrowth(memory);
  put("swap_growth", swap);
  if (swap !== null && swap >= TOLD_SWAP) {
    warnings.push(`the machine's use of swap grew by ${formatValue(swap, "B")} while it trained: memory was short`);
  }
  put("reserved_peak", largest(memory.map((event) => event.reserved_peak_bytes)));
  put("rss_peak", largest(memory.map((event) => event.rss_peak_bytes)));
  put("end_to_end_duration", durationS);
  for (const [name, seconds] of Object.entries(phasesOf(events))) {
    const metric = phaseMetric(name);
    found.set(metric.name, { metric, value: seconds });
  }
  for (const [metric, value] of workingPhases(events)) found.set(metric.name, { metric, value });
  putReported(found, events, steps.length > 0);
  const ordered = [...found.values()].toSorted((a, b) => Number(b.metric.primary) - Number(a.metric.primary));
  return {
    metrics: ordered.map(({ metric }) => metric),
    values: Object.fromEntries(ordered.map(({ metric, value }) => [metric.name, value])),
    warmupSteps: steps.length - (timing?.samples.length ?? steps.length),
    warnings,
    fault: arithmetic.fault,
  };
}

/** Phase name → seconds; a phase that ran twice counts both times. */
export function phasesOf(events: readonly HarnessEvent[]): Record<string, number> {
  const phases = new Map<string, number>();
  for (const event of events) {
    if (event.event === "phase") phases.set(event.name, (phases.get(event.name) ?? 0) + event.duration_s);
  }
  return Object.fromEntries(phases);
}

/** Speed and peak memory of the phases that count what they work on: of a validation. */
function workingPhases(events: readonly HarnessEvent[]): [Metric, number][] {
  return events.flatMap((event) => {
    if (event.event !== "phase" || event.tokens_real === undefined) return [];
    const memory = events.findLast((other) => other.event === "memory" && other.phase === event.name);
    const peak = memory?.event === "memory" ? (memory.alloc_peak_bytes ?? memory.rss_peak_bytes) : undefined;
    const speed = rate(event.tokens_real, event.duration_s);
    const numbers: [Metric, number | null | undefined][] = [
      [phaseMetric(event.name, "tokens_per_second"), speed],
      [phaseMetric(event.name, "peak_memory"), peak],
    ];
    return numbers.flatMap(([metric, value]): [Metric, number][] =>
      typeof value === "number" ? [[metric, value]] : [],
    );
  });
}

interface PerStep {
  readonly tokens: number | null;
  readonly samples: number | null;
  readonly bytes: number | null;
}

interface Timing {
  /** Steps that are no warm-up. */
  readonly samples: readonly StepEvent[];
  /** Estimated seconds of a step of average work. */
  readonly stepTime: number;
  /** Averages over all steps, which the work order fixes: they do not move when the warm-up is tagged differently. */
  readonly perStep: PerStep;
  readonly warnings: readonly string[];
}

/**
 * Steps of unequal length are compared by seconds per unit of work (padded tokens, else real tokens, else samples):
 * otherwise a minimum picks the shortest batch, not the quickest step.
 */
function timeSteps(steps: readonly StepEvent[], backend: Backend): Timing | null {
  if (steps.length === 0) return null;
  const tokens = positiveColumn(steps, (step) => step.tokens_real);
  const samples = positiveColumn(steps, (step) => step.samples);
  const bytes = positiveColumn(steps, (step) => step.bytes);
  const work = positiveColumn(steps, (step) => step.tokens_padded) ?? tokens ?? samples ?? steps.map(() => 1);
  const times = steps.map((step, index) => step.duration_s / (work[index] ?? 1));
  const firstTimed = steps.findIndex((step) => step.phase !== "warmup");
  const warmup = countWarmup(times, firstTimed === -1 ? steps.length : firstTimed, backend);
  const timed = times.slice(warmup);
  const perUnit = stepEstimator(backend) === "minimum" ? timed.reduce((a, b) => Math.min(a, b)) : median(timed);
  return {
    samples: steps.slice(warmup),
    stepTime: perUnit * mean(work),
    perStep: { tokens: tokens && mean(tokens), samples: samples && mean(samples), bytes: bytes && mean(bytes) },
    warnings: partialWarnings(steps),
  };
}

function primaryOf(perStep: PerStep): PrimaryName {
  if (perStep.tokens !== null) return "tokens_per_second";
  return perStep.samples === null ? "step_time" : "samples_per_second";
}

function putTotals(put: (name: MetricName, value: number | null) => void, samples: readonly StepEvent[]): void {
  if (samples.length === 0) return;
  const total = (read: Read): number | null => {
    const values = column(samples, read);
    return values && sum(values);
  };
  const seconds = sum(samples.map((step) => step.duration_s));
  const accelerator = total((step) => step.accelerator_s);
  const cpu = total((step) => step.cpu_s);
  const rates: [MetricName, Read, number | null][] = [
    ["accelerator_rate", (step) => step.accelerator_flop, accelerator],
    ["cpu_rate", (step) => step.cpu_flop, cpu],
    ["timed_tokens_per_second", (step) => step.tokens_real, seconds],
    ["timed_padded_tokens_per_second", (step) => step.tokens_padded, seconds],
    ["timed_loss_tokens_per_second", (step) => step.tokens_loss, seconds],
    ["timed_samples_per_second", (step) => step.samples, seconds],
  ];
  for (const [name, read, during] of rates) put(name, rate(total(read), during));
  put("accelerator_time", accelerator);
  put("cpu_time", cpu);
  const data = column(samples, (step) => step.data_s);
  put("data_time", data && median(data));
  put("timed_duration", seconds);
}

/**
 * Numbers the program reports itself: of lines with one name the last counts, and its own number beats a derived one.
 * Without steps the first of class throughput is the primary metric.
 */
function putReported(
  found: Map<string, { metric: Metric; value: number }>,
  events: readonly HarnessEvent[],
  hasSteps: boolean,
): void {
  const last = new Map(events.filter((event) => event.event === "metric").map((event) => [event.name, event]));
  const speed = hasSteps ? undefined : [...last.values()].find((event) => event.class === "throughput")?.name;
  for (const { name, unit, direction, value, class: ownClass } of last.values()) {
    const primary = found.get(name)?.metric.primary ?? name === speed;
    const metricClass = primary ? "throughput" : ownClass;
    found.set(name, { metric: { name, unit, direction, class: metricClass, estimator: "reported", primary }, value });
  }
}

function memoryEvents(events: readonly HarnessEvent[]): Extract<HarnessEvent, { event: "memory" }>[] {
  const all = events.filter((event) => event.event === "memory");
  const training = all.filter((event) => TRAINING_PHASES.has(event.phase));
  return training.length > 0 ? training : all;
}

function swapGrowth(memory: readonly Extract<HarnessEvent, { event: "memory" }>[]): number | null {
  const grown = memory.flatMap(({ swap_delta_bytes: bytes }) => (bytes === undefined ? [] : [bytes]));
  return grown.length === 0 ? null : sum(grown);
}

type Read = (step: StepEvent) => number | undefined;

/** A value of every step; null unless every step has it. */
function column(steps: readonly StepEvent[], read: Read): number[] | null {
  const values = steps.map(read).filter((value) => value !== undefined);
  return values.length > 0 && values.length === steps.length ? values : null;
}

function positiveColumn(steps: readonly StepEvent[], read: Read): number[] | null {
  const values = column(steps, read);
  return values?.every((value) => value > 0) === true ? values : null;
}

function partialWarnings(steps: readonly StepEvent[]): string[] {
  const counters = ["tokens_padded", "tokens_real", "samples"] as const;
  return counters.flatMap((key) => {
    const usable = steps.filter((step) => (step[key] ?? 0) > 0).length;
    const given = steps.some((step) => step[key] !== undefined);
    return given && usable < steps.length
      ? [`${key} is above zero in ${usable} of ${steps.length} steps only, and therefore not used`]
      : [];
  });
}

function largest(values: readonly (number | undefined)[]): number | null {
  const given = values.filter((value) => value !== undefined);
  return given.length > 0 ? given.reduce((a, b) => Math.max(a, b)) : null;
}

function rate(amount: number | null, seconds: number | null): number | null {
  return amount === null || seconds === null || seconds <= 0 ? null : amount / seconds;
}
