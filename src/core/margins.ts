/** How large a change must be to have a name, and how large it must not be to have none: on the log scale, larger better. */
import type { JudgePolicy } from "./decision.ts";

/** Distances beyond this share of `minEffect` stay open although their interval would allow "no change". */
const CLEAR_SHARE = 0.75;
/** Runs of a job that differ by less than this allow a policy that tightens to ask for half. */
const QUIET_SD = 0.005;

export interface Margins {
  /** From here down a distance can be a regression, from there up an improvement. */
  readonly worse: number;
  readonly better: number;
  /** What "no change" has to rule out. */
  readonly lowest: number;
  readonly highest: number;
  /** Up to this size a distance is small. */
  readonly small: number;
}

/** A distance and half the width of its interval. */
export interface Estimate {
  readonly distance: number;
  readonly halfWidth: number;
}

/** @param runSd standard deviation between the runs inside a job of the series; null where that is not known */
export function marginsOf(policy: JudgePolicy, runSd: number | null): Margins {
  const factor = policy.tighten && runSd !== null && runSd < QUIET_SD ? 0.5 : 1;
  const minEffect = factor * policy.minEffect;
  const maxTolerated = factor * policy.maxTolerated;
  return {
    worse: logOfLoss(minEffect),
    better: Math.log1p(minEffect),
    lowest: logOfLoss(maxTolerated),
    highest: Math.log1p(maxTolerated),
    small: Math.log1p(CLEAR_SHARE * minEffect),
  };
}

/** The name of a significant distance, if it is large enough to have one. */
export function changeAt(distance: number, margins: Margins): "regression" | "improvement" | null {
  if (distance <= margins.worse) return "regression";
  return distance >= margins.better ? "improvement" : null;
}

export function rulesOut({ distance, halfWidth }: Estimate, margins: Margins): boolean {
  return distance - halfWidth > margins.lowest && distance + halfWidth < margins.highest;
}

export function isSmall({ distance }: Estimate, margins: Margins): boolean {
  return Math.abs(distance) <= margins.small;
}

/** Log of what remains after losing this share; nothing remains of a whole. */
function logOfLoss(share: number): number {
  return share < 1 ? Math.log1p(-share) : Number.NEGATIVE_INFINITY;
}
