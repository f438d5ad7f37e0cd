/** Metrics that hardly vary (memory, the loss of a fixed seed): a band around the history's median, and no test. */
import { NOTHING_FOUND, type Decision, type JudgeCase } from "./decision.ts";
import { DOUBTS } from "./doubts.ts";
import type { Metric } from "./metrics.ts";
import { bounded, largest, sideOf, usableJobs } from "./samples.ts";
import { mean, median, robustSd, spread } from "./statistics.ts";

const LEAST_MEMORY_BAND = Math.log(1.01);
const LEAST_LOSS_BAND = 0.005;
const ROBUST_SDS = 5;
/** The largest block an allocator of a supported backend rounds up to: a page of 16 KiB. */
const GRANULE_BYTES = 16 * 1024;

/** Decides memory and loss, and only describes `info`: nothing of it is tested, and its verdict says nothing. */
export function decideByBand(judged: JudgeCase): Decision {
  const { id, metric } = judged;
  const history = usableJobs(judged.history, Number.isFinite);
  const candidate = judged.candidate.filter(Number.isFinite);
  if (metric.class === "loss" && (candidate.length < judged.candidate.length || candidate.length === 0)) {
    const reason = `${metric.name} is missing or not a finite number`;
    return { ...NOTHING_FOUND, id, verdict: "failed", reason };
  }
  const summary = summaryOf(metric);
  const head = sideOf(candidate, summary);
  if (head === null) {
    return { ...NOTHING_FOUND, id, verdict: "inconclusive", reason: `no run gave a value of ${metric.name}` };
  }
  const warnings: string[] = isLooseLoss(metric, candidate) ? [DOUBTS.looseLoss] : [];
  const jobs = history.map(summary);
  const base = sideOf(jobs, median);
  if (base === null) return { ...NOTHING_FOUND, id, verdict: "no-baseline", head, warnings };
  const found = metric.class === "memory" ? memoryChange(jobs, head.value, metric.unit) : change(jobs, head.value);
  if (metric.class === "info")
    return { ...NOTHING_FOUND, id, verdict: "inconclusive", base, head, effect: found.effect };
  if (found.effect === null) warnings.push(DOUBTS.noRatio);
  return { ...NOTHING_FOUND, id, verdict: verdictOf(metric, found), base, head, effect: found.effect, warnings };
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

/** On the log scale, so that up and down weigh the same. */
function memoryChange(jobs: readonly number[], head: number, unit: string): Change {
  const base = median(jobs);
  if (head <= 0 || jobs.some((job) => job <= 0)) return { effect: base === head ? 0 : null, isOutside: false };
  const ratio = Math.log(head) - Math.log(base);
  const granules = unit === "B" ? (2 * GRANULE_BYTES) / base : 0;
  const wobble = ROBUST_SDS * robustSd(jobs.map(Math.log), Math.log(base));
  const band = Math.max(LEAST_MEMORY_BAND, wobble, granules);
  return { effect: bounded(Math.expm1(ratio)), isOutside: Math.abs(ratio) > band };
}

/** Values of any sign: relative to the size of the history's median. */
function change(jobs: readonly number[], head: number): Change {
  const base = median(jobs);
  if (base === 0) return { effect: head === 0 ? 0 : null, isOutside: false };
  const effect = bounded((head - base) / Math.abs(base));
  const band = Math.max(LEAST_LOSS_BAND, (ROBUST_SDS * robustSd(jobs, base)) / Math.abs(base));
  return { effect, isOutside: Math.abs(effect) > band };
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
