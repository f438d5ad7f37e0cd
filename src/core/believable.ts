/** The one line that makes a verdict believable: what else is unchanged, what was ruled out, against what, how long. */
import { benchmarkIds, isShown } from "./findings.ts";
import { isGated } from "./gate.ts";
import type { Report } from "./report.ts";
import { named, say, type Sentence } from "./sentence.ts";
import { counted, formatAge, formatDuration, formatPercent } from "./units.ts";

/** Phrases in their order; the drawing puts the dots between them. */
export function believableOf(report: Report): Sentence[] {
  const { baseline, suite, measured_s, recorded, gate, job } = report;
  const phrases: Sentence[] = [];
  const unchanged = unchangedCount(report);
  if (gate.verdict !== "no-change" && unchanged > 0) {
    phrases.push([`${counted(unchanged, "other benchmark")} unchanged`]);
  }
  const ruledOut = slowestPossible(report);
  if (ruledOut !== null) phrases.push([`slow-downs above ${formatPercent(ruledOut)} ruled out`]);
  phrases.push([counted(suite.repeats, "run") + (benchmarkIds(report.comparisons).length > 1 ? " each" : "")]);
  if (baseline !== null) {
    const commit = baseline.newest_sha === null ? "" : say` ${named(baseline.newest_sha.slice(0, 7))},`;
    phrases.push(say`baseline${commit} ${formatAge(baseline.age_days)}, ${counted(baseline.jobs, "point")}`);
  }
  phrases.push([`${formatDuration(measured_s)} measured`]);
  if (job.dirty) phrases.push(["with uncommitted changes"]);
  if (recorded === "yes") phrases.push(["recorded as a new point"]);
  return phrases;
}

function unchangedCount({ comparisons }: Report): number {
  const shown = comparisons.filter(isShown);
  const moved = new Set(shown.filter(({ verdict }) => verdict !== "no-change").map(({ benchmark }) => benchmark));
  return benchmarkIds(shown).filter((id) => !moved.has(id)).length;
}

/** The worst change that the intervals still allow where every speed was cleared; null where one was not, or is not known. */
function slowestPossible({ comparisons }: Report): number | null {
  const speeds = comparisons.filter((comparison) => isGated(comparison) && comparison.metric?.class === "throughput");
  if (speeds.length === 0 || comparisons.some(({ metric }) => metric === null)) return null;
  let worst = 0;
  for (const { verdict, interval, metric } of speeds) {
    if (verdict !== "no-change" || interval === null) return null;
    worst = Math.max(worst, metric?.direction === "lower" ? interval[1] : -interval[0]);
  }
  return worst;
}
