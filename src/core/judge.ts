/** Decides what a candidate's numbers say against the history of its series. Identical input gives identical output. */
import type { Metric } from "./metrics.ts";
import type { Side, Verdict } from "./comparison.ts";

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
  /** One value per run. */
  readonly candidate: readonly number[];
  /** Part of the report's family of tests; cases outside it are tested alone. */
  readonly inFamily: boolean;
}

export interface Decision {
  readonly id: string;
  readonly verdict: Exclude<Verdict, "incomparable">;
  readonly unconfirmed: boolean;
  readonly base: Side | null;
  readonly head: Side | null;
  /** Relative change on the metric's own scale. */
  readonly effect: number | null;
  /** 99 % interval of `effect`; null where no test is made. */
  readonly interval: readonly [number, number] | null;
  readonly p: number | null;
  readonly smallestDetectable: number | null;
  readonly reason: string | null;
  readonly warnings: readonly string[];
}
