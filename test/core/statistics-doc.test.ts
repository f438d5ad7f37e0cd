import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { deriveMetrics } from "../../src/core/run-metrics.ts";
import { readEvents } from "../../src/core/events.ts";
import { stepLine, toText } from "../support/event-lines.ts";

const page = readFileSync(new URL("../../docs/statistics.md", import.meta.url), "utf8");

const memory = { event: "memory", phase: "timed", alloc_peak_bytes: 1, reserved_peak_bytes: 1, rss_peak_bytes: 1 };
const halves = { data_s: 0.1, model_flop: 1, accelerator_s: 0.1, cpu_s: 0.1, accelerator_flop: 1, cpu_flop: 1 };
const environment = {
  event: "environment",
  python: "3.12.4",
  device: "NVIDIA H200",
  packages: {},
  wheel_tags: {},
  knobs: { tf32: false },
};
const gemm = { event: "gemm", dtype: "bfloat16", n: 8192, flop: 1e12, products: 9, fastest_s: 0.002, median_s: 0.002 };
const everything = readEvents(toText([environment, memory, gemm, stepLine(0, halves), stepLine(1, halves)]));
const { metrics } = deriveMetrics(everything.events, "torch-cuda", 1);

test("events that tell everything give all metrics of the table", () => {
  const rows = [...page.matchAll(/^\| (`[a-z_`, ]+`) \| [^|]+ \| (?:higher|lower) \|/gm)].flatMap(([, names = ""]) =>
    names.split(", "),
  );
  const listed = rows.map((name) => name.replaceAll("`", "")).filter((name) => name !== "validation_loss");
  expect(metrics.map(({ name }) => name).toSorted()).toEqual(listed.toSorted());
});

test.each(metrics.map((metric) => [metric.name, metric] as const))("the page tells %s as it is", (name, metric) => {
  const row = page.split("\n").find((line) => line.startsWith("|") && line.includes(`\`${name}\``)) ?? "";
  expect(row).toContain(metric.unit);
  expect(row).toContain(`| ${metric.direction} |`);
  expect(row).toContain(`\`${metric.class}\``);
});
