/** What would turn "cannot tell" into a verdict. */
import type { Comparison } from "./comparison.ts";
import { withVerdict } from "./findings.ts";
import { cancelledPairs, notesOf, outOfTime, pairsNeeded } from "./pair-words.ts";
import type { ReportFacts } from "./report.ts";
import { named, say, type Sentence } from "./sentence.ts";
import { counted, formatNumber, formatPercent } from "./units.ts";

/** Who cannot see a change of this size sees nothing, and a number would not help. */
const MOST_SENSIBLE = 0.5;

/** Nothing where nothing is undecided. */
export function adviceOnUndecided(report: ReportFacts): Sentence[] {
  const open = withVerdict(report.comparisons, "inconclusive");
  // The headline says that the job was cancelled, and nothing can be learned from pairs that were not run.
  const cancelled = new Set(cancelledPairs(report, open));
  const found = open.filter(({ benchmark }) => !cancelled.has(benchmark));
  if (found.length === 0) return [];
  const cut = new Set(report.cut.map(({ benchmark }) => benchmark));
  const advice: Sentence[] = [...howBlind(found, report), ...outOfTime(report, found), ...notesOf(report, 2, found)];
  if (cut.size > 0) {
    const count = counted(cut.size, "benchmark");
    advice.push(
      say`The time budget left no room for ${count}: raise ${named("time-budget")} or lower ${named("repeats")}.`,
    );
  }
  return advice;
}

function howBlind(found: readonly Comparison[], { suite }: ReportFacts): Sentence[] {
  const [worst] = found.toSorted((a, b) => (b.smallest_detectable ?? 0) - (a.smallest_detectable ?? 0));
  const blind = worst?.smallest_detectable ?? null;
  if (worst === undefined || blind === null) return [];
  if (blind > MOST_SENSIBLE) {
    const all = `not even a change of ${formatPercent(MOST_SENSIBLE)} could have been seen`;
    return [[`Runs differ so much here that ${all}: close what else uses the machine, or make the runs longer.`]];
  }
  const unseen = `A change below ${formatPercent(blind)} could not have been seen`;
  if (worst.pairs > 0) {
    const needed = pairsNeeded(worst, suite.min_effect);
    const by = `${unseen} with ${counted(worst.pairs, "pair")}`;
    if (needed === null) return [[`${by}. A quieter machine or longer runs make that smaller.`]];
    const would = `≈ ${formatNumber(needed)} pairs would show one of ${formatPercent(suite.min_effect)}`;
    return [[`${by}; ${would}, and so would a quieter machine or longer runs.`]];
  }
  const repeats = say`${named("repeats")} (now ${String(suite.repeats)})`;
  const never = suite.confirm === "never" ? say`; so would pairs of base and head (${named("confirm: auto")})` : [];
  return [say`${unseen}. More stored jobs and more ${repeats} make that smaller${never}.`];
}
