/** The tables of comparisons: what moved, and everything. */
import { changeOf, metricWords, sidesOf, verdictOf } from "./cells.ts";
import type { Comparison } from "./comparison.ts";
import { inertText } from "./escape.ts";
import { benchmarkName, isShown, worstFirst } from "./findings.ts";
import { iconOf } from "./icons.ts";
import { drawSentence, table, unbroken, type Column, type Markdown } from "./markdown-parts.ts";
import type { Metric } from "./metrics.ts";
import type { Report } from "./report.ts";

/** Rows that changed, failed or stayed undecided. One row stands for a benchmark whose every metric has the same fate. */
export function movedRows(report: Report): Comparison[] {
  const moved = report.comparisons.filter((comparison) => isShown(comparison) && comparison.verdict !== "no-change");
  if (isFresh(report)) return [];
  const perBenchmark = new Set<string>();
  return worstFirst(moved).filter(({ verdict, benchmark }) => {
    if (verdict !== "failed" && verdict !== "incomparable" && verdict !== "no-baseline") return true;
    const key = `${verdict} ${benchmark}`;
    return perBenchmark.has(key) ? false : perBenchmark.add(key).size > 0;
  });
}

/** Nothing is stored for anything: the headline has said so, and no row need repeat it. */
function isFresh({ comparisons }: Report): boolean {
  return comparisons.filter(isShown).every(({ verdict }) => verdict === "no-baseline");
}

export function comparisonTable(report: Report, rows: readonly Comparison[], emphasis: boolean): Markdown {
  const head = report.job.pull_request === null ? "This run" : "This PR";
  const withInterval = rows.some(({ interval }) => interval !== null);
  const alike = isFresh(report);
  const columns: Column<Comparison>[] = [
    { title: "Benchmark", cell: (row) => drawSentence(benchmarkName(row)) },
    { title: "Metric", cell: ({ metric }) => drawSentence(metricWords(metric)) },
    { title: "Base", align: "r", cell: (row) => unbroken(inertText(sidesOf(row).base)) },
    { title: head, align: "r", cell: (row) => unbroken(inertText(sidesOf(row).head)) },
    { title: withInterval ? "Change (99 % interval)" : "Change", align: "r", cell: (row) => changeCell(row, emphasis) },
    { title: "Verdict", cell: (row) => (alike ? "" : verdictCell(row, report)) },
  ];
  return table(columns, rows);
}

function changeCell(comparison: Comparison, emphasis: boolean): Markdown {
  const { size, sense, interval } = changeOf(comparison);
  if (size === "") return "";
  const strong = emphasis && (comparison.verdict === "regression" || comparison.verdict === "improvement");
  const number = strong ? `**${unbroken(size)}**` : unbroken(size);
  return [number, sense, interval === "" ? "" : unbroken(`(${interval})`)].filter((part) => part !== "").join(" ");
}

function verdictCell(comparison: Comparison, report: Report): Markdown {
  const icon = comparison.verdict === "no-change" ? "" : `${iconOf(comparison)} `;
  const informative = comparison.comparison_class === "informative" ? " (informative)" : "";
  return icon + drawSentence(verdictOf(comparison, report)) + informative;
}

/** Speed first for every benchmark, so that whatever has to be left out, the change of throughput stays. */
export function everyRow(report: Report): { speed: Comparison[]; others: Comparison[] } {
  const rows = report.comparisons.filter(isShown);
  return { speed: rows.filter(isSpeed), others: rows.filter((row) => !isSpeed(row)) };
}

function isSpeed({ metric }: { readonly metric: Metric | null }): boolean {
  return metric === null || metric.primary;
}
