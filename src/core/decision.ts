/** What the judge is asked and what it answers, one metric of one benchmark at a time. */
import type { Side, Verdict } from "./comparison.ts";
import type { Metric } from "./metrics.ts";

/** Both as relative changes: 0.02 is 2 %. */
export interface JudgePolicy {
  /** Smallest change worth a verdict. */
  readonly minEffect: number;
  /** Slow-down that must be ruled out before anything is called unchanged. */
  readonly maxTolerated: number;
}

/** One metric of one benchmark of the job being judged. */
export interface JudgeCase {
  readonly id: string;
  readonly metric: Metric;
  /** One list of run values per stored job, oldest first. */
  readonly history: readonly (readonly number[])[];
  /** One value per run; NaN for a run that did not give it. */
  readonly candidate: readonly number[];
  /** Part of the report's family of tests; a case outside it is tested alone. */
  readonly inFamily: boolean;
}

export interface Decision {
  readonly id: string;
  readonly verdict: Exclude<Verdict, "incomparable">;
  /** True for what was found against history alone, where a single odd job cannot be told from a change. */
  readonly unconfirmed: boolean;
  readonly base: Side | null;
  readonly head: Side | null;
  /** Relative change on the metric's own scale. */
  readonly effect: number | null;
  /** 99 % interval of `effect`; null where no test is made. */
  readonly interval: readonly [number, number] | null;
  /** After Holm's adjustment over the family. */
  readonly p: number | null;
  readonly smallestDetectable: number | null;
  readonly reason: string | null;
  readonly warnings: readonly string[];
}

/** Everything a decision may leave open. */
export const NOTHING_FOUND = {
  unconfirmed: false,
  base: null,
  head: null,
  effect: null,
  interval: null,
  p: null,
  smallestDetectable: null,
  reason: null,
  warnings: [],
} as const satisfies Omit<Decision, "id" | "verdict">;
