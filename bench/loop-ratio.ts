/** What our loop and another one say side by side: the ratio of their throughputs, its interval, and what was promised of it. */
import { mean, tQuantile, variance } from "../src/core/statistics.ts";
import { LEAST_RANKED, rankedCentre, type Centre } from "./signed-rank.ts";

export const LEVEL = 0.99;
/** Our throughput is at least this share of theirs … */
export const LEAST_RATIO = 0.98;
/** … and known to this share on either side. */
export const WIDEST = 0.02;
/** Time between two step windows, as a share of a step. */
export const MOST_BETWEEN = 0.01;

/**
 * Losses of the same work differ by no more, in nat: on a processor as on the ladder of `parity` where everything trains;
 * an accelerator adds in another order every time, which twenty steps make larger.
 */
export const LOSS_GATES = { processor: 3e-5, accelerator: 1e-3 } as const;

export const ANSWERS = ["broken", "cannot tell", "kept"] as const;
export type Answer = (typeof ANSWERS)[number];

export interface Ratio {
  readonly ratio: number;
  /** Infinitely wide for a single pair. */
  readonly interval: readonly [number, number];
  readonly pairs: number;
}

/**
 * Our throughput over theirs, from the logarithms of the ratios of neighbours: what slows the machine for a while slows
 * both of a pair, and what slows one of them alone counts like any other that is on its side. Student's t where the pairs
 * are too few for that.
 * @param ours seconds a step, one number for every process; `theirs` those of its neighbours
 */
export function ratioOf(ours: readonly number[], theirs: readonly number[]): Ratio {
  const logs = ours.map((seconds, index) => Math.log((theirs[index] ?? Number.NaN) / seconds));
  const { centre, low, high } = logs.length < LEAST_RANKED ? studentCentre(logs) : rankedCentre(logs, LEVEL);
  return { ratio: Math.exp(centre), interval: [Math.exp(low), Math.exp(high)], pairs: logs.length };
}

function studentCentre(logs: readonly number[]): Centre {
  const [centre, squared] = [mean(logs), variance(logs)];
  if (squared === null) return { centre, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const reach = tQuantile((1 + LEVEL) / 2, logs.length - 1) * Math.sqrt(squared / logs.length);
  return { centre, low: centre - reach, high: centre + reach };
}

/** Half of the interval, as a share; Infinity where it knows no bounds. */
export function halfWidth({ interval: [low, high] }: Ratio): number {
  return low === 0 ? Number.POSITIVE_INFINITY : Math.sqrt(high / low) - 1;
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
