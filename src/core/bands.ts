/** Metrics that hardly vary (memory, the loss of a fixed seed): a band around the base, and no test. */
import type { Side } from "./comparison.ts";
import { NOTHING_FOUND, type Decision, type JudgeCase } from "./decision.ts";
import { DOUBTS } from "./doubts.ts";
import type { Metric } from "./metrics.ts";
import { completePairs, firstPairs, LAST_LOOK, pairsRun } from "./pairs.ts";
import { bounded, largest, sideOf, usableJobs } from "./samples.ts";
import { mean, median, robustSd, spread } from "./statistics.ts";

const LEAST_MEMORY_BAND = Math.log(1.01);
const LEAST_LOSS_BAND = 0.005;
const ROBUST_SDS = 5;
/** The largest block an allocator of a supported backend rounds up to: a page of 16 KiB. */
const GRANULE_BYTES = 16 * 1024;
/** Runs of the base, measured today, that tell a change from an environment that moved. */
const ONE_PAIR = 1;

/**
 * Decides memory and loss, and only describes `info`: nothing of it is tested, and its verdict says nothing.
 *
 * A base measured today, in pairs with the head, stands in the place of the history; of the history the band's width
 * remains. Without it a regression is told as it is, and asks for one pair.
 */
export function decideByBand(judged: JudgeCase): Decision {
  const { id, metric } = judged;
  const isJudged = metric.class !== "info";
  const jobs = usableJobs(judged.history, Number.isFinite).map(summaryOf(metric));
  const candidate = judged.candidate.filter(Number.isFinite);
  if (metric.class === "loss" && (candidate.length < judged.candidate.length || candidate.length === 0)) {
    const reason = `${metric.name} is missing or not a finite number`;
    return { ...NOTHING_FOUND, id, verdict: "failed", reason };
  }
  const summary = summaryOf(metric);
  const stored = { base: sideOf(jobs, median), head: sideOf(candidate, summary) };
  const today = isJudged ? measuredToday(judged, summary) : null;
  const { base, head } = today ?? stored;
  const warnings = doubtsOf(judged, candidate);
  const open = {
    ...NOTHING_FOUND,
    id,
    base: null,
    head,
    wantedPairs: today === null ? wantedPair(judged) : 0,
    warnings,
  };
  if (head === null) return { ...open, verdict: "inconclusive", reason: `no run gave a value of ${metric.name}` };
  if (base === null) return { ...open, verdict: "no-baseline" };
  const found = changeOf(metric, jobs, base.value, head.value);
  if (!isJudged) return { ...NOTHING_FOUND, id, verdict: "inconclusive", base, head, effect: found.effect };
  if (found.effect === null) warnings.push(DOUBTS.noRatio);
  const verdict = verdictOf(metric, found);
  const beside = today === null ? found : changeAgainst(metric, jobs, head.value);
  if (verdict === "no-change" && beside.isOutside) warnings.push(DOUBTS.moved);
  return {
    ...open,
    verdict,
    base,
    effect: found.effect,
    pairs: today?.pairs ?? 0,
    wantedPairs: verdict === "regression" ? open.wantedPairs : 0,
  };
}

interface Today {
  readonly base: Side | null;
  readonly head: Side | null;
  readonly pairs: number;
}

/** Both sides over the same number of runs, so that the largest of one has no more chances than that of the other. */
function measuredToday(judged: JudgeCase, summary: (values: readonly number[]) => number): Today | null {
  if (judged.paired === null || !judged.isConfirmable) return null;
  const { base, head } = firstPairs(completePairs(judged.paired, Number.isFinite), LAST_LOOK);
  if (base.length < ONE_PAIR) return null;
  return { base: sideOf(base, summary), head: sideOf(head, summary), pairs: base.length };
}

/** Pairs in all; a base that was run and gave nothing is not asked again. */
function wantedPair({ isConfirmable, metric, paired }: JudgeCase): number {
  if (!isConfirmable || metric.class === "info") return 0;
  return paired === null || pairsRun(paired) < ONE_PAIR ? ONE_PAIR : 0;
}

function doubtsOf(judged: JudgeCase, candidate: readonly number[]): string[] {
  const { metric, paired, isConfirmable } = judged;
  if (metric.class === "info") return [];
  const warnings: string[] = [];
  const own = spread(candidate);
  if (metric.class === "loss" && own !== null && own > LEAST_LOSS_BAND) warnings.push(DOUBTS.looseLoss);
  if (paired === null || !isConfirmable) return warnings;
  const complete = completePairs(paired, Number.isFinite).base.length;
  if (complete < pairsRun(paired)) warnings.push(complete === 0 ? DOUBTS.noPair : DOUBTS.brokenPairs);
  return warnings;
}

/** A peak is the largest of the job's runs; a loss their mean. */
function summaryOf(metric: Metric): (values: readonly number[]) => number {
  if (metric.class === "memory") return largest;
  return metric.class === "loss" ? mean : median;
}

interface Change {
  /** Relative; null where the base is zero (of memory: or below) and the head differs from it. */
  readonly effect: number | null;
  readonly isOutside: boolean;
}

/** @param jobs the history's job values, which may be none: how far they spread widens the band */
function changeOf(metric: Metric, jobs: readonly number[], base: number, head: number): Change {
  return metric.class === "memory" ? memoryChange(jobs, base, head, metric.unit) : change(jobs, base, head);
}

/** What the history alone would have said. */
function changeAgainst(metric: Metric, jobs: readonly number[], head: number): Change {
  return jobs.length === 0 ? { effect: null, isOutside: false } : changeOf(metric, jobs, median(jobs), head);
}

/** On the log scale, so that up and down weigh the same. */
function memoryChange(jobs: readonly number[], base: number, head: number, unit: string): Change {
  if (head <= 0 || base <= 0) return { effect: base === head ? 0 : null, isOutside: false };
  const ratio = Math.log(head) - Math.log(base);
  const granules = unit === "B" ? (2 * GRANULE_BYTES) / base : 0;
  const band = Math.max(LEAST_MEMORY_BAND, wobbleOf(jobs.filter((job) => job > 0).map(Math.log)), granules);
  return { effect: bounded(Math.expm1(ratio)), isOutside: Math.abs(ratio) > band };
}

/** Values of any sign: relative to the size of the base. */
function change(jobs: readonly number[], base: number, head: number): Change {
  if (base === 0) return { effect: head === 0 ? 0 : null, isOutside: false };
  const effect = bounded((head - base) / Math.abs(base));
  return { effect, isOutside: Math.abs(effect) > Math.max(LEAST_LOSS_BAND, wobbleOf(jobs) / Math.abs(base)) };
}

function wobbleOf(jobs: readonly number[]): number {
  return jobs.length === 0 ? 0 : ROBUST_SDS * robustSd(jobs, median(jobs));
}

function verdictOf(metric: Metric, { effect, isOutside }: Change): Decision["verdict"] {
  if (effect === null) return "inconclusive";
  if (!isOutside) return "no-change";
  // The loss of a fixed seed may not move at all: a lower one is a drift of the numbers too.
  if (metric.class === "loss") return "regression";
  return effect > 0 === (metric.direction === "higher") ? "improvement" : "regression";
}
