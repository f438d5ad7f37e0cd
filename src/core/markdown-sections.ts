/** The collapsed sections of the comment, each from the report alone. */
import { trendOf } from "./cells.ts";
import { decisionOf, gateLine } from "./decided.ts";
import { codeBlock, inertText } from "./escape.ts";
import { failureInWords } from "./failure-words.ts";
import { benchmarkIds, benchmarkName } from "./findings.ts";
import type { JointReport } from "./joint.ts";
import { bullets, details, drawSentence, type Markdown } from "./markdown-parts.ts";
import { comparisonTable, everyRow, worstOf } from "./markdown-tables.ts";
import { benchmarkCount, rowsOf, runnerKeys } from "./parts.ts";
import type { Report } from "./report.ts";
import { reproducedWith, reproduceOf } from "./reproduce.ts";
import { among, listed, named, plain, say, type Sentence } from "./sentence.ts";
import { counted } from "./units.ts";

/** Of a section, lines that hold for some runners only, for every runner that lists tell of. */
const MOST_OWN_LINES = 4;

/** How much of each section is drawn. */
export interface Detail {
  /** Rows of one table. */
  readonly rows: number;
  /** Unchanged metrics beside the primary one. */
  readonly others: boolean;
  /** The newest points of every series as a line of blocks, and how far the values of both sides spread. */
  readonly trend: boolean;
  readonly spread: boolean;
  /** The facts of machine and software, beyond what differs. */
  readonly facts: boolean;
  /** Items of a list: warnings, errors, disturbances, lines to accept, pairs of frameworks. */
  readonly items: number;
  /** Runners that a list tells of one by one. */
  readonly runners: number;
  /** Characters of one error text. */
  readonly text: number;
}

/** Where something was found: needed only where there are several runners. */
export function onRunner({ reports }: Pick<JointReport, "reports">, { runner_key }: Report): Sentence {
  return runnerKeys(reports).length > 1 ? say` on ${named(runner_key)}` : [];
}

export function failuresSection(joint: JointReport, { items, text }: Detail): Markdown {
  const failures = joint.reports.flatMap((report) => report.failures.map((failure) => ({ report, failure })));
  const blocks = failures
    .slice(0, items)
    .flatMap(({ report, failure }) => [
      `${drawSentence(say`${benchmarkName(failure)}${onRunner(joint, report)}`)} ${failureInWords(failure)}:`,
      failure.message.trim() === "" ? "(no message)" : codeBlock(failure.message, text),
    ]);
  return details(counted(failures.length, "error"), blocks);
}

interface Warning {
  readonly message: string;
  readonly where: Sentence;
}

/** Equal ones of several runners are one. */
export function warningsOf(joint: JointReport): Warning[] {
  const { reports } = joint;
  const [only, ...more] = reports;
  const own = joint.warnings.map((message): Warning => ({ message, where: [] }));
  if (only !== undefined && more.length === 0) {
    const total = benchmarkIds(only.comparisons).length;
    return [...own, ...only.warnings.map(({ message, benchmarks }) => ({ message, where: among(benchmarks, total) }))];
  }
  const runners = new Map<string, string[]>();
  for (const { warnings, runner_key } of reports) {
    for (const { message } of warnings) runners.set(message, [...(runners.get(message) ?? []), runner_key]);
  }
  const everywhere: Sentence = ["every runner"];
  return [
    ...own,
    ...[...runners].map(([message, keys]) => ({
      message,
      where: keys.length === reports.length ? everywhere : listed([...new Set(keys)]),
    })),
  ];
}

export function warningsSection(joint: JointReport, { items }: Detail): Markdown {
  const warnings = warningsOf(joint);
  const lines = warnings.slice(0, items).map(({ message, where }) => {
    const place = drawSentence(where);
    return inertText(message) + (place === "" ? "" : ` (${place})`);
  });
  return details(counted(warnings.length, "warning"), [bullets(lines)]);
}

export function everySection(joint: JointReport, { rows, others, trend, spread }: Detail): Markdown {
  const listedRows = others ? rowsOf(joint) : everyRow(joint).speed;
  const drawn = worstOf(listedRows, rows);
  const count = benchmarkCount(joint.reports);
  const legend = [
    drawn.every(({ comparison }) => comparison.effect === null)
      ? ""
      : "The change is signed as the metric is: − means less of it. Better is more per second, less time and less memory; a loss may not move.",
    spread && drawn.some(({ comparison: { base, head } }) => (base?.spread ?? head?.spread ?? null) !== null)
      ? "± is one standard deviation: of the base between stored jobs or paired runs, of this change between runs."
      : "",
    trend && drawn.some(({ comparison }) => trendOf(comparison) !== "")
      ? "The trend holds the newest points of the series, at most 30, this job as the last."
      : "",
  ].filter((sentence) => sentence !== "");
  return details(count === 1 ? "The benchmark in full" : `All ${counted(count, "benchmark")}`, [
    comparisonTable(joint, drawn, { emphasis: false, trend: trend ? "always" : "never", spread }),
    legend.join(" "),
  ]);
}

/** Every line once: as it is where it holds for all runners, else after the names of those it holds for. */
export function decidedSection(joint: JointReport, { items, runners }: Detail): Markdown {
  const { reports, gate } = joint;
  const lines = new Map<string, { readonly line: Sentence; readonly keys: string[] }>();
  for (const report of reports) {
    for (const line of decisionOf(report, items, joint)) {
      const known = lines.get(plain(line));
      if (known === undefined) lines.set(plain(line), { line, keys: [report.runner_key] });
      else known.keys.push(report.runner_key);
    }
  }
  const isCommon = ({ keys }: { readonly keys: readonly string[] }): boolean => keys.length === reports.length;
  const common = [...lines.values()].filter(isCommon).map(({ line }) => line);
  const own = [...lines.values()].filter((entry) => !isCommon(entry)).slice(0, MOST_OWN_LINES * runners);
  const told = own.map(({ line, keys }) => say`${listed([...new Set(keys)])}: ${line}`);
  return details("How it was decided", [bullets([...common, ...told, gateLine(gate)].map(drawSentence))]);
}

/** Runners that measure the same by the same command are told together. */
export function reproduceSection({ reports }: JointReport, { runners }: Detail): Markdown {
  const commands = Map.groupBy(reports, reproduceOf);
  const blocks = [...commands].slice(0, runners).flatMap(([command, alike]) => {
    const where = drawSentence(listed(runnerKeys(alike)));
    const by = alike.slice(0, 1).map(reproducedWith).join("");
    return [
      `On ${where}, in a checkout of the repository with finetune-bench checked out beside it (${by}):`,
      codeBlock(command, 2000, "sh"),
    ];
  });
  return details("How to reproduce", blocks);
}
