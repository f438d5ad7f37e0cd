/** MLX beside PyTorch, drawn: a block of rows for each pair that did equal work. */
import type { FrameworkPair, FrameworkSide } from "./frameworks.ts";
import { codeSpan, inertText } from "./escape.ts";
import { details, table, unbroken, type Markdown } from "./markdown-parts.ts";
import { formatNumber, formatRatio, formatValue } from "./units.ts";

interface Row {
  readonly work: Markdown;
  readonly name: string;
  readonly torch: string;
  readonly mlx: string;
  readonly ratio: string;
}

export function frameworksSection(pairs: readonly FrameworkPair[]): Markdown {
  if (pairs.length === 0) return "";
  const rows = pairs.flatMap(rowsOf);
  const body = table<Row>(
    [
      { title: "Same work", cell: ({ work }) => work },
      { title: "Measured", cell: ({ name }) => name },
      { title: "PyTorch", align: "r", cell: ({ torch }) => unbroken(inertText(torch)) },
      { title: "MLX", align: "r", cell: ({ mlx }) => unbroken(inertText(mlx)) },
      { title: "MLX beside PyTorch", cell: ({ ratio }) => ratio },
    ],
    rows,
  );
  return details(`MLX beside PyTorch (${titleOf(pairs)})`, [
    body,
    "Only equal work stands here: both sides ran the work order with the same hash. Speed-up is PyTorch's time divided by " +
      "MLX's, memory efficiency PyTorch's peak divided by MLX's: above 1, MLX is ahead.",
    processorNote(pairs),
  ]);
}

function titleOf(pairs: readonly FrameworkPair[]): string {
  const differences = pairs.flatMap(({ loss_difference: loss }) => (loss === null ? [] : [Math.abs(loss)]));
  if (differences.length === 0) return "same work";
  const largest = Math.max(...differences);
  return largest === 0
    ? "same work, same loss"
    : `same work, loss within ${formatNumber(Number(largest.toPrecision(2)))}`;
}

function rowsOf(pair: FrameworkPair): Row[] {
  const { mlx, torch, speed_up, memory_efficiency, loss_difference: loss } = pair;
  const speedUp = speed_up === null ? "" : `speed-up ${formatRatio(speed_up)}`;
  const hasStep = mlx.step_s !== null && torch.step_s !== null;
  const rows = [
    row("Time per step", pair, (side) => value(side.step_s, "s", [mlx.step_s, torch.step_s]), speedUp),
    row(
      "Throughput",
      pair,
      ({ throughput }) => (throughput === null ? "" : formatValue(throughput.value, throughput.unit)),
      hasStep ? "" : speedUp,
    ),
    row(
      pair.memory_metric === "rss_peak" ? "Peak resident memory" : "Peak memory",
      pair,
      (side) => value(side.memory_bytes, "B", [mlx.memory_bytes, torch.memory_bytes]),
      memory_efficiency === null ? "" : `memory efficiency ${formatRatio(memory_efficiency)}`,
    ),
    row(
      "Final loss",
      pair,
      ({ final_loss }) => (final_loss === null ? "" : formatNumber(final_loss)),
      loss === null ? "" : `difference ${formatNumber(Number(loss.toPrecision(2)))}`,
    ),
  ].filter((candidate) => candidate.mlx !== "" || candidate.torch !== "");
  const work = `${codeSpan(pair.title)} ${torch.backend}, ${mlx.backend}`;
  return rows.map((candidate, index) => (index === 0 ? { ...candidate, work } : candidate));
}

function row(name: string, { mlx, torch }: FrameworkPair, cell: (side: FrameworkSide) => string, ratio: string): Row {
  return { work: "", name, torch: cell(torch), mlx: cell(mlx), ratio };
}

function value(amount: number | null, unit: string, beside: readonly (number | null)[]): string {
  return amount === null
    ? ""
    : formatValue(
        amount,
        unit,
        beside.filter((other) => other !== null),
      );
}

/** On a processor the two are no rivals: what decides is whose matrix products MLX was given. */
function processorNote(pairs: readonly FrameworkPair[]): Markdown {
  const sides = pairs.map(({ mlx }) => mlx).filter(({ backend }) => backend === "mlx-cpu");
  if (sides.length === 0) return "";
  const libraries = [...new Set(sides.flatMap(({ blas }) => (blas === null ? [] : [blas])))];
  const ran =
    libraries.length === 0 ? "" : ` Its matrix products ran on ${libraries.map((name) => codeSpan(name)).join(", ")}.`;
  return `\`mlx-cpu\` is there to prove that the work is the same, not to win a race.${ran}`;
}
