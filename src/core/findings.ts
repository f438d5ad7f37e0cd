/** Which comparisons a reader must see, what each says in words, and how benchmarks are counted. */
import { VERDICTS, type Comparison, type Verdict } from "./comparison.ts";
import { isAccepted, isGated } from "./gate.ts";
import type { Metric } from "./metrics.ts";
import { say, named, type Sentence } from "./sentence.ts";
import { formatPercent } from "./units.ts";

/** A comparison of a metric, with the change it found. */
export type Judged = Comparison & { readonly metric: Metric };

/** `info` metrics are shown in the report's data only; everything else has a row somewhere. */
export function isShown(comparison: Comparison): boolean {
  return comparison.metric?.class !== "info";
}

/** Benchmarks in the order they were run. */
export function benchmarkIds(comparisons: readonly Comparison[]): string[] {
  return [...new Set(comparisons.map(({ benchmark }) => benchmark))];
}

/** How the reason of a comparison begins whose stored results all failed, were cut short or were disturbed. */
const STARVED = /^all \d+ stored results? of it (was|were) disturbed or incomplete/;

/** Results are stored, and none of them serves as a baseline. */
export function isStarved({ verdict, reason }: Pick<Comparison, "verdict" | "reason">): boolean {
  return verdict === "no-baseline" && reason !== null && STARVED.test(reason);
}

/** `title · backend`: how a benchmark is called in every sentence and table. */
export function benchmarkName({ title, backend }: Pick<Comparison, "title" | "backend">): Sentence {
  return [named(title), ` · ${backend}`];
}

/**
 * Comparisons with one verdict: those that count for the gate, or, where none does, the informative ones. That nothing is
 * stored yet is held against nobody, and told of both.
 */
export function withVerdict(comparisons: readonly Comparison[], verdict: Verdict): Comparison[] {
  const all = comparisons.filter(
    (comparison) => comparison.verdict === verdict && isShown(comparison) && !isAccepted(comparison),
  );
  if (verdict === "no-baseline") return all;
  const gated = all.filter(isGated);
  return gated.length > 0 ? gated : all;
}

/** Changes that would count for the gate if they were not accepted. */
export function accepted(comparisons: readonly Comparison[]): Comparison[] {
  return comparisons.filter((comparison) => isAccepted(comparison) && isGated(comparison));
}

function rank(comparison: Comparison): readonly number[] {
  return [
    isAccepted(comparison) ? 1 : 0,
    VERDICTS.indexOf(comparison.verdict),
    isGated(comparison) ? 0 : 1,
    comparison.unconfirmed ? 1 : 0,
    comparison.metric?.primary === true ? 0 : 1,
    -Math.abs(Math.log1p(comparison.effect ?? 0)),
  ];
}

/** Worst first: accepted changes at the end, then by verdict, what is certain before what is unconfirmed, speed before memory and loss, large before small. */
export function worstFirst(comparisons: readonly Comparison[]): Comparison[] {
  return worstFirstBy(comparisons, (comparison) => comparison);
}

export function worstFirstBy<Item>(items: readonly Item[], comparisonOf: (item: Item) => Comparison): Item[] {
  return items
    .map((item) => ({ item, rank: rank(comparisonOf(item)) }))
    .sort((a, b) => {
      const at = a.rank.findIndex((value, index) => value !== b.rank[index]);
      return at === -1 ? 0 : (a.rank[at] ?? 0) - (b.rank[at] ?? 0);
    })
    .map(({ item }) => item);
}

/** A change in the words of its metric: "6.8 % slower", "needs 12 % more memory". Starts with a verb where `verb` is given. */
export function changeInWords(metric: Metric, effect: number, looks: boolean): Sentence {
  const size = formatPercent(effect);
  const is = looks ? "looks" : "is";
  const more = effect > 0;
  if (metric.class === "loss")
    return [`${looks ? "seems to end" : "ends"} with a loss ${size} ${more ? "higher" : "lower"}`];
  if (metric.class === "memory")
    return [`${looks ? "seems to need" : "needs"} ${size} ${more ? "more" : "less"} memory`];
  if (metric.direction === "higher" && metric.unit.endsWith("/s"))
    return [`${is} ${size} ${more ? "faster" : "slower"}`];
  if (metric.direction === "lower" && metric.unit === "s") {
    return [`${looks ? "seems to take" : "takes"} ${size} ${more ? "longer" : "less time"}`];
  }
  return say`${looks ? "seems to have" : "has"} ${named(metric.name)} ${size} ${more ? "higher" : "lower"} (${sense(metric, effect)})`;
}

/** What the sign of a change means for this metric. A loss of a fixed seed may not move at all, so both ways are "drift". */
export function sense(metric: Metric, effect: number): "better" | "worse" | "drift" | "same" {
  if (effect === 0) return "same";
  if (metric.class === "loss") return "drift";
  return effect > 0 === (metric.direction === "higher") ? "better" : "worse";
}
