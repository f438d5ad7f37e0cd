/** What interleaved runs of base and head say: a t test whose variance is that between runs, learnt from the whole series. */
import type { Pairs } from "./decision.ts";
import type { Estimate } from "./margins.ts";
import { LEAST_SD } from "./prediction.ts";
import { mean, pooledVariance, sum, tQuantile, tTwoSided, variance } from "./statistics.ts";

/** Pairs after which they are looked at: at most twice. */
export const FIRST_LOOK = 4;
export const LAST_LOOK = 10;
/** Level of the family of tests at one look, half of the report's: two looks together keep to the whole. */
export const LOOK_ALPHA = 0.005;

/** The series' knowledge of how runs differ counts for at most this many degrees of freedom. */
const MOST_HISTORY_DF = 60;

/** What one look at the pairs finds, log scale, larger is better. */
export interface Look extends Estimate {
  readonly pairs: number;
  /** Two-sided, of this one test. */
  readonly p: number;
  /** Smallest distance found at this look in four of five cases. */
  readonly detectable: number;
}

/**
 * Pairs of which both runs gave a usable value, in their order. A pair that lost one of its runs is left out whole: base
 * and head stay interleaved then, so that neither has more of a machine's slow start than the other.
 */
export function completePairs({ base, head }: Pairs, isUsable: (value: number) => boolean): Pairs {
  const kept = range(pairsRun({ base, head })).flatMap((index) => {
    const pair = { base: base[index] ?? Number.NaN, head: head[index] ?? Number.NaN };
    return isUsable(pair.base) && isUsable(pair.head) ? [pair] : [];
  });
  return { base: kept.map((pair) => pair.base), head: kept.map((pair) => pair.head) };
}

/** Complete or not. */
export function pairsRun({ base, head }: Pairs): number {
  return Math.min(base.length, head.length);
}

export function firstPairs({ base, head }: Pairs, count: number): Pairs {
  return { base: base.slice(0, count), head: head.slice(0, count) };
}

/**
 * The difference of both sides' means. Its interval has the look's own level, 99.5 %: whatever the look at which testing
 * ends, it holds the true difference in at least 99 % of cases (a repeated confidence interval, after C. Jennison and
 * B. W. Turnbull, Interim Analyses: The Repeated Confidence Interval Approach, 1989).
 * @param history log values of the runs of every stored job, oldest first; may be empty
 * @param pairs log values, equally many of each side, at least two
 */
export function lookAt(history: readonly (readonly number[])[], pairs: Pairs): Look {
  const { base, head } = pairs;
  const distance = mean(head) - mean(base);
  const ownDf = 2 * (base.length - 1);
  const own = ((variance(base) ?? 0) + (variance(head) ?? 0)) / 2;
  const historyDf = Math.min(sum(history.map((runs) => Math.max(runs.length - 1, 0))), MOST_HISTORY_DF);
  const pooled = historyDf === 0 ? own : (pooledVariance([...history, base, head], LEAST_SD ** 2) ?? own);
  const df = historyDf + ownDf;
  // Today's runs may well differ more than those of the history; where they differ less, that is luck.
  const squared = Math.max(pooled, (historyDf * pooled + ownDf * own) / df);
  const error = Math.max(Math.sqrt(squared), LEAST_SD) * Math.sqrt(2 / base.length);
  const quantile = tQuantile(1 - LOOK_ALPHA / 2, df);
  return {
    pairs: base.length,
    distance,
    halfWidth: quantile * error,
    p: tTwoSided(distance / error, df),
    detectable: (quantile + tQuantile(0.8, df)) * error,
  };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
