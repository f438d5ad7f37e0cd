/** A speed being judged, up to the point where the report's other tests have a say: what was measured, and by what test. */
import type { Side } from "./comparison.ts";
import { NOTHING_FOUND, type Decision, type JudgeCase, type JudgePolicy, type Pairs } from "./decision.ts";
import { DOUBTS, pairDoubts, testDoubts } from "./doubts.ts";
import { isSmall, marginsOf, rulesOut, type Estimate, type Margins } from "./margins.ts";
import type { Metric } from "./metrics.ts";
import { completePairs, FIRST_LOOK, firstPairs, LAST_LOOK, lookAt, pairsRun, type Look } from "./pairs.ts";
import { LEAST_SD, predict, type Prediction } from "./prediction.ts";
import { bounded, geometricMean, isRatioScale, relativeChange, sideOf, usableJobs } from "./samples.ts";
import { pooledVariance } from "./statistics.ts";

/** Nothing is left to test. What was found without a test still counts in the family of tests, as the least remarkable. */
export interface Settled {
  readonly kind: "settled";
  readonly inFamily: boolean;
  readonly decision: Decision;
}

/** To be tested against the history, because no pairs can be had. */
export interface HistoryTrial {
  readonly kind: "history";
  readonly inFamily: boolean;
  readonly judged: JudgeCase;
  readonly margins: Margins;
  readonly prediction: Prediction;
  readonly base: Side;
  readonly head: Side;
  readonly warnings: readonly string[];
}

/** A look at the pairs with the sides it looked at. */
export interface Sight extends Look {
  readonly base: Side | null;
  readonly head: Side | null;
  readonly warnings: readonly string[];
}

/** To be tested by pairs. */
export interface PairTrial {
  readonly kind: "pairs";
  readonly inFamily: boolean;
  readonly judged: JudgeCase;
  readonly margins: Margins;
  /** Over the first four pairs, and over all (at most ten): the same one where there are no more than four. */
  readonly first: Sight;
  readonly last: Sight;
  /** In all, to carry on with if the last look leaves it open. */
  readonly wantedPairs: number;
}

export type Trial = Settled | HistoryTrial | PairTrial;

interface Logs {
  readonly history: readonly (readonly number[])[];
  readonly candidate: readonly number[];
}

/** History alone may only clear a case that pairs can be had for; what it cannot clear, the pairs decide. */
export function openTrial(judged: JudgeCase, policy: JudgePolicy): Trial {
  const { metric, inFamily, isConfirmable } = judged;
  const history = usableJobs(judged.history, isRatioScale);
  const candidate = judged.candidate.filter(isRatioScale);
  const logs = { history: history.map((runs) => toLogs(metric, runs)), candidate: toLogs(metric, candidate) };
  const isLost = [...judged.history, judged.candidate].some((runs) => !runs.every(isRatioScale));
  const lost = isLost ? [DOUBTS.leftOut] : [];
  const margins = marginsOf(policy, runSdOf(logs));
  const head = sideOf(candidate, geometricMean);
  const jobs = sideOf(history.map(geometricMean), geometricMean);
  const pairs = judged.paired === null ? { base: [], head: [] } : completePairs(judged.paired, isRatioScale);
  const canPair = isConfirmable && pairs.base.length >= FIRST_LOOK;
  if (head === null || jobs === null) {
    if (canPair) return pairTrial(judged, margins, logs, pairs, lost);
    return { kind: "settled", inFamily: inFamily && isConfirmable, decision: unheard(judged, head, lost) };
  }
  const prediction = predict(logs.history, logs.candidate, isConfirmable ? "middle" : "follow");
  const base = { ...jobs, value: bounded(Math.exp(signOf(metric) * prediction.centre)) };
  const warnings = [...lost, ...testDoubts(logs.history, logs.candidate)];
  if (!isConfirmable) return { kind: "history", inFamily, judged, margins, prediction, base, head, warnings };
  const isCleared = rulesOut(prediction, margins) && isSmall(prediction, margins);
  if (!isCleared && canPair) return pairTrial(judged, margins, logs, pairs, lost);
  const verdict = isCleared ? "no-change" : "inconclusive";
  const decision: Decision = {
    ...NOTHING_FOUND,
    id: judged.id,
    verdict,
    base,
    head,
    ...sizeOf(metric, prediction),
    smallestDetectable: isCleared ? null : detectableOf(metric, prediction, margins),
    wantedPairs: isCleared ? 0 : wantedPairs(judged),
    warnings: isCleared ? warnings : [...warnings, ...waitingDoubts(judged)],
  };
  return { kind: "settled", inFamily, decision };
}

function pairTrial(
  judged: JudgeCase,
  margins: Margins,
  { history }: Logs,
  pairs: Pairs,
  lost: readonly string[],
): PairTrial {
  const { metric, inFamily } = judged;
  const broken = pairs.base.length < pairsRun(judged.paired ?? pairs) ? [DOUBTS.brokenPairs] : [];
  const see = (seen: Pairs): Sight => {
    const logs = { base: toLogs(metric, seen.base), head: toLogs(metric, seen.head) };
    return {
      ...lookAt(history, logs),
      base: sideOf(seen.base, geometricMean),
      head: sideOf(seen.head, geometricMean),
      warnings: [...lost, ...broken, ...pairDoubts(history, logs)],
    };
  };
  const first = see(firstPairs(pairs, FIRST_LOOK));
  const last = pairs.base.length === FIRST_LOOK ? first : see(firstPairs(pairs, LAST_LOOK));
  return { kind: "pairs", inFamily, judged, margins, first, last, wantedPairs: wantedPairs(judged) };
}

/** Neither history nor pairs to compare with, or nothing to compare. */
function unheard(judged: JudgeCase, head: Side | null, lost: readonly string[]): Decision {
  const found = {
    ...NOTHING_FOUND,
    id: judged.id,
    head,
    wantedPairs: judged.isConfirmable ? wantedPairs(judged) : 0,
    warnings: [...lost, ...waitingDoubts(judged)],
  };
  if (head !== null) return { ...found, verdict: "no-baseline" };
  return { ...found, verdict: "inconclusive", reason: `no run gave a usable value of ${judged.metric.name}` };
}

/** Pairs are run in two portions; what was lost of the first is not run again, but the second makes up for it. */
function wantedPairs({ paired }: JudgeCase): number {
  const run = paired === null ? 0 : pairsRun(paired);
  if (run < FIRST_LOOK) return FIRST_LOOK;
  return run < LAST_LOOK ? LAST_LOOK : 0;
}

function waitingDoubts({ isConfirmable, paired }: JudgeCase): string[] {
  return isConfirmable && paired !== null && pairsRun(paired) > 0 ? [DOUBTS.fewPairs] : [];
}

/** Effect and interval on the metric's own scale. */
export function sizeOf(
  metric: Metric,
  { distance, halfWidth }: Estimate,
): { effect: number; interval: [number, number] } {
  const change = signOf(metric) * distance;
  return {
    effect: relativeChange(change),
    interval: [relativeChange(change - halfWidth), relativeChange(change + halfWidth)],
  };
}

/** The smallest change for the worse that would have been found in four of five cases, on the metric's own scale. */
export function detectableOf(metric: Metric, { detectable }: { detectable: number }, { worse }: Margins): number {
  return Math.abs(relativeChange(-signOf(metric) * Math.max(detectable, -worse)));
}

/** Known where something is stored: a quiet runner is one whose history is. */
function runSdOf({ history, candidate }: Logs): number | null {
  const pooled = history.length === 0 ? null : pooledVariance([...history, candidate], LEAST_SD ** 2);
  return pooled === null ? null : Math.sqrt(pooled);
}

/** Ratios are judged, so values live on the log scale, with the sign that makes larger better. */
function toLogs(metric: Metric, values: readonly number[]): number[] {
  return values.map((value) => signOf(metric) * Math.log(value));
}

function signOf(metric: Metric): 1 | -1 {
  return metric.direction === "higher" ? 1 : -1;
}
