/** The report on a terminal: the verdict first, then what to do, the tables, and where the files are. */
import path from "node:path";
import { believableOfJoint } from "../core/believable-joint.ts";
import { terminalText } from "../core/escape.ts";
import { iconFor } from "../core/icons.ts";
import type { JointReport } from "../core/joint.ts";
import { besideOf } from "../core/parts.ts";
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
  /** Of a report on what other jobs measured: their numbers and logs lie elsewhere. */
  readonly isCollected?: boolean;
}

/** Ends with a new line. No line of it can be read as a workflow command. */
export function renderTerminal(joint: JointReport, options: TerminalOptions): string {
  const paint = painter(options.colour);
  const { reports } = joint;
  const faults = new Set(reports.flatMap(({ store_faults }) => store_faults));
  const runnerOf = ({ runner_key }: Report): string =>
    reports.length === 1 ? "" : `${paint("bold", paint("underline", terminalText(runner_key)))}\n\n`;
  const tables = reports.map((report) => runnerOf(report) + comparisonLines(report, options));
  const blocks = [
    paint("bold", `${iconFor(joint)} ${line(joint.headline)}`),
    joint.advice.map(line).join("\n"),
    joint.beside.map((entry) => `- ${besideOf(entry).map(line).join(" ")}`).join("\n"),
    [...faults].map((fault) => terminalText(fault, 2000)).join("\n"),
    ...tables,
    sentenceCase(
      [...believableOfJoint(joint), ...(reports.length === 1 ? reports.map(qualifiedInWords) : [])]
        .map(line)
        .filter((phrase) => phrase !== "")
        .join(" · "),
    ),
    ...listsOf(joint).map(({ title, items }) => list({ title: paint("bold", title), items })),
    frameworkLines(
      reports.flatMap(({ frameworks }) => frameworks),
      options,
    ),
    list({ title: paint("bold", "Files"), items: files(options) }),
  ];
  const text = blocks.filter((block) => block !== "").join("\n\n");
  return `${text.replaceAll(/^(\s*)::/gm, "$1: :").replaceAll(/ +$/gm, "")}\n`;
}

function list({ title, items }: List): string {
  return items.length === 0 ? "" : [title, ...items.map((item) => `  ${item}`)].join("\n");
}

function files({ results, isCollected = false }: TerminalOptions): string[] {
  if (isCollected) return [`report   ${terminalText(results, 1000)}`];
  return [
    `report   ${terminalText(path.join(results, "report.md"), 1000)}`,
    `numbers  ${terminalText(path.join(results, "result.json"), 1000)}`,
    `logs     ${terminalText(path.join(results, "runs"), 1000)}`,
  ];
}
