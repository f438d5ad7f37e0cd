/** One report judged as a job does it: against the history first, then with as many pairs as the judge asks for. */
import type { Decision, JudgePolicy } from "../src/core/decision.ts";
import { judge } from "../src/core/judge.ts";
import type { DrawnCase } from "./draw.ts";

export const POLICY: JudgePolicy = { minEffect: 0.02, maxTolerated: 0.05, tighten: false };

export interface Outcome {
  readonly decision: Decision;
  /** Pairs that were run, also where the verdict rests on fewer. */
  readonly spent: number;
}

/** Outcomes in the order of the cases, which are one report. */
export function decideReport(cases: readonly DrawnCase[]): Outcome[] {
  const spent = cases.map(() => 0);
  for (;;) {
    const decisions = judge(
      cases.map(({ judged, pairs }, index) => {
        const count = spent[index] ?? 0;
        const paired = count === 0 ? null : { base: pairs.base.slice(0, count), head: pairs.head.slice(0, count) };
        return { ...judged, paired };
      }),
      POLICY,
    );
    let isSettled = true;
    for (const [index, { wantedPairs }] of decisions.entries()) {
      if (wantedPairs <= (spent[index] ?? 0)) continue;
      spent[index] = wantedPairs;
      isSettled = false;
    }
    if (isSettled) return decisions.map((decision, index) => ({ decision, spent: spent[index] ?? 0 }));
  }
}
