/** The collapsed sections of the comment, each from the report alone. */
import { decisionOf } from "./decided.ts";
import { codeBlock, codeSpan, inertText } from "./escape.ts";
import { failureInWords } from "./failure-words.ts";
import { benchmarkIds, benchmarkName, isShown } from "./findings.ts";
import { bullets, details, drawSentence, type Markdown } from "./markdown-parts.ts";
import { comparisonTable, everyRow } from "./markdown-tables.ts";
import type { Report } from "./report.ts";
import { reproduceOf } from "./reproduce.ts";
import { among } from "./sentence.ts";
import { counted } from "./units.ts";

/** How much of each section is drawn. */
export interface Detail {
  /** Rows of one table. */
  readonly rows: number;
  /** Unchanged metrics beside the primary one. */
  readonly others: boolean;
  /** The facts of machine and software, beyond what differs. */
  readonly facts: boolean;
  /** Items of a list: warnings, errors, disturbances, lines to accept, pairs of frameworks. */
  readonly items: number;
  /** Characters of one error text. */
  readonly text: number;
}

export function failuresSection(report: Report, { items, text }: Detail): Markdown {
  const blocks = report.failures
    .slice(0, items)
    .flatMap((failure) => [
      `${drawSentence(benchmarkName(failure))} ${failureInWords(failure)}:`,
      failure.message.trim() === "" ? "(no message)" : codeBlock(failure.message, text),
    ]);
  return details(counted(report.failures.length, "error"), blocks);
}

export function warningsSection({ warnings, comparisons }: Report, { items }: Detail): Markdown {
  const total = benchmarkIds(comparisons).length;
  const lines = warnings.slice(0, items).map(({ message, benchmarks }) => {
    const where = drawSentence(among(benchmarks, total));
    return inertText(message) + (where === "" ? "" : ` (${where})`);
  });
  return details(counted(warnings.length, "warning"), [bullets(lines)]);
}

export function everySection(report: Report, { rows, others }: Detail): Markdown {
  const every = everyRow(report);
  const listed = others ? inOrder(report, [...every.speed, ...every.others]) : every.speed;
  const count = benchmarkIds(report.comparisons).length;
  return details(count === 1 ? "The benchmark in full" : `All ${counted(count, "benchmark")}`, [
    comparisonTable(report, listed.slice(0, rows), false),
    listed.every(({ effect }) => effect === null)
      ? ""
      : "The change is signed as the metric is: − means less of it. Better is more per second, less time and less memory; a loss may not move.",
  ]);
}

/** As they were measured, each benchmark's metrics together. */
function inOrder(report: Report, rows: readonly Report["comparisons"][number][]): Report["comparisons"] {
  const wanted = new Set(rows);
  return report.comparisons.filter((row) => isShown(row) && wanted.has(row));
}

export function decidedSection(report: Report, { items }: Detail): Markdown {
  return details("How it was decided", [bullets(decisionOf(report, items).map(drawSentence))]);
}

export function reproduceSection(report: Report): Markdown {
  return details("How to reproduce", [
    `On ${codeSpan(report.runner_key)}, in a checkout of the repository with finetune-bench checked out beside it (Node 24):`,
    codeBlock(reproduceOf(report), 2000, "sh"),
  ]);
}
