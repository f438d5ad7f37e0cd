/** Small statistics on plain arrays; distributions come from a library. Nothing here is random. */
import tCdf from "@stdlib/stats-base-dists-t-cdf";
import tQuantileOf from "@stdlib/stats-base-dists-t-quantile";

/** A normal distribution's standard deviation over its median absolute deviation. */
const MAD_TO_SD = 1.4826;

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** NaN for no values. Where the sum of finite values leaves the range of numbers, the mean does not. */
export function mean(values: readonly number[]): number {
  const total = sum(values);
  if (Math.abs(total) !== Number.POSITIVE_INFINITY) return total / values.length;
  return clamp(sum(values.map((value) => value / values.length)), -Number.MAX_VALUE, Number.MAX_VALUE);
}

/** NaN for no values; the middle of the two central ones for an even count. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return upper === lower ? upper : lower / 2 + upper / 2;
}

/** Sample variance with n − 1 degrees of freedom; null for fewer than two values. */
export function variance(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const centre = mean(values);
  return sum(values.map((value) => (value - centre) ** 2)) / (values.length - 1);
}

/**
 * Variance inside groups, averaged over those with at least two values; null where there is none. Each counts for at most
 * eight times their median, so that one wild group cannot raise it without bound.
 * @param least variance that the median is taken to have at least: where most groups are exactly equal inside, cutting at
 * zero would throw the others away
 */
export function pooledVariance(groups: readonly (readonly number[])[], least: number): number | null {
  const variances = groups.map(variance).filter((value) => value !== null);
  if (variances.length === 0) return null;
  const limit = 8 * Math.max(median(variances), least);
  return mean(variances.map((value) => Math.min(value, limit)));
}

/** Standard deviation estimated by the median absolute deviation from `centre`: a few wild values do not move it. */
export function robustSd(values: readonly number[], centre: number): number {
  return MAD_TO_SD * median(values.map((value) => Math.abs(value - centre)));
}

/** Relative standard deviation of raw values; null for a single value or a mean of zero. */
export function spread(values: readonly number[]): number | null {
  const squared = variance(values);
  const centre = Math.abs(mean(values));
  if (squared === null || centre === 0) return null;
  const relative = Math.sqrt(squared) / centre;
  return Number.isFinite(relative) ? relative : null;
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** Quantile of Student's t with `df` degrees of freedom. */
export function tQuantile(probability: number, df: number): number {
  return tQuantileOf(probability, df);
}

/** Two-sided p value of a t statistic. */
export function tTwoSided(statistic: number, df: number): number {
  return clamp(2 * tCdf(-Math.abs(statistic), df), 0, 1);
}

/**
 * Holm's step-down adjustment (S. Holm, A Simple Sequentially Rejective Multiple Test Procedure, 1979): the p values of
 * one family, in the order given, made comparable with the family's level.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((p, index) => ({ p, index })).toSorted((a, b) => a.p - b.p);
  const adjusted = pValues.map(() => 1);
  let floor = 0;
  for (const [rank, { p, index }] of order.entries()) {
    floor = Math.min(1, Math.max(floor, p * (pValues.length - rank)));
    adjusted[index] = floor;
  }
  return adjusted;
}
