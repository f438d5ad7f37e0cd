/** Metrics that hardly vary (memory, the loss of a fixed seed): a band around the base, and no test. */
import type { Side } from "./comparison.ts";
import { NOTHING_FOUND, type Decision, type JudgeCase } from "./decision.ts";
import { DOUBTS } from "./doubts.ts";
import type { Metric } from "./metrics.ts";
import { completePairs, firstPairs, pairsRun } from "./pairs.ts";
import { bounded, largest, sideOf, usableJobs } from "./samples.ts";
import { mean, median, robustSd, spread } from "./statistics.ts";

const LEAST_MEMORY_BAND = Math.log(1.01);
const LEAST_LOSS_BAND = 0.005;
const ROBUST_SDS = 5;
/** The largest block an allocator of a supported backend rounds up to: a page of 16 KiB. */
const GRANULE_BYTES = 16 * 1024;
/** What it takes to tell a change from an environment that moved. */
const ONE_PAIR = 1;

/**
 * Decides memory and loss, and only describes `info`: nothing of it is tested, and its verdict says nothing.
 *
 * A regression against the history is told as it is and asks for one pair, as does a case without history: the base
 * measured today then stands in the history's place, of which the width of the band remains.
 */
export function decideByBand(judged: JudgeCase): Decision {
  const { id, metric } = judged;
  const summary = summaryOf(metric);
  const jobs = usableJobs(judged.history, Number.isFinite).map(summary);
  const candidate = judged.candidate.filter(Number.isFinite);
  if (metric.class === "loss" && (candidate.length < judged.candidate.length || candidate.length === 0)) {
    const reason = `${metric.name} is missing or not a finite number`;
    return { ...NOTHING_FOUND, id, verdict: "failed", reason };
  }
  const head = sideOf(candidate, summary);
  if (head === null) {
    return { ...NOTHING_FOUND, id, verdict: "inconclusive", reason: `no run gave a value of ${metric.name}` };
  }
  const warnings = isLooseLoss(metric, candidate) ? [DOUBTS.looseLoss] : [];
  const base = sideOf(jobs, median);
  const stored: Decision =
    base === null
      ? { ...NOTHING_FOUND, id, verdict: "no-baseline", head, warnings }
      : against(judged, jobs, { base, head }, warnings);
  const isOpen = judged.isConfirmable && (stored.verdict === "regression" || stored.verdict === "no-baseline");
  return isOpen && metric.class !== "info" ? besideToday(judged, jobs, stored) : stored;
}

/** The verdict of one base, be it the history's median or measured today. */
function against(
  { id, metric }: JudgeCase,
  jobs: readonly number[],
  { base, head }: { readonly base: Side; readonly head: Side },
  warnings: readonly string[],
): Decision {
  const isMemory = metric.class === "memory";
  const found = isMemory
    ? memoryChange(jobs, base.value, head.value, metric.unit)
    : change(jobs, base.value, head.value);
  const { effect } = found;
  if (metric.class === "info") return { ...NOTHING_FOUND, id, verdict: "inconclusive", base, head, effect };
  const doubts = effect === null ? [...warnings, DOUBTS.noRatio] : warnings;
  return { ...NOTHING_FOUND, id, verdict: verdictOf(metric, found), base, head, effect, warnings: doubts };
}

/**
 * What one pair makes of it. Further pairs, run for the sake of a speed, change nothing: what is decided stays so.
 *
 * Its head run joins the candidate's and replaces none of them: a peak or a loss that shows only in some runs may well be
 * missing in one more, and only a base that is on the same level today clears it.
 */
function besideToday(judged: JudgeCase, jobs: readonly number[], stored: Decision): Decision {
  const run = judged.paired === null ? 0 : pairsRun(judged.paired);
  if (judged.paired === null || run === 0) return { ...stored, wantedPairs: ONE_PAIR };
  const complete = firstPairs(completePairs(judged.paired, Number.isFinite), ONE_PAIR);
  const base = sideOf(complete.base, median);
  const runs = [...judged.candidate.filter(Number.isFinite), ...complete.head];
  const head = complete.head.length === 0 ? null : sideOf(runs, summaryOf(judged.metric));
  // A base that was run and gave nothing is not asked again.
  if (base === null || head === null) return { ...stored, warnings: [...stored.warnings, DOUBTS.noPair] };
  const today = against(judged, jobs, { base, head }, stored.warnings);
  const isExplained = stored.verdict === "regression" && today.verdict === "no-change";
  const warnings = isExplained ? [...today.warnings, DOUBTS.notToday] : today.warnings;
  return { ...today, pairs: ONE_PAIR, warnings };
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

/**
 * On the log scale, so that up and down weigh the same.
 * @param jobs the history's job values, which may be none: how far they spread widens the band
 */
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

function isLooseLoss(metric: Metric, candidate: readonly number[]): boolean {
  const own = spread(candidate);
  return metric.class === "loss" && own !== null && own > LEAST_LOSS_BAND;
}
