import { describe, expect, test } from "vitest";
import { frameworkPairs } from "../../src/core/frameworks.ts";
import type { BenchmarkResult } from "../../src/core/result.ts";
import type { MetricName } from "../../src/core/registry.ts";
import { benchmark, compared, failing } from "../support/report-fixtures.ts";

const torch = benchmark("lora", "torch-cpu", {
  tokens_per_second: 2000,
  step_time: 0.1,
  rss_peak: 600e6,
  final_loss: 5.4,
});
const mlx = benchmark("lora", "mlx-cpu", {
  tokens_per_second: 1000,
  step_time: 0.2,
  rss_peak: 400e6,
  final_loss: 5.41,
});

function pairsOf(...benchmarks: BenchmarkResult[]): ReturnType<typeof frameworkPairs> {
  const names: MetricName[] = ["tokens_per_second", "step_time", "peak_memory", "rss_peak", "final_loss"];
  const measured = benchmarks.flatMap((entry) =>
    names.flatMap((name) =>
      entry.metrics.some((metric) => metric.name === name) ? [compared(entry, name, "no-baseline")] : [],
    ),
  );
  return frameworkPairs(benchmarks, measured);
}

describe("a pair", () => {
  test("sets time, memory and loss beside each other, with which library ran", () => {
    const [pair] = pairsOf(torch, mlx);
    expect(pair?.speed_up).toBeCloseTo(0.5);
    expect(pair?.memory_efficiency).toBeCloseTo(1.5);
    expect(pair?.loss_difference).toBeCloseTo(0.01);
    expect(pair?.memory_metric).toBe("rss_peak");
    expect(pair?.mlx).toMatchObject({
      step_s: 0.2,
      throughput: { value: 1000, unit: "tok/s" },
      blas: "OpenBLAS 0.3.26",
    });
    expect(pair?.torch.blas).toBeNull();
  });

  test("is never made of a preset that holds another work for each framework", () => {
    const [ours, theirs] = [torch, mlx].map((entry) => ({ ...entry, comparison_class: "informative" as const }));
    expect(ours?.work_hash).toBe(theirs?.work_hash);
    expect(pairsOf(...[ours, theirs].filter((entry) => entry !== undefined))).toEqual([]);
  });

  test("compares allocator peaks only where both frameworks tell theirs", () => {
    const both = pairsOf(
      benchmark("lora", "torch-cuda", { tokens_per_second: 2, peak_memory: 3e9, rss_peak: 1e9 }),
      benchmark("lora", "mlx-cuda", { tokens_per_second: 2, peak_memory: 2e9, rss_peak: 1e9 }),
    );
    expect(both[0]).toMatchObject({ memory_metric: "peak_memory", memory_efficiency: 1.5 });
    const one = pairsOf(torch, benchmark("lora", "mlx-cpu", { tokens_per_second: 2, peak_memory: 2e9 }));
    expect(one[0]).toMatchObject({ memory_metric: null, memory_efficiency: null });
  });

  test("without step times takes the speed-up from the rates", () => {
    const pairs = pairsOf(
      benchmark("x", "torch-mps", { tokens_per_second: 100 }),
      benchmark("x", "mlx-metal", { tokens_per_second: 150 }),
    );
    expect(pairs[0]?.speed_up).toBeCloseTo(1.5);
  });
});

describe("no pair", () => {
  test.each([
    ["where the work differs", [torch, { ...mlx, work_hash: "0".repeat(64) }]],
    ["where the work is unknown", [torch, { ...mlx, work_hash: null }]],
    ["where the titles differ", [torch, { ...mlx, title: "other" }]],
    ["where one failed", [torch, { ...mlx, status: failing(mlx, "timeout", "too slow").status }]],
    ["of a processor and an accelerator", [torch, { ...mlx, backend: "mlx-metal" as const }]],
    ["of one framework alone", [torch]],
  ])("%s", (_, benchmarks) => {
    expect(pairsOf(...benchmarks)).toEqual([]);
  });
});
