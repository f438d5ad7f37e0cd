/** The collapsed section on what the steps made of the device: its arithmetic, its time, its memory, its energy. Nothing of it is judged. */
import type { Comparison } from "./comparison.ts";
import { benchmarkIds, benchmarkName } from "./findings.ts";
import type { JointReport } from "./joint.ts";
import { details, drawSentence, table, unbroken, type Markdown } from "./markdown-parts.ts";
import { onRunner, type Detail } from "./markdown-sections.ts";
import type { Report } from "./report.ts";
import { say } from "./sentence.ts";
import { formatPercent, formatValue } from "./units.ts";

interface Row {
  readonly report: Report;
  readonly first: Comparison;
  /** Metric name → the comparison that holds its value. */
  readonly metrics: ReadonlyMap<string, Comparison>;
}

/** What makes a row worth drawing; memory alone stands in the tables above. */
const TOLD = [
  "mfu_vendor",
  "mfu_probe",
  "model_flop_rate",
  "bytes_per_second",
  "device_busy",
  "device_energy_per_token",
  "device_energy_per_token_integrated",
];

export function useSection(joint: JointReport, { rows, facts }: Detail): Markdown {
  if (!facts) return "";
  const told = joint.reports.flatMap(rowsOf);
  const columns = [
    {
      title: "Benchmark",
      cell: ({ first, report }: Row) => drawSentence(say`${benchmarkName(first)}${onRunner(joint, report)}`),
    },
    value("Model arithmetic", "model_flop_rate"),
    value("Converted", "bytes_per_second"),
    value("Saved adapters", "adapter_size"),
    value("Accelerator's half", "accelerator_rate"),
    value("Processor's half", "cpu_rate"),
    share("Of the vendor's peak", "mfu_vendor"),
    share("Of the GEMM probe", "mfu_probe"),
    share("Device busy", "device_busy"),
    share("Its memory busy", "device_memory_busy"),
    value("Clock", "device_clock"),
    share("At its power cap", "device_power_capped"),
    value("Temperature", "device_temperature"),
    value("Memory in use", "device_memory_peak"),
    value("Validation", "phase.evaluate.tokens_per_second"),
    share("Validated right", "validation_accuracy"),
    value("Peak while validating", "phase.evaluate.peak_memory"),
    value("Energy", "device_energy_per_token"),
    value("Energy (integrated)", "device_energy_per_token_integrated"),
  ];
  return details("Use of the device", [table(columns, told.slice(0, rows))]);
}

function rowsOf(report: Report): Row[] {
  return benchmarkIds(report.comparisons).flatMap((id): Row[] => {
    const own = report.comparisons.filter(({ benchmark }) => benchmark === id);
    const metrics = new Map(own.flatMap((entry) => (entry.metric === null ? [] : [[entry.metric.name, entry]])));
    const [first] = own;
    return first === undefined || !TOLD.some((name) => metrics.has(name)) ? [] : [{ report, first, metrics }];
  });
}

const share = (title: string, name: string) => ({
  title,
  align: "r" as const,
  cell: ({ metrics }: Row): Markdown => {
    const head = metrics.get(name)?.head ?? null;
    return head === null ? "" : unbroken(formatPercent(head.value));
  },
});

const value = (title: string, name: string) => ({
  title,
  align: "r" as const,
  cell: ({ metrics }: Row): Markdown => {
    const found = metrics.get(name);
    if (found?.metric === null || found?.metric === undefined || found.head === null) return "";
    return unbroken(formatValue(found.head.value, found.metric.unit));
  },
});
