/** The report on a terminal: the verdict first, then what to do, the tables, and where the files are. */
import path from "node:path";
import { believableOf } from "../core/believable.ts";
import { terminalText } from "../core/escape.ts";
import { benchmarkIds } from "../core/findings.ts";
import { benchmarkName, failureInWords } from "../core/headline.ts";
import { iconFor } from "../core/icons.ts";
import type { Failure, Report } from "../core/report.ts";
import { among, plain, sentenceCase, type Sentence } from "../core/sentence.ts";
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
  const total = benchmarkIds(report.comparisons).length;
  const paint = painter(options.colour);
  const blocks = [
    paint("bold", `${iconFor(report)} ${line(report.headline)}`),
    report.advice.map(line).join("\n"),
    report.store_faults.map((fault) => terminalText(fault, 2000)).join("\n"),
    comparisonLines(report, options),
    sentenceCase(believableOf(report).map(line).join(" · ")),
    list(paint("bold", "Errors"), report.failures.map(failure)),
    list(
      paint("bold", "Warnings"),
      report.warnings.map((item) => warning(item, total)),
    ),
    frameworkLines(report.frameworks, options),
    list(paint("bold", "Files"), files(options.results)),
  ];
  const text = blocks.filter((block) => block !== "").join("\n\n");
  return `${text.replaceAll(/^(\s*)::/gm, "$1: :").replaceAll(/ +$/gm, "")}\n`;
}

function line(sentence: Sentence): string {
  return terminalText(plain(sentence), 2000);
}

function list(title: string, items: readonly string[]): string {
  return items.length === 0 ? "" : [title, ...items.map((item) => `  ${item}`)].join("\n");
}

/** Errors end with what matters; the whole text is in the files. */
function failure(failed: Failure): string {
  const last = failed.message.trim().split("\n").at(-1) ?? "";
  const words = failureInWords(failed);
  return `${line(benchmarkName(failed))} ${words}${last === "" || last === words ? "" : `: ${terminalText(last)}`}`;
}

function warning({ message, benchmarks }: Report["warnings"][number], total: number): string {
  const where = line(among(benchmarks, total));
  return terminalText(message) + (where === "" ? "" : ` (${where})`);
}

function files(results: string): string[] {
  return [
    `report   ${terminalText(path.join(results, "report.md"), 1000)}`,
    `numbers  ${terminalText(path.join(results, "result.json"), 1000)}`,
    `logs     ${terminalText(path.join(results, "runs"), 1000)}`,
  ];
}
