/** The tables of the terminal, narrowed until they fit. */
import { stripVTControlCharacters, styleText } from "node:util";
import Table from "cli-table3";
import { changeOf, informativeMark, metricWords, sidesOf, verdictOf, type SideText } from "../core/cells.ts";
import type { Comparison, Verdict } from "../core/comparison.ts";
import { terminalText } from "../core/escape.ts";
import { benchmarkName, isShown } from "../core/findings.ts";
import { isAccepted } from "../core/gate.ts";
import { frameworkRows } from "../core/framework-rows.ts";
import type { FrameworkPair } from "../core/frameworks.ts";
import type { Report } from "../core/report.ts";
import { plain } from "../core/sentence.ts";

type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

export function painter(colour: boolean): Paint {
  return (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text);
}

interface Look {
  readonly colour: boolean;
  readonly width: number;
}

interface Column<Row> {
  readonly title: string;
  readonly align: "left" | "right";
  readonly cell: (row: Row) => string;
  readonly style?: (row: Row) => Style;
}

interface Group<Row> {
  readonly name: string;
  readonly rows: readonly Row[];
}

/** What may be shortened or left out, one after the other, until the table is narrow enough. */
const NARROWER = [
  "everything",
  "without spreads",
  "without reasons",
  "without intervals",
  "short verdicts",
  "without base",
] as const;
const WITH_REASON: ReadonlySet<Verdict> = new Set<Verdict>(["incomparable", "failed"]);

/** Every judged metric under the name of its benchmark. */
export function comparisonLines(report: Report, look: Look): string {
  const groups = new Map<string, Comparison[]>();
  for (const row of report.comparisons.filter(isShown)) {
    groups.set(row.benchmark, [...(groups.get(row.benchmark) ?? []), row]);
  }
  const named = [...groups.values()].map((rows) => ({
    name: rows[0] === undefined ? "" : terminalText(plain(benchmarkName(rows[0]))),
    rows,
  }));
  let drawn = "";
  for (const step of NARROWER.keys()) {
    drawn = table(named, comparisonColumns(report, step), look);
    if (widest(drawn) <= look.width) break;
  }
  return drawn;
}

function comparisonColumns(report: Report, step: number): Column<Comparison>[] {
  const columns: Column<Comparison>[] = [
    { title: "metric", align: "left", cell: ({ metric }) => terminalText(plain(metricWords(metric))) },
    { title: "base", align: "right", cell: (row) => sideText(sidesOf(row).base, step < 1) },
    { title: "this run", align: "right", cell: (row) => sideText(sidesOf(row).head, step < 1) },
    { title: "change", align: "right", cell: (row) => changeText(row, step < 3) },
    {
      title: "verdict",
      align: "left",
      cell: (row) => verdictText(row, report, step),
      style: styleOf,
    },
  ];
  return step < 5 ? columns : columns.filter(({ title }) => title !== "base");
}

/** Reasons go first: the verdict sentence above the table has the worst of them already. */
function verdictText(row: Comparison, report: Report, step: number): string {
  const short = step >= 4 || (step >= 2 && WITH_REASON.has(row.verdict));
  return (short ? row.verdict : terminalText(plain(verdictOf(row, report)))) + informativeMark(row);
}

function sideText({ value, spread }: SideText, withSpread: boolean): string {
  return terminalText(withSpread && spread !== "" ? `${value} ${spread}` : value);
}

function changeText(row: Comparison, withInterval: boolean): string {
  const { size, sense, interval } = changeOf(row);
  const parts = [size, sense, withInterval && interval !== "" ? `(${interval})` : ""];
  return parts.filter((part) => part !== "").join(" ");
}

function styleOf(comparison: Comparison): Style {
  const { verdict, unconfirmed } = comparison;
  if (isAccepted(comparison)) return "dim";
  switch (verdict) {
    case "failed":
      return "red";
    case "regression":
      return unconfirmed ? "yellow" : "red";
    case "improvement":
      return "green";
    case "incomparable":
    case "no-baseline":
    case "inconclusive":
      return "yellow";
    case "no-change":
      return "dim";
  }
}

/** MLX beside PyTorch, where both did the same work. */
export function frameworkLines(pairs: readonly FrameworkPair[], look: Look): string {
  const groups = pairs.map((pair) => ({
    name: `${terminalText(pair.title)} · ${pair.torch.backend}, ${pair.mlx.backend}`,
    rows: frameworkRows(pair),
  }));
  return table(
    groups,
    [
      { title: "same work", align: "left", cell: ({ name }) => name },
      { title: "PyTorch", align: "right", cell: ({ torch }) => terminalText(torch) },
      { title: "MLX", align: "right", cell: ({ mlx }) => terminalText(mlx) },
      { title: "MLX beside PyTorch", align: "left", cell: ({ ratio }) => ratio },
    ],
    look,
  );
}

const LINES = ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"];
const MORE_LINES = ["left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"];
const NO_LINES: Record<string, string> = Object.fromEntries([...LINES, ...MORE_LINES].map((name) => [name, ""]));

/** Columns that would be empty disappear. The name of a group has a line of its own, however long it is. */
function table<Row>(groups: readonly Group<Row>[], columns: readonly Column<Row>[], { colour }: Look): string {
  const kept = columns.filter(({ cell }) => groups.some(({ rows }) => rows.some((row) => cell(row) !== "")));
  if (kept.length === 0) return "";
  const paint = painter(colour);
  const drawn = new Table({
    chars: NO_LINES,
    style: { "padding-left": 0, "padding-right": 2, head: [], border: [], compact: true },
    colAligns: kept.map(({ align }) => align),
  });
  drawn.push(kept.map(({ title, align }) => paint("dim", align === "left" ? `  ${title}` : title)));
  for (const row of groups.flatMap(({ rows }) => rows)) {
    drawn.push(
      kept.map(({ cell, style }, index) => {
        const text = (index === 0 ? "  " : "") + cell(row);
        return style === undefined ? text : paint(style(row), text);
      }),
    );
  }
  const [head = "", ...lines] = drawn.toString().split("\n");
  return [head, ...groups.flatMap(({ name, rows }) => [paint("bold", name), ...lines.splice(0, rows.length)])].join(
    "\n",
  );
}

/** Of the rows; names are lines of their own. */
function widest(text: string): number {
  const lines = stripVTControlCharacters(text).split("\n");
  return Math.max(...lines.filter((line) => line.startsWith("  ")).map((line) => line.trimEnd().length));
}
