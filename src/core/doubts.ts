/** What makes a comparison less certain than it looks, as sentences without numbers: equal ones are shown once. */
import type { Pairs } from "./decision.ts";
import { variance } from "./statistics.ts";

const WIDE_SPREAD = 0.05;

export const DOUBTS = {
  brokenPairs: "pairs of which one run gave no usable value are left out whole",
  fewPairs: "fewer than 4 complete pairs: nothing is decided by them",
  onlyPairs: "nothing comparable is stored: how far runs differ is taken from the pairs alone",
  notToday: "it differs from the stored jobs, but not from the base measured today: this change did not move it",
  noPair: "no pair gave usable values of both sides: the base of today is not known",
  leftOut: "values that are missing, zero or negative have no ratio and are left out",
  oneRun: "only one run: how far runs differ is taken from the history or assumed",
  counts: "the number of runs differs between this job and stored ones",
  fewJobs: "fewer than 3 stored jobs: how far jobs differ is assumed, not known",
  wide: "its runs differ by more than 5 %: the machine is not quiet",
  ties: "the runs of every job are exactly equal: is this number measured?",
  noRatio: "a value of zero or less has no relative change",
  looseLoss: "the runs of one job end with different losses: without a fixed seed a loss cannot be compared",
} as const;

/** @param history log values of the runs of every stored job; `candidate`: of the job being judged */
export function testDoubts(history: readonly (readonly number[])[], candidate: readonly number[]): string[] {
  const warnings: string[] = [];
  if (candidate.length === 1) warnings.push(DOUBTS.oneRun);
  if (history.some((runs) => runs.length !== candidate.length)) warnings.push(DOUBTS.counts);
  if (history.length < 3) warnings.push(DOUBTS.fewJobs);
  const own = variance(candidate);
  if (own !== null && Math.sqrt(own) > WIDE_SPREAD) warnings.push(DOUBTS.wide);
  if (own === 0 && history.every((runs) => variance(runs) === 0)) warnings.push(DOUBTS.ties);
  return warnings;
}

/** @param history log values of the runs of every stored job; `pairs`: those of a look, log values too */
export function pairDoubts(history: readonly (readonly number[])[], { base, head }: Pairs): string[] {
  const warnings: string[] = [];
  const [ofBase, ofHead] = [variance(base) ?? 0, variance(head) ?? 0];
  if (history.length === 0) warnings.push(DOUBTS.onlyPairs);
  if (Math.sqrt(Math.max(ofBase, ofHead)) > WIDE_SPREAD) warnings.push(DOUBTS.wide);
  if (ofBase === 0 && ofHead === 0) warnings.push(DOUBTS.ties);
  return warnings;
}
