/** The report as the comment people read in ten seconds, and as the job's summary. */
import { believableOfJoint } from "./believable-joint.ts";
import { codeBlock } from "./escape.ts";
import { iconFor } from "./icons.ts";
import type { JointReport } from "./joint.ts";
import { acceptSection, changePointsSection, disturbancesSection } from "./markdown-changes.ts";
import { environmentSection } from "./markdown-environment.ts";
import { useSection } from "./markdown-use.ts";
import { footer, leftOut } from "./markdown-footer.ts";
import { frameworksSection } from "./markdown-frameworks.ts";
import { bullets, drawSentence, type Markdown } from "./markdown-parts.ts";
import { runnersSection } from "./markdown-runners.ts";
import {
  decidedSection,
  everySection,
  failuresSection,
  reproduceSection,
  warningsSection,
  type Detail,
} from "./markdown-sections.ts";
import { comparisonTable, movedRows } from "./markdown-tables.ts";
import { besideOf } from "./parts.ts";
import { sentenceCase } from "./sentence.ts";
import { counted } from "./units.ts";

/** GitHub takes 65,536 characters of a comment; bytes are never fewer than characters. */
export const COMMENT_BYTES = 60_000;
/** A step's summary may hold 1 MiB. */
export const SUMMARY_BYTES = 1_000_000;

/** Of the runners that the headline is not about: more would hide the table, and the table of the runners has all of them. */
const MOST_BESIDE = 5;

/** From everything to the least that still tells the verdict: what matters least goes first. */
const LADDER: readonly Detail[] = [
  { rows: 5000, others: true, trend: true, spread: true, facts: true, items: 100, runners: 300, text: 4000 },
  { rows: 1000, others: true, trend: true, spread: true, facts: false, items: 20, runners: 50, text: 1500 },
  { rows: 1000, others: false, trend: true, spread: true, facts: false, items: 10, runners: 20, text: 1500 },
  { rows: 1000, others: false, trend: false, spread: true, facts: false, items: 10, runners: 20, text: 1500 },
  { rows: 1000, others: false, trend: false, spread: false, facts: false, items: 10, runners: 20, text: 1500 },
  { rows: 500, others: false, trend: false, spread: false, facts: false, items: 10, runners: 20, text: 1000 },
  { rows: 300, others: false, trend: false, spread: false, facts: false, items: 10, runners: 20, text: 1000 },
  { rows: 200, others: false, trend: false, spread: false, facts: false, items: 5, runners: 10, text: 1000 },
  { rows: 100, others: false, trend: false, spread: false, facts: false, items: 5, runners: 10, text: 1000 },
  { rows: 50, others: false, trend: false, spread: false, facts: false, items: 5, runners: 10, text: 1000 },
  { rows: 20, others: false, trend: false, spread: false, facts: false, items: 5, runners: 5, text: 500 },
  { rows: 5, others: false, trend: false, spread: false, facts: false, items: 2, runners: 3, text: 300 },
];

/** The comment: at most 60 kB. `marker` is the hidden line by which it is found again. */
export function renderComment(joint: JointReport, options: { readonly marker?: string } = {}): Markdown {
  const marker = options.marker === undefined ? "" : `${options.marker}\n`;
  return marker + fitting(joint, COMMENT_BYTES - byteLength(marker));
}

/** The same for the job's summary page, which has room for more. */
export function renderSummary(joint: JointReport): Markdown {
  return fitting(joint, SUMMARY_BYTES);
}

/** As much of it as fits. */
export function fitting(joint: JointReport, bytes: number): Markdown {
  let drawn = "";
  for (const detail of LADDER) {
    drawn = draw(joint, detail);
    if (byteLength(drawn) <= bytes) return drawn;
  }
  return drawn;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function draw(joint: JointReport, detail: Detail): Markdown {
  const moved = movedRows(joint);
  const faults = new Set(joint.reports.flatMap(({ store_faults }) => store_faults));
  const blocks = [
    `### ${iconFor(joint)} ${drawSentence(joint.headline)}`,
    joint.advice.map(drawSentence).join(" "),
    besideLines(joint),
    // The words of a store name the permission to add, line by line.
    ...[...faults].slice(0, detail.items).map((fault) => codeBlock(fault, detail.text)),
    comparisonTable(joint, moved.slice(0, detail.rows), {
      emphasis: true,
      trend: detail.trend ? "fitting" : "never",
      spread: detail.spread,
    }),
    sentenceCase(believableOfJoint(joint).map(drawSentence).join(" · ")),
    failuresSection(joint, detail),
    acceptSection(joint, detail),
    changePointsSection(joint, detail),
    disturbancesSection(joint, detail),
    warningsSection(joint, detail),
    runnersSection(joint, detail),
    everySection(joint, detail),
    frameworksSection(joint, detail),
    useSection(joint, detail),
    environmentSection(joint, detail),
    decidedSection(joint, detail),
    reproduceSection(joint, detail),
    leftOut(joint, detail, moved.length),
    footer(joint),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function besideLines({ beside }: JointReport): Markdown {
  const told = beside.slice(0, MOST_BESIDE).map((entry) => besideOf(entry).map(drawSentence).join(" "));
  const rest = beside.slice(MOST_BESIDE).flatMap(({ runner_keys }) => runner_keys).length;
  return bullets(rest > 0 ? [...told, `${counted(rest, "more runner")} below, with what each of them says.`] : told);
}
