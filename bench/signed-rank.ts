/**
 * The centre of differences that scatter alike on both sides of it, and its interval, after F. Wilcoxon, and J. L. Hodges and
 * E. L. Lehmann: whatever the shape of the scatter, and little moved by a few wild ones.
 */
import { median } from "../src/core/statistics.ts";

/** Differences below which there is no such interval at a level of 99 %. */
export const LEAST_RANKED = 8;

export interface Centre {
  readonly centre: number;
  readonly low: number;
  readonly high: number;
}

/** The median of the means of all pairs, each with itself too, and those means that the signed-rank test leaves possible. */
export function rankedCentre(differences: readonly number[], level: number): Centre {
  const means = differences.flatMap((one, index) => differences.slice(index).map((other) => (one + other) / 2));
  const sorted = means.toSorted((a, b) => a - b);
  const cut = criticalSum(differences.length, 1 - level);
  const [low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY] =
    cut === null ? [] : [sorted[cut], sorted[sorted.length - 1 - cut]];
  return { centre: median(sorted), low, high };
}

/**
 * The largest sum of ranks that two-sided has at most this probability when each of the ranks 1 … n is in it or not by the
 * toss of a coin; null where none has.
 */
export function criticalSum(n: number, alpha: number): number | null {
  let ways = [1];
  for (let rank = 1; rank <= n; rank++) {
    ways = Array.from({ length: ways.length + rank }, (_, total) => (ways[total] ?? 0) + (ways[total - rank] ?? 0));
  }
  let below = 0;
  for (const [total, count] of ways.entries()) {
    below += count;
    if ((2 * below) / 2 ** n > alpha) return total === 0 ? null : total - 1;
  }
  return null;
}
