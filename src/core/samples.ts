/** Values of a series as they come, hostile ones included → the jobs and sides that can be judged. */
import type { Side } from "./comparison.ts";
import type { Metric } from "./metrics.ts";
import { mean, spread } from "./statistics.ts";

/** A series is cut to its newest jobs. */
export const MAX_HISTORY = 30;

/** Jobs with at least one usable value, oldest first, at most the newest {@link MAX_HISTORY}. */
export function usableJobs(
  history: readonly (readonly number[])[],
  isUsable: (value: number) => boolean,
): readonly (readonly number[])[] {
  const jobs = history.map((runs) => runs.filter(isUsable)).filter((runs) => runs.length > 0);
  return jobs.slice(-MAX_HISTORY);
}

/** Null for no values. */
export function sideOf(values: readonly number[], summary: (values: readonly number[]) => number): Side | null {
  if (values.length === 0) return null;
  return { value: bounded(summary(values)), spread: spread(values), count: values.length };
}

/** Positive, finite: what a ratio can be made of. */
export function isRatioScale(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(mean(values.map(Math.log)));
}

/** A job as one number: memory as the most any run needed, everything else as the mean of its runs. Null for no values. */
export function jobValue(values: readonly number[], metric: Metric): number | null {
  if (values.length === 0) return null;
  if (metric.class === "memory") return largest(values);
  return values.every(isRatioScale) ? geometricMean(values) : mean(values);
}

export function largest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b));
}

/** The relative change behind a difference of logarithms. */
export function relativeChange(logRatio: number): number {
  return bounded(Math.expm1(logRatio));
}

/** Results are written as JSON, which has neither infinity nor a negative zero. */
export function bounded(value: number): number {
  return Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE) + 0;
}
