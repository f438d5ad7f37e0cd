import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { deriveMetrics } from "../../src/core/run-metrics.ts";
import type { DeviceEvent } from "../../src/core/protocol.ts";
import { readEvents } from "../../src/core/events.ts";
import { stepLine, toText } from "../support/event-lines.ts";

const page = readFileSync(new URL("../../docs/statistics.md", import.meta.url), "utf8");

const memory = {
  event: "memory",
  phase: "timed",
  alloc_peak_bytes: 1,
  reserved_peak_bytes: 1,
  rss_peak_bytes: 1,
  swap_delta_bytes: 0,
};
const halves = {
  phase: "timed",
  data_s: 0.1,
  model_flop: 1,
  accelerator_s: 0.1,
  cpu_s: 0.1,
  accelerator_flop: 1,
  cpu_flop: 1,
  bytes: 1,
};
const environment = {
  event: "environment",
  python: "3.12.4",
  device: "NVIDIA H200",
  packages: {},
  wheel_tags: {},
  knobs: { tf32: false },
};
const gemm = { event: "gemm", dtype: "bfloat16", n: 8192, flop: 1e12, products: 9, fastest_s: 0.002, median_s: 0.002 };
const timed = { event: "phase", name: "timed", start_s: 100, duration_s: 20 };
const samplesWith = (field: "energy_j" | "power_w"): DeviceEvent[] =>
  Array.from({ length: 41 }, (_, second) => ({
    event: "device",
    time_s: 90 + second,
    device_busy: second < 10 ? 0 : 1,
    memory_busy: 0.5,
    memory_used_bytes: 1,
    clock_mhz: 1980,
    temperature_c: 60,
    throttle: ["sw_power_cap"],
    cpu_energy_j: second,
    power_w: 100,
    ...(field === "energy_j" ? { energy_j: second } : {}),
  }));
const everything = readEvents(toText([environment, memory, timed, gemm, stepLine(0, halves), stepLine(1, halves)]));
const { metrics: measured } = deriveMetrics(everything.events, "torch-cuda", 1, { samples: samplesWith("energy_j") });
// Without the counter the energy has another name.
const integrated = deriveMetrics(everything.events, "torch-cuda", 1, { samples: samplesWith("power_w") }).metrics;
const metrics = [...new Map([...measured, ...integrated].map((metric) => [metric.name, metric])).values()];

test("events that tell everything give all metrics of the table", () => {
  const rows = [...page.matchAll(/^\| (`[a-z_`, ]+`) \| [^|]+ \| (?:higher|lower) \|/gm)].flatMap(([, names = ""]) =>
    names.split(", "),
  );
  const listed = rows.map((name) => name.replaceAll("`", "")).filter((name) => name !== "validation_loss");
  const made = metrics.map(({ name }) => name).filter((name) => !name.startsWith("phase."));
  expect(made.toSorted()).toEqual(listed.toSorted());
});

test.each(metrics.filter(({ name }) => !name.startsWith("phase.")).map((metric) => [metric.name, metric] as const))(
  "the page tells %s as it is",
  (name, metric) => {
    const row = page.split("\n").find((line) => line.startsWith("|") && line.includes(`\`${name}\``)) ?? "";
    expect(row).toContain(metric.unit);
    expect(row).toContain(`| ${metric.direction} |`);
    expect(row).toContain(`\`${metric.class}\``);
  },
);
