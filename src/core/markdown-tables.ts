/** The tables of comparisons: what moved, and everything. */
import { changeOf, informativeMark, metricWords, sidesOf, trendOf, verdictOf, type SideText } from "./cells.ts";
import type { Comparison } from "./comparison.ts";
import { codeSpan, inertText } from "./escape.ts";
import { benchmarkName, isShown, worstFirstBy } from "./findings.ts";
import { iconOf } from "./icons.ts";
import type { JointReport } from "./joint.ts";
import { drawSentence, table, unbroken, type Column, type Markdown } from "./markdown-parts.ts";
import { rowsOf, runnerKeys, type RunnerRow } from "./parts.ts";
import type { Report } from "./report.ts";

/** Characters of a line with its padding: with more, a table on a page has to be scrolled. */
const WIDEST = 190;

/**
 * Rows that changed, failed or stayed undecided, worst first. One row stands for a benchmark whose every metric has the
 * same fate.
 */
export function movedRows({ reports }: Pick<JointReport, "reports">): RunnerRow[] {
  return worstFirstBy(reports.filter((report) => !isFresh(report)).flatMap(movedIn), ({ comparison }) => comparison);
}

function movedIn(report: Report): RunnerRow[] {
  const moved = rowsOf({ reports: [report] }).filter(({ comparison }) => comparison.verdict !== "no-change");
  const perBenchmark = new Set<string>();
  return worstFirstBy(moved, ({ comparison }) => comparison).filter(({ comparison: { verdict, benchmark } }) => {
    if (verdict !== "failed" && verdict !== "incomparable" && verdict !== "no-baseline") return true;
    const key = `${verdict} ${benchmark}`;
    return perBenchmark.has(key) ? false : perBenchmark.add(key).size > 0;
  });
}

/** Nothing is stored for anything: the headline has said so, and no row need repeat it. */
function isFresh({ comparisons }: Pick<Report, "comparisons">): boolean {
  return comparisons.filter(isShown).every(({ verdict }) => verdict === "no-baseline");
}

/** A column that only the reports of several runners have. */
export function runnerColumn<Row>(
  { reports }: Pick<JointReport, "reports">,
  runnerOf: (row: Row) => string,
): Column<Row>[] {
  return runnerKeys(reports).length > 1 ? [{ title: "Runner", cell: (row) => codeSpan(runnerOf(row)) }] : [];
}

interface Look {
  /** What changed stands out. */
  readonly emphasis: boolean;
  /** `fitting`: where the table does not become too wide by it. */
  readonly trend: "always" | "fitting" | "never";
  readonly spread: boolean;
}

export function comparisonTable(joint: JointReport, rows: readonly RunnerRow[], look: Look): Markdown {
  const columns = columnsOf(joint, rows, look);
  const trend: Column<RunnerRow> = { title: "Trend", cell: ({ comparison }) => trendOf(comparison) };
  if (look.trend === "never") return table(columns, rows);
  const whole = table([...columns, trend], rows);
  return look.trend === "always" || widest(whole) <= WIDEST ? whole : table(columns, rows);
}

function widest(drawn: Markdown): number {
  return Math.max(...drawn.split("\n").map(({ length }) => length));
}

function columnsOf(joint: JointReport, rows: readonly RunnerRow[], { emphasis, spread }: Look): Column<RunnerRow>[] {
  const head = joint.reports.every(({ job }) => job.pull_request === null) ? "This run" : "This PR";
  const withInterval = rows.some(({ comparison }) => comparison.interval !== null);
  const alike = joint.reports.every(isFresh);
  return [
    { title: "Benchmark", cell: ({ comparison }) => drawSentence(benchmarkName(comparison)) },
    ...runnerColumn<RunnerRow>(joint, ({ report }) => report.runner_key),
    { title: "Metric", cell: ({ comparison }) => drawSentence(metricWords(comparison.metric)) },
    { title: "Base", align: "r", cell: ({ comparison }) => sideCell(sidesOf(comparison).base, spread) },
    { title: head, align: "r", cell: ({ comparison }) => sideCell(sidesOf(comparison).head, spread) },
    {
      title: withInterval ? "Change (99 % interval)" : "Change",
      align: "r",
      cell: ({ comparison }) => changeCell(comparison, emphasis),
    },
    {
      title: "Verdict",
      cell: ({ comparison, report }) => (alike ? informativeMark(comparison).trim() : verdictCell(comparison, report)),
    },
  ];
}

function sideCell({ value, spread }: SideText, withSpread: boolean): Markdown {
  return unbroken(withSpread && spread !== "" ? `${inertText(value)} ${spread}` : inertText(value));
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
  return icon + drawSentence(verdictOf(comparison, report)) + informativeMark(comparison);
}

/** Speed first for every benchmark, so that whatever has to be left out, the change of throughput stays. */
export function everyRow(joint: Pick<JointReport, "reports">): { speed: RunnerRow[]; others: RunnerRow[] } {
  const rows = rowsOf(joint);
  return { speed: rows.filter(isSpeed), others: rows.filter((row) => !isSpeed(row)) };
}

function isSpeed({ comparison: { metric } }: RunnerRow): boolean {
  return metric === null || metric.primary;
}

/** The `most` worst of `rows`, in the order in which they came. */
export function worstOf(rows: readonly RunnerRow[], most: number): RunnerRow[] {
  if (rows.length <= most) return [...rows];
  const kept = new Set(worstFirstBy(rows, ({ comparison }) => comparison).slice(0, most));
  return rows.filter((row) => kept.has(row));
}
