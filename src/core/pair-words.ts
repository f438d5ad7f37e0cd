/** Interleaved pairs in words: how many were run, how many it would take, and why there are none. */
import type { Comparison } from "./comparison.ts";
import { clip } from "./escape.ts";
import { benchmarkIds } from "./findings.ts";
import type { ReportFacts } from "./report.ts";
import { listed, named, say, sentenceCase, type Sentence } from "./sentence.ts";
import { counted, formatNumber, formatPercent } from "./units.ts";

/** Of a note in a sentence, characters. */
const NOTE_LENGTH = 300;

/** "4 pairs", "4 to 10 pairs"; empty where none were run. Memory and loss need one, which says nothing beside those of a speed. */
export function pairsInWords(comparisons: readonly Pick<Comparison, "pairs" | "metric">[]): string {
  const paired = comparisons.filter(({ pairs }) => pairs > 0);
  const speeds = paired.filter(({ metric }) => metric?.class === "throughput");
  const counts = (speeds.length > 0 ? speeds : paired).map(({ pairs }) => pairs);
  if (counts.length === 0) return "";
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  return fewest === most ? counted(most, "pair") : `${fewest} to ${counted(most, "pair")}`;
}

export function isMeasuredToday({ comparisons }: Pick<ReportFacts, "comparisons">): boolean {
  return comparisons.some(({ pairs }) => pairs > 0);
}

/** More pairs than this are no advice: a quieter machine or longer runs are. */
const MOST_SENSIBLE = 200;

/**
 * Pairs that would find a change of `target`: what can be seen shrinks with the square root of their number. Null where
 * the pairs that were run, or nothing known, say otherwise, and where no sensible number would.
 */
export function pairsNeeded(
  { pairs, smallest_detectable: blind }: Pick<Comparison, "pairs" | "smallest_detectable">,
  target: number,
): number | null {
  if (pairs === 0 || blind === null) return null;
  const needed = Math.round(pairs * (blind / target) ** 2);
  return needed > pairs && needed <= MOST_SENSIBLE ? Number(needed.toPrecision(2)) : null;
}

/** "≈ 42 pairs for ±2 %". */
export function neededInWords(comparison: Comparison, { suite }: Pick<ReportFacts, "suite">): string | null {
  const needed = pairsNeeded(comparison, suite.min_effect);
  return needed === null ? null : `≈ ${formatNumber(needed)} pairs for ±${formatPercent(suite.min_effect)}`;
}

/** The commit that was measured beside the head: "base `a1b2c3d`". */
export function baseInWords({ confirmation }: Pick<ReportFacts, "confirmation">): Sentence {
  const sha = confirmation?.base_sha ?? null;
  return sha === null ? ["the base commit"] : say`base ${named(sha.slice(0, 7))}`;
}

/**
 * Why pairs are missing, as sentences: what was noted when the base was prepared, of all benchmarks at once or of one. With
 * `about`, only what concerns one of these.
 */
export function notesOf(
  { confirmation, comparisons }: Pick<ReportFacts, "confirmation" | "comparisons">,
  most: number,
  about: readonly Comparison[] = comparisons,
): Sentence[] {
  const ids = new Set(about.map(({ benchmark }) => benchmark));
  const all = benchmarkIds(comparisons);
  const notes = (confirmation?.notes ?? []).flatMap((note): Sentence[] => {
    const id = all.find((known) => note.startsWith(`${known}: `));
    if (id === undefined) return [[`${sentenceCase(tidy(note))}.`]];
    return ids.has(id) ? [say`No pairs of ${named(id)}: ${tidy(note.slice(id.length + 2))}.`] : [];
  });
  const rest = notes.length - most;
  return rest > 0 ? [...notes.slice(0, most), [`${counted(rest, "more note")} of this kind.`]] : notes;
}

function tidy(note: string): string {
  return clip(note.trim().replace(/\.$/, ""), NOTE_LENGTH);
}

/** Ids of the benchmarks whose pairs ended with the job. */
export function cancelledPairs(
  { confirmation }: Pick<ReportFacts, "confirmation">,
  about: readonly Comparison[],
): string[] {
  const ids = new Set(about.map(({ benchmark }) => benchmark));
  const stopped = (confirmation?.stopped ?? []).filter(({ reason }) => reason === "cancelled");
  return stopped.map(({ benchmark }) => benchmark).filter((id) => ids.has(id));
}

/** What to do about benchmarks whose pairs the time budget cut short or left no room for. */
export function outOfTime(
  { confirmation, job }: Pick<ReportFacts, "confirmation" | "job">,
  about: readonly Comparison[],
): Sentence[] {
  const ids = new Set(about.map(({ benchmark }) => benchmark));
  const stopped = confirmation?.stopped ?? [];
  const late = stopped.filter(({ reason, benchmark }) => reason === "time-budget" && ids.has(benchmark));
  if (late.length === 0) return [];
  const which = listed(late.map(({ benchmark }) => benchmark));
  if (job.event === "local") {
    // Pairs that nobody asked for have a small budget of their own.
    const more = say`with ${named("--base")} they may take as long as ${named("--time-budget")} allows`;
    return [say`There was no time for all pairs of ${which}: ${more}.`];
  }
  return [say`The time budget left no room for all pairs of ${which}: raise ${named("time-budget")}.`];
}
