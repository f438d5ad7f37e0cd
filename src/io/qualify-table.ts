/** What a runner can detect, on a terminal: the verdict first, then the numbers, what disturbed them, and where they are. */
import path from "node:path";
import { terminalText } from "../core/escape.ts";
import type { QualifiedBenchmark } from "../core/qualification.ts";
import { adviceOf, headlineOf, isQualified, type Qualified } from "../core/qualify-words.ts";
import { plain, type Sentence } from "../core/sentence.ts";
import { formatChange, formatDuration, formatInterval, formatPercent } from "../core/units.ts";
import { plainTable, type PlainColumn } from "./plain-table.ts";
import { painter } from "./terminal-tables.ts";

export interface QualifyLook {
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

/** Ends with a new line. No line of it can be read as a workflow command. */
export function renderQualified(found: Qualified, look: QualifyLook): string {
  const paint = painter(look.colour);
  const [verdict = [], ...more] = headlineOf(found);
  const list = (title: string, items: readonly string[]): string =>
    items.length === 0 ? "" : [paint("bold", title), ...items.map((item) => `  ${terminalText(item, 500)}`)].join("\n");
  const blocks = [
    [paint(["bold", isQualified(found) ? "green" : "yellow"], line(verdict)), ...more.map(line)].join("\n"),
    table(found, look),
    adviceOf(found).map(line).join("\n"),
    list("Notes", found.notes),
    list(
      "Not qualified",
      found.unqualified.map(({ benchmark, message }) => `${benchmark}: ${lastLine(message)}`),
    ),
    list("Disturbed", found.qualification.disturbances),
    list("Warnings", found.warnings),
    list("Files", files(found)),
  ];
  const text = blocks.filter((block) => block !== "").join("\n\n");
  return `${text.replaceAll(/^(\s*)::/gm, "$1: :")}\n`;
}

function line(sentence: Sentence): string {
  return terminalText(plain(sentence), 2000);
}

/** Errors end with what matters; the whole text is in the logs. */
function lastLine(message: string): string {
  return message.trim().split("\n").at(-1) ?? "";
}

function files({ results, saved }: Qualified): string[] {
  return [
    ...(saved === null ? [] : [saved.saved ? `saved: ${saved.where}` : `not saved: ${saved.warning}`]),
    `numbers: ${path.join(results, "qualification.json")}`,
    `runs: ${path.join(results, "runs")}, those slowed down in ${path.join(results, "injected", "runs")}`,
  ];
}

type Column = PlainColumn<QualifiedBenchmark>;

/** Times go first where the terminal is narrow, then the interval of the injected slow-down. */
function table({ qualification, slowdown }: Qualified, { width }: QualifyLook): string {
  const drawn = [columns(slowdown, true, true), columns(slowdown, true, false), columns(slowdown, false, false)].map(
    (kept) => plainTable(qualification.benchmarks, kept),
  );
  return drawn.find((text) => text.split("\n").every((row) => row.length <= width)) ?? drawn.at(-1) ?? "";
}

function columns(slowdown: number, withInterval: boolean, withTimes: boolean): Column[] {
  const times: Column[] = [
    { title: "cleared in", align: "right", cell: ({ clear_s: seconds }) => formatDuration(seconds) },
    { title: "confirmed in", align: "right", cell: ({ confirm_s: seconds }) => formatDuration(seconds) },
  ];
  return [
    { title: "benchmark", align: "left", cell: ({ benchmark }) => terminalText(benchmark, 80) },
    { title: "run CV", align: "right", cell: ({ run_cv: cv }) => formatPercent(cv) },
    { title: "drift", align: "right", cell: ({ drift }) => formatChange(drift) },
    { title: "4 pairs find", align: "right", cell: ({ smallest_4_pairs: share }) => formatPercent(share) },
    { title: "10 pairs find", align: "right", cell: ({ smallest_10_pairs: share }) => formatPercent(share) },
    { title: "unchanged", align: "left", cell: ({ unchanged }) => unchanged },
    { title: `${formatPercent(slowdown)} slower`, align: "left", cell: (row) => injectedCell(row, withInterval) },
    ...(withTimes ? times : []),
  ];
}

function injectedCell({ injected }: QualifiedBenchmark, withInterval: boolean): string {
  if (injected === null) return "not injected";
  const { effect, interval, caught, pairs } = injected;
  const size = `${formatChange(effect)}${withInterval ? ` (${formatInterval(interval)})` : ""}`;
  return `${caught ? "caught" : "missed"}, ${size}, ${pairs} pairs`;
}
