import { expect, test } from "vitest";
import { renderComment } from "../../src/core/markdown.ts";
import { phaseMetric, type MetricName } from "../../src/core/registry.ts";
import { readMarkdown } from "../support/markdown-reader.ts";
import { benchmark, compared, jointOf, reportOf } from "../support/report-fixtures.ts";

const USED = {
  tokens_per_second: 20_000,
  model_flop_rate: 405.5e12,
  mfu_vendor: 0.41,
  mfu_probe: 0.553,
  device_busy: 0.97,
  device_memory_busy: 0.4,
  device_clock: 1.98e9,
  device_power_capped: 0.35,
  device_temperature: 61,
  device_memory_peak: 3 * 2 ** 30,
  device_energy_per_token: 0.0125,
} satisfies Partial<Record<MetricName, number>>;

const TOLD = [
  "tokens_per_second",
  "model_flop_rate",
  "mfu_vendor",
  "mfu_probe",
  "device_busy",
  "device_memory_busy",
  "device_clock",
  "device_power_capped",
  "device_temperature",
  "device_memory_peak",
  "device_energy_per_token",
] as const satisfies readonly (keyof typeof USED)[];

const trained = benchmark("sft", "torch-cuda", USED);
const quiet = benchmark("lora", "torch-cpu", { tokens_per_second: 500, rss_peak: 2 ** 30 });
const comparisons = [
  ...TOLD.map((name) => compared(trained, name, "no-baseline")),
  compared(quiet, "tokens_per_second", "no-baseline"),
  compared(quiet, "rss_peak", "no-baseline"),
];
const validated = {
  ...compared(trained, "device_memory_peak", "no-baseline"),
  metric: phaseMetric("evaluate", "peak_memory"),
  head: { value: 5 * 2 ** 30, spread: null, count: 3 },
};

function commentOf(rows: typeof comparisons): string {
  return renderComment(jointOf(reportOf({ benchmarks: [trained, quiet], comparisons: rows })));
}

test("what the steps made of the device stands in one collapsed table, a row for every benchmark that tells it", () => {
  const comment = commentOf([...comparisons, validated]);
  const [, section = ""] = comment.split("<summary>Use of the device</summary>");
  const [table = []] = readMarkdown(section.split("</details>")[0] ?? "").tables;
  const [header, row, ...more] = table;
  expect(header).toEqual([
    "Benchmark",
    "Model arithmetic",
    "Of the vendor's peak",
    "Of the GEMM probe",
    "Device busy",
    "Its memory busy",
    "Clock",
    "At its power cap",
    "Temperature",
    "Memory in use",
    "Peak while validating",
    "Energy",
  ]);
  expect(row?.map((cell) => cell.replaceAll("\u00A0", " "))).toEqual([
    "sft · torch-cuda",
    "405.5 TFLOP/s",
    "41 %",
    "55.3 %",
    "97 %",
    "40 %",
    "1.98 GHz",
    "35 %",
    "61 °C",
    "3 GiB",
    "5 GiB",
    "0.0125 J/tok",
  ]);
  expect(more).toEqual([]);
});

test("nothing of it stands in the tables that are read first", () => {
  const comment = commentOf(comparisons);
  const [before = ""] = comment.split("<summary>Use of the device</summary>");
  for (const words of ["mfu", "busy", "J/tok"]) expect(before).not.toContain(words);
});

test("where nobody tells it there is no section", () => {
  const told = comparisons.filter(({ benchmark: id }) => id === quiet.id);
  expect(commentOf(told)).not.toContain("Use of the device");
});

test("a training tells the size of the adapters it saved", () => {
  const saved = {
    ...compared(trained, "device_memory_peak", "no-baseline"),
    metric: { ...phaseMetric("save", "peak_memory"), name: "adapter_size", estimator: "reported" as const },
    head: { value: 27 * 2 ** 10, spread: null, count: 3 },
  };
  expect(commentOf(comparisons)).not.toContain("Saved adapters");
  const [, section = ""] = commentOf([...comparisons, saved]).split("<summary>Use of the device</summary>");
  expect(section).toContain("Saved adapters");
  expect(section).toContain("27\u00A0KiB");
});

test("a validation tells its speed and what it got right", () => {
  const base = compared(trained, "device_memory_peak", "no-baseline");
  const reported = { name: "validation_accuracy", unit: "", direction: "higher", estimator: "reported" } as const;
  const both = [
    {
      ...base,
      metric: phaseMetric("evaluate", "tokens_per_second"),
      head: { value: 51_000, spread: null, count: 3 },
    },
    {
      ...base,
      metric: { ...phaseMetric("evaluate"), ...reported },
      head: { value: 0.345, spread: null, count: 3 },
    },
  ];
  const [, section = ""] = commentOf([...comparisons, ...both]).split("<summary>Use of the device</summary>");
  const [[header, row] = []] = readMarkdown(section.split("</details>")[0] ?? "").tables;
  const cell = (title: string): string | undefined => row?.[header?.indexOf(title) ?? -1]?.replaceAll("\u00A0", " ");
  expect([cell("Validation"), cell("Validated right")]).toEqual(["51,000 tok/s", "34.5 %"]);
});

test("a conversion tells its bytes a second", () => {
  const converting = benchmark("convert-tinyllama", "mlx-metal", { bytes_per_second: 4.2e9 });
  const comment = renderComment(
    jointOf(
      reportOf({ benchmarks: [converting], comparisons: [compared(converting, "bytes_per_second", "no-baseline")] }),
    ),
  );
  const [, section = ""] = comment.split("<summary>Use of the device</summary>");
  const [table = []] = readMarkdown(section.split("</details>")[0] ?? "").tables;
  expect(table.map((row) => row.map((cell) => cell.replaceAll("\u00A0", " ")))).toEqual([
    ["Benchmark", "Converted"],
    ["convert-tinyllama · mlx-metal", "4.2 GB/s"],
  ]);
});

test("work on both devices tells the arithmetic of either half, and no share of one device's peak", () => {
  const rates = { model_flop_rate: 4.3e12, accelerator_rate: 11e12, cpu_rate: 0.2e12 };
  const switching = benchmark("switch-matmul", "mlx-metal", rates);
  const names = ["model_flop_rate", "accelerator_rate", "cpu_rate"] as const;
  const rows = names.map((name) => compared(switching, name, "no-baseline"));
  const comment = renderComment(jointOf(reportOf({ benchmarks: [switching], comparisons: rows })));
  const [, section = ""] = comment.split("<summary>Use of the device</summary>");
  const [table = []] = readMarkdown(section.split("</details>")[0] ?? "").tables;
  expect(table.map((row) => row.map((cell) => cell.replaceAll("\u00A0", " ")))).toEqual([
    ["Benchmark", "Model arithmetic", "Accelerator's half", "Processor's half"],
    ["switch-matmul · mlx-metal", "4.3 TFLOP/s", "11 TFLOP/s", "200 GFLOP/s"],
  ]);
});
