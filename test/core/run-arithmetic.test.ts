import { describe, expect, test } from "vitest";
import type { Backend } from "../../src/core/backend.ts";
import { vendorPeak } from "../../src/core/device-peaks.ts";
import { readEvents } from "../../src/core/events.ts";
import { deriveMetrics, type RunMetrics } from "../../src/core/run-metrics.ts";
import { harnessRun, steps, toText } from "../support/event-lines.ts";

interface Given {
  readonly backend?: Backend;
  readonly device?: string;
  readonly dtype?: string;
  readonly tf32?: boolean;
  readonly cores?: number;
  /** FLOP of a step of 0.1 s. */
  readonly flop?: number | null;
  readonly probe?: boolean;
  /** Fastest products of probes after the steps, seconds. */
  readonly again?: readonly number[];
}

/** The probe reaches 500 TFLOP/s at its best and 400 in its median. */
function derive(given: Given = {}): RunMetrics {
  const { backend = "torch-cuda", device = "NVIDIA H100 80GB HBM3", dtype = "bfloat16", tf32 = false } = given;
  const { flop = 4e13, probe = true, again = [] } = given;
  const environment = { event: "environment", python: "3.12.4", device, packages: {}, wheel_tags: {}, knobs: { tf32 } };
  const gemm = { event: "gemm", dtype, n: 8192, flop: 1e12, products: 9, fastest_s: 0.002, median_s: 0.0025 };
  const later = again.map((fastest_s) => ({ ...gemm, fastest_s, median_s: fastest_s }));
  const timed = steps(23, () => (flop === null ? {} : { model_flop: flop }));
  const body = [environment, ...(probe ? [gemm] : []), ...timed, ...later];
  const { events, problem } = readEvents(toText(harnessRun(body, backend)));
  expect(problem).toBeNull();
  return deriveMetrics(events, backend, 9, { gpuCores: given.cores ?? null });
}

test("model FLOPs a second stand beside the probe's best product and the vendor's peak", () => {
  const { values, metrics, fault } = derive();
  expect(values["model_flop_rate"]).toBeCloseTo(4e14, -3);
  expect(values["gemm_rate"]).toBeCloseTo(5e14, -3);
  expect(values["mfu_probe"]).toBeCloseTo(0.8, 10);
  expect(values["mfu_vendor"]).toBeCloseTo(400 / 989, 10);
  expect(fault).toBeNull();
  const made = metrics.filter(({ name }) => /^mfu_|_rate$/.test(name));
  expect(made.map((metric) => metric.class)).toEqual(["info", "info", "info", "info"]);
});

test("steps of unequal length count by their sums", () => {
  const body = steps(23, (index) => (index % 2 === 0 ? { model_flop: 3e9 } : { model_flop: 1e9, duration_s: 0.3 }));
  const { events } = readEvents(toText(harnessRun(body, "torch-cuda")));
  const { values, warmupSteps } = deriveMetrics(events, "torch-cuda", 9);
  const timed = body.length - warmupSteps;
  const even = body.slice(warmupSteps).filter((_, index) => (index + warmupSteps) % 2 === 0).length;
  const odd = timed - even;
  expect(values["model_flop_rate"]).toBeCloseTo((3e9 * even + 1e9 * odd) / (0.1 * even + 0.3 * odd), 0);
});

test("more than the probe reached is an error that fails the run, and no number", () => {
  const { values, fault } = derive({ flop: 6e13 });
  expect(values["mfu_probe"]).toBeUndefined();
  expect(fault).toBe(
    "the timed steps would have used 120 % of the arithmetic a second that its GEMM probe reached: " +
      "their clock, their model FLOPs or that peak is wrong, so nothing of this run is used",
  );
});

test("exactly as much as the probe reached can be", () => {
  const { values, fault } = derive({ flop: 5e13 });
  expect([values["mfu_probe"], fault]).toEqual([1, null]);
});

test("a probe that others disturbed is doubted first: the best of its repetitions counts", () => {
  const { values, fault } = derive({ flop: 6e13, again: [0.0025, 0.0016, 0.0021] });
  expect(fault).toBeNull();
  expect(values["gemm_rate"]).toBeCloseTo(6.25e14, -3);
  expect(values["mfu_probe"]).toBeCloseTo(600 / 625, 10);
});

test("more than the vendor claims is an error too, also where the probe would allow it", () => {
  const { values, fault } = derive({ flop: 1.978e14, again: [0.0001] });
  expect(values["mfu_vendor"]).toBeUndefined();
  expect(fault).toContain("200 % of the arithmetic a second that its vendor claims");
});

test("without a probe, without model FLOPs, and on a processor there is nothing to divide", () => {
  expect(Object.keys(derive({ probe: false }).values)).not.toEqual(expect.arrayContaining(["mfu_probe"]));
  expect(derive({ probe: false }).values["mfu_vendor"]).toBeUndefined();
  const unknown = derive({ flop: null }).values;
  expect([unknown["gemm_rate"], unknown["mfu_probe"], unknown["mfu_vendor"]]).toEqual([5e14, undefined, undefined]);
  const processor = derive({ backend: "torch-cpu" }).values;
  expect(processor["mfu_probe"]).toBeCloseTo(0.8, 10);
  expect(processor["mfu_vendor"]).toBeUndefined();
});

const peak = (name: string, dtype: "float32" | "float64" | "bfloat16", gpuCores: number | null = null, tf32 = false) =>
  vendorPeak({ name, gpuCores, tf32 }, dtype);

describe("vendor peaks", () => {
  test("a name is known as a whole or not at all: another edition has another peak", () => {
    expect(peak("NVIDIA GeForce RTX 3090", "bfloat16")).toBe(71e12);
    expect(peak("NVIDIA GeForce RTX 3090", "float32")).toBe(35.6e12);
    expect([peak("NVIDIA H100 80GB HBM3", "bfloat16"), peak("NVIDIA H100 PCIe", "bfloat16")]).toEqual([989e12, 756e12]);
    const others = [
      "NVIDIA GeForce RTX 3090 Ti",
      "NVIDIA GeForce RTX 4090 Laptop GPU",
      "NVIDIA H800 PCIe",
      "constructor",
    ];
    expect(others.map((name) => peak(name, "bfloat16"))).toEqual([null, null, null, null]);
  });

  test("types without a claim have none: TF32 reaches more than float32, float64 less", () => {
    expect(peak("NVIDIA H200", "float32")).toBeCloseTo(66.9e12, -3);
    expect(peak("NVIDIA H200", "float32", null, true)).toBeNull();
    expect(peak("NVIDIA H200", "float64")).toBeNull();
    expect(peak("NVIDIA GeForce GTX 1080 Ti", "bfloat16")).toBeNull();
  });

  test("Apple's chips come with several numbers of cores, which must be known", () => {
    expect(peak("Apple M1 Ultra", "float32", 64)).toBe(21.2e12);
    expect(peak("Apple M1 Ultra", "bfloat16", 48)).toBe(15.9e12);
    expect(peak("Apple M1 Pro", "float32")).toBeNull();
    expect(peak("Apple M1 Pro", "float32", 14)).toBeNull();
    expect(peak("Apple M5", "float32", 10)).toBeNull();
  });
});
