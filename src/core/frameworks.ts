/** MLX beside PyTorch: benchmarks that did the same work on both, on the same kind of device. */
import * as z from "zod";
import { backendSchema, frameworkOf, type Backend } from "./backend.ts";
import type { Comparison } from "./comparison.ts";
import type { BenchmarkResult } from "./result.ts";

const amount = z.strictObject({ value: z.number(), unit: z.string() });

export const frameworkSideSchema = z.strictObject({
  benchmark: z.string(),
  backend: backendSchema,
  /** Seconds an optimiser step takes; null where it was not measured. */
  step_s: z.number().positive().nullable(),
  throughput: amount.nullable(),
  memory_bytes: z.number().positive().nullable(),
  final_loss: z.number().nullable(),
  /** The library behind the matrix products of a processor backend, where the environment names it. */
  blas: z.string().nullable(),
});
export type FrameworkSide = z.infer<typeof frameworkSideSchema>;

export const frameworkPairSchema = z.strictObject({
  title: z.string(),
  work_hash: z.string(),
  mlx: frameworkSideSchema,
  torch: frameworkSideSchema,
  /** Name of the metric behind `memory_bytes`: the same on both sides. */
  memory_metric: z.string().nullable(),
  /** PyTorch's time for the work divided by MLX's: above 1, MLX is faster. */
  speed_up: z.number().positive().nullable(),
  /** PyTorch's peak memory divided by MLX's: above 1, MLX needs less. */
  memory_efficiency: z.number().positive().nullable(),
  /** MLX's final loss minus PyTorch's, nat. */
  loss_difference: z.number().nullable(),
});
export type FrameworkPair = z.infer<typeof frameworkPairSchema>;

/** Backends that may stand beside each other: the same kind of device under two frameworks. */
const COUNTERPART: Readonly<Partial<Record<Backend, Backend>>> = {
  "mlx-metal": "torch-mps",
  "mlx-cuda": "torch-cuda",
  "mlx-cpu": "torch-cpu",
};

/**
 * Pairs of equal work only: same title, same work hash, both complete. An informative one holds another work for each
 * framework under its hash. Values are those the comparisons judged.
 */
export function frameworkPairs(
  benchmarks: readonly BenchmarkResult[],
  comparisons: readonly Comparison[],
): FrameworkPair[] {
  const complete = benchmarks.filter(
    ({ status, work_hash, comparison_class }) =>
      status.state === "complete" && work_hash !== null && comparison_class !== "informative",
  );
  return complete.flatMap((mlx): FrameworkPair[] => {
    if (frameworkOf(mlx.backend) !== "mlx" || mlx.work_hash === null) return [];
    const torch = complete.find(
      ({ title, backend, work_hash }) =>
        title === mlx.title && backend === COUNTERPART[mlx.backend] && work_hash === mlx.work_hash,
    );
    return torch === undefined ? [] : [pairOf(mlx, torch, mlx.work_hash, comparisons)];
  });
}

function pairOf(
  mlx: BenchmarkResult,
  torch: BenchmarkResult,
  work_hash: string,
  comparisons: readonly Comparison[],
): FrameworkPair {
  const measured = { mlx: valuesOf(mlx, comparisons), torch: valuesOf(torch, comparisons) };
  const memory = common(measured, (value) => value.class === "memory") ?? common(measured, isResidentMemory);
  const loss = common(measured, (value) => value.class === "loss");
  const step = common(measured, isStepTime);
  // Where the step time itself is judged it stands above already.
  const throughput = common(
    measured,
    (value) => value.primary && value.class === "throughput" && value.name !== "step_time",
  );
  const side = (benchmark: BenchmarkResult, which: "mlx" | "torch"): FrameworkSide => ({
    benchmark: benchmark.id,
    backend: benchmark.backend,
    step_s: positive(step?.[which].value),
    throughput: throughput === null ? null : { value: throughput[which].value, unit: throughput[which].unit },
    memory_bytes: positive(memory?.[which].value),
    final_loss: loss?.[which].value ?? null,
    blas: benchmark.software?.facts["blas"] ?? null,
  });
  const rate = throughput === null ? null : ratio(throughput.torch.value, throughput.mlx.value);
  return {
    title: mlx.title,
    work_hash,
    mlx: side(mlx, "mlx"),
    torch: side(torch, "torch"),
    memory_metric: memory?.mlx.name ?? null,
    speed_up: step !== null ? ratio(step.torch.value, step.mlx.value) : invert(rate, throughput?.mlx.direction),
    memory_efficiency: memory === null ? null : ratio(memory.torch.value, memory.mlx.value),
    loss_difference: loss === null ? null : loss.mlx.value - loss.torch.value,
  };
}

type Value = NonNullable<Comparison["metric"]> & { readonly value: number };
type Both = { readonly mlx: Value; readonly torch: Value };

function valuesOf(benchmark: BenchmarkResult, comparisons: readonly Comparison[]): Value[] {
  return comparisons.flatMap(({ benchmark: id, metric, head }) =>
    id === benchmark.id && metric !== null && head !== null ? [{ ...metric, value: head.value }] : [],
  );
}

/** The first metric of MLX that is wanted and that PyTorch has too, in the same unit. */
function common(
  values: Readonly<Record<"mlx" | "torch", readonly Value[]>>,
  wanted: (value: Value) => boolean,
): Both | null {
  for (const mlx of values.mlx) {
    const torch = values.torch.find(({ name, unit }) => name === mlx.name && unit === mlx.unit);
    if (torch !== undefined && wanted(mlx)) return { mlx, torch };
  }
  return null;
}

function isStepTime({ name, unit }: Value): boolean {
  return unit === "s" && name === "step_time";
}

/** Processor backends have no allocator counters on both sides: there the process's resident memory is the one both can tell. */
function isResidentMemory({ name, unit }: Value): boolean {
  return unit === "B" && name === "rss_peak";
}

function positive(value: number | undefined): number | null {
  return value !== undefined && value > 0 ? value : null;
}

function ratio(a: number, b: number): number | null {
  return a > 0 && b > 0 && Number.isFinite(a / b) ? a / b : null;
}

/** A ratio of rates as a ratio of times. */
function invert(rates: number | null, direction: "higher" | "lower" | undefined): number | null {
  return rates === null || direction === "lower" ? rates : 1 / rates;
}
