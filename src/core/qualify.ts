/** What a runner can detect, from pairs of unchanged runs and from pairs of which one side was slowed down on purpose. */
import type { Backend } from "./backend.ts";
import type { Decision, JudgeCase, JudgePolicy, Pairs } from "./decision.ts";
import { judge } from "./judge.ts";
import { marginsOf } from "./margins.ts";
import type { Metric } from "./metrics.ts";
import { completePairs, FIRST_LOOK, LAST_LOOK, LOOK_ALPHA } from "./pairs.ts";
import { LEAST_SD } from "./prediction.ts";
import type { QualifiedBenchmark } from "./qualification.ts";
import { isRatioScale, relativeChange } from "./samples.ts";
import { mean, sum, tQuantile, variance } from "./statistics.ts";
import { detectableOf } from "./trial.ts";

/** What was measured of one benchmark: values of its primary metric, and how long its runs took. */
export interface QualifyingRuns {
  readonly benchmark: string;
  readonly title: string;
  readonly backend: Backend;
  readonly metric: Metric;
  /** Both sides the same code, in the order ABBA. */
  readonly unchanged: Pairs;
  /** The head slowed down by `slowdown`, a share of its time; null where it was not run. */
  readonly injected: { readonly slowdown: number; readonly pairs: Pairs } | null;
  /** Wall time of every run, seconds. */
  readonly durations: readonly number[];
  /** Runs of it in an ordinary job. */
  readonly repeats: number;
}

export interface QualifyingTerms {
  readonly policy: JudgePolicy;
  /** Benchmarks of the suite: as many tests share one level in the report of a pull request. */
  readonly familySize: number;
}

/**
 * The decision of the pull-request gate on pairs of one benchmark, none of the others having changed: without history, so
 * that what is found holds from a runner's first day on.
 */
export function judgePairs(metric: Metric, pairs: Pairs, { policy, familySize }: QualifyingTerms): Decision {
  const asked = { metric, history: [], isConfirmable: true, inFamily: true };
  const own: JudgeCase = { ...asked, id: "own", candidate: pairs.head, paired: pairs };
  const others = Array.from({ length: familySize - 1 }, (_, index): JudgeCase => {
    return { ...asked, id: String(index), candidate: [], paired: null };
  });
  const [decision] = judge([own, ...others], policy);
  if (decision === undefined) throw new Error("the judge gave no decision");
  return decision;
}

/** Pairs in all that the gate would ask for next; 0 when what is there decides. */
export function wantedPairs(metric: Metric, pairs: Pairs, terms: QualifyingTerms): number {
  return pairs.base.length === 0 ? FIRST_LOOK : judgePairs(metric, pairs, terms).wantedPairs;
}

/** Null where fewer unchanged pairs are usable than the gate's first look takes. */
export function qualifyBenchmark(runs: QualifyingRuns, terms: QualifyingTerms): QualifiedBenchmark | null {
  const { benchmark, title, backend, metric, repeats } = runs;
  const unchanged = completePairs(runs.unchanged, isRatioScale);
  if (unchanged.base.length < FIRST_LOOK) return null;
  const sd = runSd(unchanged);
  const runS = mean(runs.durations);
  const clearS = repeats * runS;
  return {
    benchmark,
    title,
    backend,
    run_cv: sd,
    drift: driftOf(unchanged),
    smallest_4_pairs: smallestChange(sd, FIRST_LOOK, metric, terms.policy),
    smallest_10_pairs: smallestChange(sd, LAST_LOOK, metric, terms.policy),
    unchanged: judgePairs(metric, unchanged, terms).verdict,
    injected: runs.injected === null ? null : injectedOf(metric, runs.injected, terms),
    clear_s: clearS,
    // Both sides are warmed up once before the pairs.
    confirm_s: clearS + 2 * (LAST_LOOK + 1) * runS,
  };
}

/** Standard deviation of the logarithms of runs, each side around its own mean: nearly the relative one of the values. */
export function runSd({ base, head }: Pairs): number {
  const [ofBase, ofHead] = [base, head].map((side) => variance(side.map(Math.log)) ?? 0);
  return Math.sqrt(((ofBase ?? 0) + (ofHead ?? 0)) / 2);
}

/**
 * The smallest change for the worse that so many pairs find in four of five cases, on the metric's own scale: the sum of the
 * t quantiles of level and power, times the standard error of the difference of two means. Never below what the policy
 * calls a change.
 */
export function smallestChange(sd: number, pairs: number, metric: Metric, policy: JudgePolicy): number {
  const df = 2 * (pairs - 1);
  const error = Math.max(sd, LEAST_SD) * Math.sqrt(2 / pairs);
  const detectable = (tQuantile(1 - LOOK_ALPHA / 2, df) + tQuantile(0.8, df)) * error;
  return detectableOf(metric, { detectable }, marginsOf(policy, null));
}

/** Relative change from the first run to the last, along the straight line that fits the logarithms best. */
export function driftOf(pairs: Pairs): number {
  const logs = inOrder(pairs).map(Math.log);
  if (logs.length < 2) return 0;
  const [middle, level] = [(logs.length - 1) / 2, mean(logs)];
  const slope =
    sum(logs.map((value, index) => (index - middle) * (value - level))) /
    sum(logs.map((_, index) => (index - middle) ** 2));
  return relativeChange(slope * (logs.length - 1));
}

/** Runs in the order they were made: base head, head base, base head, … */
function inOrder({ base, head }: Pairs): number[] {
  return base.flatMap((value, index) => {
    const other = head[index] ?? value;
    return index % 2 === 0 ? [value, other] : [other, value];
  });
}

function injectedOf(
  metric: Metric,
  { slowdown, pairs }: { readonly slowdown: number; readonly pairs: Pairs },
  terms: QualifyingTerms,
): QualifiedBenchmark["injected"] {
  const { effect, interval, verdict, pairs: used } = judgePairs(metric, pairs, terms);
  if (effect === null || interval === null) return null;
  if (isIgnored(metric, slowdown, interval)) return null;
  const [low, high] = interval;
  return { slowdown, effect, interval: [low, high], verdict, pairs: used, caught: verdict === "regression" };
}

/** Not even half of what was asked for lies in the interval of what was found: the program does not slow itself down. */
function isIgnored(metric: Metric, slowdown: number, [low, high]: readonly [number, number]): boolean {
  const half = Math.log1p(slowdown) / 2;
  return metric.direction === "higher" ? Math.log1p(low) > -half : Math.log1p(high) < half;
}
