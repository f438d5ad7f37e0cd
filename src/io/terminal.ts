/** The report on a terminal: the verdict first, then what to do, the tables, and where the files are. */
import path from "node:path";
import { believableOf } from "../core/believable.ts";
import { terminalText } from "../core/escape.ts";
import { iconFor } from "../core/icons.ts";
import { qualifiedInWords } from "../core/qualification-words.ts";
import type { Report } from "../core/report.ts";
import { sentenceCase } from "../core/sentence.ts";
import { line, listsOf, type List } from "./terminal-lists.ts";
import { comparisonLines, frameworkLines, painter } from "./terminal-tables.ts";

export interface TerminalOptions {
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** Path of the results folder. */
  readonly results: string;
}

/** Ends with a new line. No line of it can be read as a workflow command. */
export function renderTerminal(report: Report, options: TerminalOptions): string {
  const paint = painter(options.colour);
  const blocks = [
    paint("bold", `${iconFor(report)} ${line(report.headline)}`),
    report.advice.map(line).join("\n"),
    report.store_faults.map((fault) => terminalText(fault, 2000)).join("\n"),
    comparisonLines(report, options),
    sentenceCase(
      [...believableOf(report), qualifiedInWords(report)]
        .map(line)
        .filter((phrase) => phrase !== "")
        .join(" · "),
    ),
    ...listsOf(report).map(({ title, items }) => list({ title: paint("bold", title), items })),
    frameworkLines(report.frameworks, options),
    list({ title: paint("bold", "Files"), items: files(options.results) }),
  ];
  const text = blocks.filter((block) => block !== "").join("\n\n");
  return `${text.replaceAll(/^(\s*)::/gm, "$1: :").replaceAll(/ +$/gm, "")}\n`;
}

function list({ title, items }: List): string {
  return items.length === 0 ? "" : [title, ...items.map((item) => `  ${item}`)].join("\n");
}

function files(results: string): string[] {
  return [
    `report   ${terminalText(path.join(results, "report.md"), 1000)}`,
    `numbers  ${terminalText(path.join(results, "result.json"), 1000)}`,
    `logs     ${terminalText(path.join(results, "runs"), 1000)}`,
  ];
}
