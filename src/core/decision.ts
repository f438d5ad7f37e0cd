/** What the judge is asked and what it answers, one metric of one benchmark at a time. */
import type { Side, Verdict } from "./comparison.ts";
import type { Metric } from "./metrics.ts";

/** Both as relative changes: 0.02 is 2 %. */
export interface JudgePolicy {
  /** Smallest change worth a verdict. */
  readonly minEffect: number;
  /** Slow-down that must be ruled out before anything is called unchanged. */
  readonly maxTolerated: number;
  /** Both are halved for a series whose runs differ by less than 0.5 % within a job. */
  readonly tighten: boolean;
}

/** One metric of one benchmark of the job being judged. */
export interface JudgeCase {
  readonly id: string;
  readonly metric: Metric;
  /** One list of run values per stored job, oldest first. */
  readonly history: readonly (readonly number[])[];
  /** One value per run; NaN for a run that did not give it. */
  readonly candidate: readonly number[];
  /** Interleaved runs of both sides, the n-th of each being one pair; null while there are none. */
  readonly paired: Pairs | null;
  /** Base and head can be run in pairs, so that history alone never calls a change. */
  readonly isConfirmable: boolean;
  /** Part of the report's family of tests; a case outside it is tested alone. */
  readonly inFamily: boolean;
}

/** Run values of base and head, NaN for a run that did not give one. */
export interface Pairs {
  readonly base: readonly number[];
  readonly head: readonly number[];
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
  /** 99 % interval of `effect`; null for what is held to a band. By pairs: the wider one of `lookAt`, which allows for two looks. */
  readonly interval: readonly [number, number] | null;
  /** After Holm's adjustment over the family; null where nothing is tested: cleared, waiting for pairs, or held to a band. */
  readonly p: number | null;
  /** Of `inconclusive`: the smallest relative change for the worse that would have been found in four of five cases. */
  readonly smallestDetectable: number | null;
  /** Pairs the verdict rests on; 0: on the history. */
  readonly pairs: number;
  /** Pairs, in all, that would carry the decision on; 0: it stands. The verdict is what holds if they never come. */
  readonly wantedPairs: number;
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
  pairs: 0,
  wantedPairs: 0,
  reason: null,
  warnings: [],
} as const satisfies Omit<Decision, "id" | "verdict">;
