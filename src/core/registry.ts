/** Every metric this program makes of events, with its unit, direction and class: the one place that knows them. */
import { isCpu, type Backend } from "./backend.ts";
import type { Direction, Estimator, Metric, MetricClass } from "./metrics.ts";

interface Definition {
  readonly unit: string;
  readonly direction: Direction;
  readonly class: MetricClass;
  /** `steps`: the estimator of the backend, see {@link stepEstimator}. */
  readonly estimator: Estimator | "steps";
}

const info = <E extends Definition["estimator"]>(unit: string, direction: Direction, estimator: E) => ({
  unit,
  direction,
  class: "info" as const,
  estimator,
});

/** What a program reports as a `metric` line brings its own definition. The three made of step times hold the same information: one of them gates. */
const REGISTRY = {
  tokens_per_second: info("tok/s", "higher", "steps"),
  samples_per_second: info("samples/s", "higher", "steps"),
  step_time: info("s", "lower", "steps"),
  peak_memory: { unit: "B", direction: "lower", class: "memory", estimator: "maximum" },
  final_loss: { unit: "nat", direction: "lower", class: "loss", estimator: "last" },
  bytes_per_second: info("B/s", "higher", "steps"),
  model_flop_rate: info("FLOP/s", "higher", "total"),
  gemm_rate: info("FLOP/s", "higher", "maximum"),
  mfu_probe: info("1", "higher", "total"),
  mfu_vendor: info("1", "higher", "total"),
  device_busy: info("1", "higher", "median"),
  device_memory_busy: info("1", "higher", "median"),
  device_memory_peak: info("B", "lower", "maximum"),
  device_clock: info("Hz", "higher", "median"),
  device_power_capped: info("1", "lower", "total"),
  device_temperature: info("°C", "lower", "maximum"),
  swap_growth: info("B", "lower", "total"),
  idle_power: info("W", "lower", "minimum"),
  device_energy: info("J", "lower", "total"),
  device_energy_per_token: info("J/tok", "lower", "total"),
  device_energy_integrated: info("J", "lower", "total"),
  device_energy_per_token_integrated: info("J/tok", "lower", "total"),
  device_energy_above_idle: info("J", "lower", "total"),
  cpu_energy: info("J", "lower", "total"),
  accelerator_rate: info("FLOP/s", "higher", "total"),
  cpu_rate: info("FLOP/s", "higher", "total"),
  accelerator_time: info("s", "lower", "total"),
  cpu_time: info("s", "lower", "total"),
  data_time: info("s", "lower", "median"),
  reserved_peak: info("B", "lower", "maximum"),
  rss_peak: info("B", "lower", "maximum"),
  timed_duration: info("s", "lower", "total"),
  timed_tokens_per_second: info("tok/s", "higher", "total"),
  timed_padded_tokens_per_second: info("tok/s", "higher", "total"),
  timed_loss_tokens_per_second: info("tok/s", "higher", "total"),
  timed_samples_per_second: info("samples/s", "higher", "total"),
  end_to_end_duration: info("s", "lower", "total"),
} as const satisfies Readonly<Record<string, Definition>>;

export type MetricName = keyof typeof REGISTRY;
export type PrimaryName = "tokens_per_second" | "samples_per_second" | "step_time";

/**
 * The minimum on processor backends, where other programs steal time in one direction only; the median on accelerators,
 * whose clocks move both ways.
 */
export function stepEstimator(backend: Backend): "minimum" | "median" {
  return isCpu(backend) ? "minimum" : "median";
}

/** The metric of that name on a backend; `primary` makes it the one of its benchmark that is tested for speed. */
export function builtinMetric(name: MetricName, backend: Backend, primary = false): Metric {
  const definition: Definition = REGISTRY[name];
  const { unit, direction, estimator } = definition;
  return {
    name,
    unit,
    direction,
    class: primary ? "throughput" : definition.class,
    estimator: estimator === "steps" ? stepEstimator(backend) : estimator,
    primary,
  };
}

const OF_A_PHASE = {
  duration: info("s", "lower", "total"),
  tokens_per_second: info("tok/s", "higher", "total"),
  peak_memory: info("B", "lower", "maximum"),
} as const;

/** Seconds of a named phase of the run (loading, preparing, validating), or its speed or memory as `phase.NAME.speed`. */
export function phaseMetric(phase: string, what: keyof typeof OF_A_PHASE = "duration"): Metric {
  const { unit, direction, class: metricClass, estimator } = OF_A_PHASE[what];
  const name = what === "duration" ? `phase.${phase}` : `phase.${phase}.${what}`;
  return { name: name.slice(0, 100), unit, direction, class: metricClass, estimator, primary: false };
}
