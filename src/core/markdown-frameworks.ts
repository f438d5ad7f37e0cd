/** MLX beside PyTorch, drawn: a block of rows for each pair that did equal work. */
import { formatDifference, frameworkRows, type FrameworkRow } from "./framework-rows.ts";
import type { FrameworkPair } from "./frameworks.ts";
import { codeSpan, inertText } from "./escape.ts";
import type { JointReport } from "./joint.ts";
import type { Detail } from "./markdown-sections.ts";
import { runnerKeys } from "./parts.ts";
import { details, table, unbroken, type Markdown } from "./markdown-parts.ts";

interface Row extends FrameworkRow {
  /** In the first row of a pair only. */
  readonly work: Markdown;
  readonly runner: Markdown;
}

export function frameworksSection(joint: JointReport, { items }: Detail): Markdown {
  const found = joint.reports.flatMap(({ frameworks, runner_key }) => frameworks.map((pair) => ({ pair, runner_key })));
  const shown = found.slice(0, items);
  if (shown.length === 0) return "";
  const pairs = shown.map(({ pair }) => pair);
  const rows = shown.flatMap(rowsOf);
  const body = table<Row>(
    [
      { title: "Same work", cell: ({ work }) => work },
      ...(runnerKeys(joint.reports).length > 1 ? [{ title: "Runner", cell: ({ runner }: Row) => runner }] : []),
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
    pairs.some(({ memory_metric }) => memory_metric === "rss_peak")
      ? "Resident memory is that of the whole process: the libraries themselves are most of it where the work is small."
      : "",
  ]);
}

function titleOf(pairs: readonly FrameworkPair[]): string {
  const differences = pairs.flatMap(({ loss_difference: loss }) => (loss === null ? [] : [Math.abs(loss)]));
  if (differences.length === 0) return "same work";
  const largest = Math.max(...differences);
  return largest === 0 ? "same work, same loss" : `same work, loss within ${formatDifference(largest)}`;
}

function rowsOf({ pair, runner_key }: { readonly pair: FrameworkPair; readonly runner_key: string }): Row[] {
  const work = `${codeSpan(pair.title)} ${pair.torch.backend}, ${pair.mlx.backend}`;
  const runner = codeSpan(runner_key);
  return frameworkRows(pair).map((row, index) =>
    index === 0 ? { ...row, work, runner } : { ...row, work: "", runner: "" },
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
