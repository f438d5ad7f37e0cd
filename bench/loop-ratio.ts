/** What our loop and another one say side by side: the ratio of their throughputs, its interval, and what was promised of it. */
import { mean, tQuantile, variance } from "../src/core/statistics.ts";

export const LEVEL = 0.99;
/** Our throughput is at least this share of theirs … */
export const LEAST_RATIO = 0.98;
/** … and known to this share on either side. */
export const WIDEST = 0.02;
/** Time between two step windows, as a share of a step. */
export const MOST_BETWEEN = 0.01;

/** The same pairs of losses are the same work within this, as on the ladder of `parity` where everything trains. */
export const LOSS_GATE = 3e-5;

export const ANSWERS = ["broken", "cannot tell", "kept"] as const;
export type Answer = (typeof ANSWERS)[number];

export interface Ratio {
  readonly ratio: number;
  /** Infinitely wide for a single pair. */
  readonly interval: readonly [number, number];
  readonly pairs: number;
}

/**
 * Our throughput over theirs, by Student's t on the logarithms of the ratios of neighbours: what slows the machine for a
 * while slows both of a pair.
 * @param ours seconds a step, one number for every process; `theirs` those of its neighbours
 */
export function ratioOf(ours: readonly number[], theirs: readonly number[]): Ratio {
  const logs = ours.map((seconds, index) => Math.log((theirs[index] ?? Number.NaN) / seconds));
  const centre = mean(logs);
  const squared = variance(logs);
  const reach =
    squared === null
      ? Number.POSITIVE_INFINITY
      : tQuantile((1 + LEVEL) / 2, logs.length - 1) * Math.sqrt(squared / logs.length);
  return {
    ratio: Math.exp(centre),
    interval: [Math.exp(centre - reach), Math.exp(centre + reach)],
    pairs: logs.length,
  };
}

/** Half of the interval, as a share. */
export function halfWidth({ ratio, interval }: Ratio): number {
  return interval[1] / ratio - 1;
}

export function isNarrow(ratio: Ratio): boolean {
  return halfWidth(ratio) <= WIDEST;
}

/** An interval wholly below 1 is a loss, however wide; one that is too wide to tell otherwise is none and no proof either. */
export function answerOf(ratio: Ratio): Answer {
  if (ratio.interval[1] < 1) return "broken";
  if (!isNarrow(ratio)) return "cannot tell";
  return ratio.ratio >= LEAST_RATIO ? "kept" : "broken";
}

/** @param share time between step windows over a step; null where no `real` step was measured */
export function answerBetween(share: number | null): Answer {
  if (share === null) return "cannot tell";
  return share <= MOST_BETWEEN ? "kept" : "broken";
}

/** The one that all together give: the first of {@link ANSWERS} that is among them. */
export function worstOf(answers: readonly Answer[]): Answer {
  return ANSWERS.find((answer) => answers.includes(answer)) ?? "cannot tell";
}

/** The largest difference of two series of losses. Infinite where one is longer or holds what is no number. */
export function lossDifference(ours: readonly number[], theirs: readonly number[]): number {
  if (ours.length !== theirs.length || ours.length === 0) return Number.POSITIVE_INFINITY;
  const largest = Math.max(...ours.map((loss, index) => Math.abs(loss - (theirs[index] ?? Number.NaN))));
  return Number.isNaN(largest) ? Number.POSITIVE_INFINITY : largest;
}
