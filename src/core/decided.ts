/** How the verdicts were reached, with the numbers used. */
import { ACCEPT_FILE } from "./accept.ts";
import { controlInDetail } from "./control-words.ts";
import { isShown } from "./findings.ts";
import { isAccepted, isGated } from "./gate.ts";
import type { JointReport } from "./joint.ts";
import type { Comparison } from "./comparison.ts";
import type { Estimator } from "./metrics.ts";
import { baseInWords, notesOf, pairsInWords } from "./pair-words.ts";
import { rowsOf, runnerKeys } from "./parts.ts";
import { FIRST_LOOK, LAST_LOOK, LOOK_ALPHA } from "./pairs.ts";
import { ALPHA } from "./prediction.ts";
import { qualifiedInDetail } from "./qualification-words.ts";
import type { Report } from "./report.ts";
import { named, say, type Sentence } from "./sentence.ts";
import { counted, formatDuration, formatPercent } from "./units.ts";

const ESTIMATOR_WORDS: Readonly<Record<Estimator, string>> = {
  minimum: "its fastest timed step",
  median: "the median of its timed steps",
  maximum: "the peak",
  last: "the last value",
  total: "the total over its timed steps",
  reported: "the value its program reported",
};

/**
 * One sentence a line, only about what this report judged, without its gate.
 *
 * @param notes how many notes of the confirmation are told
 * @param joint the report that it is part of, whose speeds are tested together
 */
export function decisionOf(report: Report, notes: number, joint: Pick<JointReport, "reports">): Sentence[] {
  const judged = report.comparisons.filter(isShown);
  const family = familyOf(joint);
  return [
    ...estimatorLines(report, judged),
    ...speedLines(report, judged, family),
    ...pairLines(report, judged, { notes, family }),
    ...bandLines(report, judged),
    ...controlLines(report),
    ...(judged.some(isAccepted)
      ? [say`Accepted changes stand in ${named(ACCEPT_FILE)} of the measured commit. The gate passes over them.`]
      : []),
    ...qualifiedInDetail(report),
  ];
}

export function gateLine({ gate, reason }: Report["gate"]): Sentence {
  return say`Gate: ${named(gate)} (${reason}).`;
}

function estimatorLines({ suite }: Report, judged: readonly Comparison[]): Sentence[] {
  const primary = judged.flatMap(({ metric }) => (metric?.primary === true ? [metric.estimator] : []));
  const words = [...new Set(primary)].map((estimator) => ESTIMATOR_WORDS[estimator]);
  if (words.length === 0) return [];
  return [
    [
      `Speed of a run: ${words.join(" or ")}. Of a benchmark: the geometric mean of its ${counted(suite.repeats, "run")}.`,
    ],
  ];
}

function familyOf(joint: Pick<JointReport, "reports">): string {
  const family = rowsOf(joint).filter(({ comparison }) => isGated(comparison) && comparison.metric?.primary === true);
  const runners = runnerKeys(joint.reports).length;
  const where = runners > 1 ? ` on ${runners} runners` : "";
  return `Holm over ${counted(family.length, "primary metric")}${where}`;
}

/** Speed against the history, and what both stages call a change and no change. */
function speedLines({ suite, baseline }: Report, judged: readonly Comparison[], family: string): Sentence[] {
  const speeds = judged.filter(({ metric }) => metric?.class === "throughput");
  const isHistory = baseline !== null && !baseline.stale;
  if (speeds.length === 0 || (!isHistory && speeds.every(({ pairs }) => pairs === 0))) return [];
  const lines: Sentence[] = [];
  const change = `A change is one when it is at least ${formatPercent(suite.min_effect)} and significant`;
  if (isHistory) {
    lines.push([
      `Judged against ${counted(baseline.jobs, "stored job")} of this runner. ${change} at ${formatPercent(ALPHA)} (${family}).`,
    ]);
  } else {
    lines.push([`${change}.`]);
  }
  const clear = formatPercent(0.75 * suite.min_effect);
  lines.push([
    `No change needs a 99 % interval within ±${formatPercent(suite.max_tolerated)} and a change below ${clear}. All else is inconclusive.`,
  ]);
  if (suite.auto_tighten) lines.push(["Both limits are halved where the runs of a job differ by less than 0.5 %."]);
  if (judged.some(({ unconfirmed }) => unconfirmed)) {
    lines.push(["Unconfirmed: history alone was asked, and one odd run cannot be told from a change that way."]);
  }
  return lines;
}

function pairLines(
  report: Report,
  judged: readonly Comparison[],
  { notes, family }: { readonly notes: number; readonly family: string },
): Sentence[] {
  const { confirmation } = report;
  const lines: Sentence[] = [];
  const paired = judged.filter(({ pairs }) => pairs > 0);
  const speeds = paired.filter(({ metric }) => metric?.class === "throughput");
  if (speeds.length > 0) {
    lines.push(
      say`What the history did not clear ran in pairs: ${baseInWords(report)} and the head interleaved in this job, base head head base, after one discarded warm-up of each. Those rows show that base, measured today.`,
      [
        `They are looked at after ${FIRST_LOOK} and after ${counted(LAST_LOOK, "pair")}, each time at ${formatPercent(LOOK_ALPHA)} (${family}); runs of the history help to know how far runs differ.`,
      ],
    );
  }
  const others = paired.filter(({ metric }) => metric?.class === "memory" || metric?.class === "loss");
  if (others.length > 0) {
    lines.push(
      say`Memory and loss: changes were checked against ${baseInWords(report)}, measured today (${pairsInWords(others)}).`,
    );
  }
  if (confirmation !== null) {
    const { planned_s: planned, spent_s: spent } = confirmation;
    if (planned + spent > 0) {
      lines.push([`Confirming was to take ${formatDuration(planned)} and took ${formatDuration(spent)}.`]);
    }
    lines.push(...notesOf(report, notes));
  }
  return lines;
}

function bandLines({ baseline }: Report, judged: readonly Comparison[]): Sentence[] {
  const lines: Sentence[] = [];
  const isJudged = (name: "memory" | "loss"): boolean =>
    judged.some(({ metric, base }) => metric?.class === name && (base !== null || baseline?.stale === false));
  if (isJudged("memory")) {
    lines.push([
      "Peak memory: a change is more than 1 %, and more than 5 times the usual spread, away from the history's median.",
    ]);
  }
  if (isJudged("loss")) {
    lines.push([
      "Final loss, same seed and data: may not move either way by more than 0.5 % and 5 times the usual spread.",
    ]);
  }
  return lines;
}

function controlLines(report: Report): Sentence[] {
  if (report.control.length === 0) return [];
  return [
    ...controlInDetail(report),
    [
      "The control workload is fixed work whose code never changes. The machine moved when its runs differ from their history by more than 2 %, and by more than chance does.",
    ],
  ];
}
