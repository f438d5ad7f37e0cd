import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { deriveMetrics } from "../../src/core/run-metrics.ts";
import { readEvents } from "../../src/core/events.ts";
import { stepLine, toText } from "../support/event-lines.ts";

const page = readFileSync(new URL("../../docs/statistics.md", import.meta.url), "utf8");

const memory = { event: "memory", phase: "timed", alloc_peak_bytes: 1, reserved_peak_bytes: 1, rss_peak_bytes: 1 };
const halves = { data_s: 0.1, accelerator_s: 0.1, cpu_s: 0.1, accelerator_flop: 1, cpu_flop: 1 };
const everything = readEvents(toText([memory, stepLine(0, halves), stepLine(1, halves)]));
const { metrics } = deriveMetrics(everything.events, "torch-cpu", 1);

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
