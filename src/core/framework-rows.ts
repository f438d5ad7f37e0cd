/** A pair of frameworks in words and formatted numbers, the same on every surface. */
import type { FrameworkPair, FrameworkSide } from "./frameworks.ts";
import { formatNumber, formatRatio, formatValue } from "./units.ts";

export interface FrameworkRow {
  readonly name: string;
  readonly torch: string;
  readonly mlx: string;
  /** Speed-up, memory efficiency or difference; empty where there is nothing to set beside each other. */
  readonly ratio: string;
}

/** Time, throughput, memory and loss: those that one of both sides has. */
export function frameworkRows(pair: FrameworkPair): FrameworkRow[] {
  const { mlx, torch, speed_up, memory_efficiency, loss_difference: loss } = pair;
  const speedUp = speed_up === null ? "" : `speed-up ${formatRatio(speed_up)}`;
  const hasStep = mlx.step_s !== null && torch.step_s !== null;
  const row = (name: string, cell: (side: FrameworkSide) => string, ratio: string): FrameworkRow => ({
    name,
    torch: cell(torch),
    mlx: cell(mlx),
    ratio,
  });
  return [
    row("Time per step", (side) => value(side.step_s, "s", [mlx.step_s, torch.step_s]), hasStep ? speedUp : ""),
    row(
      "Throughput",
      ({ throughput }) => (throughput === null ? "" : formatValue(throughput.value, throughput.unit)),
      hasStep ? "" : speedUp,
    ),
    row(
      pair.memory_metric === "rss_peak" ? "Peak resident memory" : "Peak memory",
      (side) => value(side.memory_bytes, "B", [mlx.memory_bytes, torch.memory_bytes]),
      memory_efficiency === null ? "" : `memory efficiency ${formatRatio(memory_efficiency)}`,
    ),
    row(
      "Final loss",
      ({ final_loss }) => (final_loss === null ? "" : formatNumber(final_loss)),
      loss === null ? "" : `difference ${formatDifference(loss)}`,
    ),
  ].filter((candidate) => candidate.mlx !== "" || candidate.torch !== "");
}

function value(amount: number | null, unit: string, beside: readonly (number | null)[]): string {
  if (amount === null) return "";
  return formatValue(
    amount,
    unit,
    beside.filter((other) => other !== null),
  );
}

/** Two digits tell how far two losses are apart. */
export function formatDifference(loss: number): string {
  return formatNumber(Number(loss.toPrecision(2)));
}
