/** The one line that makes a verdict believable: what else is unchanged, what was ruled out, against what, how long. */
import { controlInWords } from "./control-words.ts";
import { disturbedInWords, ofCandidate } from "./disturbances.ts";
import { benchmarkIds, isShown } from "./findings.ts";
import { isGated } from "./gate.ts";
import { leadOf } from "./lead.ts";
import { baseInWords, pairsInWords } from "./pair-words.ts";
import type { Report } from "./report.ts";
import { named, say, type Sentence } from "./sentence.ts";
import { counted, formatAge, formatDuration, formatPercent } from "./units.ts";

/** Phrases in their order; the drawing puts the dots between them. */
export function believableOf(report: Report): Sentence[] {
  const { job } = report;
  const phrases: Sentence[] = [];
  const unchanged = unchangedCount(report);
  const moved = benchmarkIds(report.comparisons).length - unchanged;
  if (moved > 0 && unchanged > 0) phrases.push([`${counted(unchanged, "other benchmark")} unchanged`]);
  // Beside a lasting change it would speak of the new level only, and seem to contradict it.
  const ruledOut = leadOf(report).about === "change-point" ? null : slowestPossible(report);
  if (ruledOut !== null) phrases.push([`rules out slow-downs above ${formatPercent(ruledOut)}`]);
  phrases.push(...controlInWords(report), runsOf(report));
  const disturbed = disturbedInWords(ofCandidate(report));
  if (disturbed.length > 0) phrases.push(disturbed);
  phrases.push(...historyOf(report), [minutesOf(report)]);
  if (job.dirty) phrases.push(["with uncommitted changes"]);
  phrases.push(...recordOf(report));
  return phrases;
}

export function unchangedCount({ comparisons }: Report): number {
  const shown = comparisons.filter(isShown);
  const moved = new Set(shown.filter(({ verdict }) => verdict !== "no-change").map(({ benchmark }) => benchmark));
  return benchmarkIds(shown).filter((id) => !moved.has(id)).length;
}

/** The worst change that the intervals still allow where every speed was cleared; null where one was not, or is not known. */
export function slowestPossible({ comparisons }: Report): number | null {
  const speeds = comparisons.filter((comparison) => isGated(comparison) && comparison.metric?.class === "throughput");
  if (speeds.length === 0 || comparisons.some(({ metric }) => metric === null)) return null;
  let worst = 0;
  for (const { verdict, interval, metric } of speeds) {
    if (verdict !== "no-change" || interval === null) return null;
    worst = Math.max(worst, metric?.direction === "lower" ? interval[1] : -interval[0]);
  }
  return worst;
}

function runsOf({ suite, comparisons, confirmation }: Report): Sentence {
  const each = benchmarkIds(comparisons).length > 1 ? " each" : "";
  const runs = counted(suite.repeats, "run") + each;
  const pairs = pairsInWords(comparisons);
  return pairs === "" ? [runs] : say`${runs}, ${pairs} with ${baseInWords({ confirmation })}`;
}

function historyOf({ baseline, history_unread, comparisons }: Report): Sentence[] {
  if (baseline !== null) {
    const commit = baseline.newest_sha === null ? "" : say` ${named(baseline.newest_sha.slice(0, 7))},`;
    const size = baseline.stale ? "too old to judge against" : counted(baseline.jobs, "point");
    return [say`baseline${commit} ${formatAge(baseline.age_days)}, ${size}`];
  }
  const paired = comparisons.filter(({ pairs }) => pairs > 0);
  const isFirst = paired.length > 0 && paired.every(({ environment_shift: shift }) => shift === null);
  return isFirst && !history_unread ? [["no baseline stored yet"]] : [];
}

function minutesOf({ measured_s, confirmation }: Report): string {
  const measured = `${formatDuration(measured_s)} measured`;
  const spent = confirmation?.spent_s ?? 0;
  return spent === 0 ? measured : `${measured}, ${formatDuration(spent)} of them to confirm`;
}

/** A disturbed benchmark is stored and never serves as history. */
function recordOf({ recorded, disturbances }: Report): Sentence[] {
  if (recorded !== "yes") return [];
  const left = new Set(disturbances.filter(({ part }) => part === "measured").map(({ benchmark }) => benchmark)).size;
  const without = left === 0 ? "" : `, without ${counted(left, "disturbed benchmark")}`;
  return [[`recorded as a new point${without}`]];
}
