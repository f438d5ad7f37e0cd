/** The report as the comment people read in ten seconds, and as the job's summary. */
import { believableOf } from "./believable.ts";
import { codeBlock, inertText, link } from "./escape.ts";
import { benchmarkIds } from "./findings.ts";
import { iconFor } from "./icons.ts";
import { offeredChanges } from "./accept-offer.ts";
import { acceptSection, changePointsSection, disturbancesSection } from "./markdown-changes.ts";
import { differencesOf, environmentSection } from "./markdown-environment.ts";
import { frameworksSection } from "./markdown-frameworks.ts";
import { drawSentence, type Markdown } from "./markdown-parts.ts";
import {
  decidedSection,
  everySection,
  failuresSection,
  reproduceSection,
  warningsSection,
  type Detail,
} from "./markdown-sections.ts";
import { comparisonTable, everyRow, movedRows } from "./markdown-tables.ts";
import { qualifiedInWords } from "./qualification-words.ts";
import type { Report } from "./report.ts";
import { sentenceCase } from "./sentence.ts";
import { counted } from "./units.ts";

/** GitHub takes 65,536 characters of a comment; bytes are never fewer than characters. */
export const COMMENT_BYTES = 60_000;
/** A step's summary may hold 1 MiB. */
export const SUMMARY_BYTES = 1_000_000;

/** From everything to the least that still tells the verdict: what matters least goes first. */
const LADDER: readonly Detail[] = [
  { rows: 1000, others: true, facts: true, items: 100, text: 4000 },
  { rows: 1000, others: true, facts: false, items: 20, text: 1500 },
  { rows: 1000, others: false, facts: false, items: 10, text: 1500 },
  { rows: 500, others: false, facts: false, items: 10, text: 1000 },
  { rows: 300, others: false, facts: false, items: 10, text: 1000 },
  { rows: 200, others: false, facts: false, items: 5, text: 1000 },
  { rows: 100, others: false, facts: false, items: 5, text: 1000 },
  { rows: 50, others: false, facts: false, items: 5, text: 1000 },
  { rows: 20, others: false, facts: false, items: 5, text: 500 },
  { rows: 5, others: false, facts: false, items: 2, text: 300 },
];

/** The comment: at most 60 kB. `marker` is the hidden line by which it is found again. */
export function renderComment(report: Report, options: { readonly marker?: string } = {}): Markdown {
  const marker = options.marker === undefined ? "" : `${options.marker}\n`;
  return marker + fitting(report, COMMENT_BYTES - byteLength(marker));
}

/** The same for the job's summary page, which has room for more. */
export function renderSummary(report: Report): Markdown {
  return fitting(report, SUMMARY_BYTES);
}

function fitting(report: Report, bytes: number): Markdown {
  let drawn = "";
  for (const detail of LADDER) {
    drawn = draw(report, detail);
    if (byteLength(drawn) <= bytes) return drawn;
  }
  return drawn;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function draw(report: Report, detail: Detail): Markdown {
  const moved = movedRows(report);
  const blocks = [
    `### ${iconFor(report)} ${drawSentence(report.headline)}`,
    report.advice.map(drawSentence).join(" "),
    // The words of a store name the permission to add, line by line.
    ...report.store_faults.map((fault) => codeBlock(fault, detail.text)),
    comparisonTable(report, moved.slice(0, detail.rows), true),
    sentenceCase(believableOf(report).map(drawSentence).join(" · ")),
    failuresSection(report, detail),
    acceptSection(report, detail),
    changePointsSection(report, detail),
    disturbancesSection(report, detail),
    warningsSection(report, detail),
    everySection(report, detail),
    frameworksSection(report.frameworks.slice(0, detail.items)),
    environmentSection(report, detail),
    decidedSection(report, detail),
    reproduceSection(report),
    leftOut(report, detail, moved.length),
    footer(report),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function missing(count: number, most: number, noun: string): string {
  return count > most ? counted(count - most, noun) : "";
}

/** Says what had no room, and where it is. */
function leftOut(report: Report, detail: Detail, moved: number): Markdown {
  const { speed, others } = everyRow(report);
  const { failures, warnings, frameworks, change_points, disturbances } = report;
  const rows = detail.others
    ? missing(speed.length + others.length, detail.rows, "row")
    : counted(others.length + Math.max(0, speed.length - detail.rows), "row");
  const parts = [
    missing(moved, detail.rows, "changed row"),
    rows === "0 rows" || rows === ""
      ? ""
      : `${rows} of all ${counted(benchmarkIds(report.comparisons).length, "benchmark")}`,
    missing(failures.length, detail.items, "error"),
    missing(warnings.length, detail.items, "warning"),
    missing(frameworks.length, detail.items, "framework pair"),
    missing(differencesOf(report).length, detail.rows, "difference"),
    missing(offeredChanges(report).length, detail.items, "acceptable change"),
    missing(change_points.length, detail.rows, "lasting change"),
    missing(disturbances.length, detail.items, "disturbance"),
    detail.facts ? "" : "the facts of machine and software",
  ].filter((part) => part !== "");
  if (parts.length === 0) return "";
  const url = report.links.artifact_url;
  const where = url === null ? "the results folder" : link("the artifact", url);
  return `Left out for length: ${parts.join(", ")}. All of it is in ${where}.`;
}

function footer(report: Report): Markdown {
  const { links, version } = report;
  const parts = [
    links.artifact_url === null ? "" : link("artifact", links.artifact_url),
    links.run_url === null ? "" : link("run", links.run_url),
    `finetune-bench ${inertText(version)}`,
    drawSentence(qualifiedInWords(report)),
  ];
  return `<sub>${parts.filter((part) => part !== "").join(" · ")}</sub>`;
}
