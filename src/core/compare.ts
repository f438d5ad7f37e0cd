/** A job's result beside its runner's stored ones → one comparison for every metric of every benchmark. */
import { findSeries, historyOf, newestDifferences, otherJobs, runValues, type Series } from "./baseline.ts";
import type { BaselineSummary, Comparison, Difference } from "./comparison.ts";
import type { Decision, JudgeCase, JudgePolicy } from "./decision.ts";
import { judge } from "./judge.ts";
import type { Metric } from "./metrics.ts";
import type { BenchmarkResult, Job, JobResult } from "./result.ts";
import { blank, lostMetric, missingBenchmarks, unfinished } from "./unjudged.ts";

export interface CompareInput {
  readonly result: JobResult;
  /** Stored results of this runner key, in any order; the candidate's own may be among them. */
  readonly history: readonly JobResult[];
  /** Ids of every benchmark the suite lists, also of those this machine could not run today. */
  readonly planned: readonly string[];
  readonly policy: JudgePolicy;
}

export interface ComparedJob {
  /** In the order of the benchmarks and their metrics; those that did not run at the end. */
  readonly comparisons: readonly Comparison[];
  /** Null when nothing was compared. */
  readonly baseline: BaselineSummary | null;
  /** Facts of machine, software and drift that differ from the newest stored job. */
  readonly differences: readonly Difference[];
  readonly warnings: readonly string[];
}

export function compareJob(input: CompareInput): ComparedJob {
  const { result, policy } = input;
  const stored = otherJobs(result, input.history);
  const used = new Map<string, Job>();
  const rows = result.benchmarks.flatMap((benchmark) => rowsOf(benchmark, stored, result, used));
  const cases = rows.flatMap(({ judged }) => judged ?? []);
  const decisions = new Map(judge(cases, policy).map((decision) => [decision.id, decision]));
  const judged = rows.map((row) => finish(row, decisions));
  const jobs = [...used.values()];
  return {
    comparisons: [...judged, ...missingBenchmarks(result, stored, input.planned)],
    baseline: summaryOf(jobs),
    differences: newestDifferences(result, stored.at(-1)),
    warnings: jobs.some(({ dirty }) => dirty)
      ? ["stored jobs measured with uncommitted changes are in the baseline"]
      : [],
  };
}

/** A comparison in the making: decided by itself, or a case for the judge. */
interface Row {
  readonly comparison: Comparison;
  readonly judged: JudgeCase | null;
}

function rowsOf(
  benchmark: BenchmarkResult,
  stored: readonly JobResult[],
  result: JobResult,
  used: Map<string, Job>,
): Row[] {
  if (benchmark.status.state !== "complete") return [{ comparison: unfinished(benchmark), judged: null }];
  const series = findSeries(stored, benchmark, result.machine);
  const lost = lostMetrics(benchmark, series);
  const rows = benchmark.metrics.map((metric) => rowOf(benchmark, metric, series, used));
  const gone = lost.map((metric) => lostMetric(benchmark, metric));
  return [...rows, ...gone.map((comparison) => ({ comparison, judged: null }))];
}

function rowOf(benchmark: BenchmarkResult, metric: Metric, series: Series, used: Map<string, Job>): Row {
  const points = series.state === "found" ? historyOf(series.jobs, metric) : [];
  const isShownOnly = metric.class === "info";
  if (!isShownOnly) for (const { job } of points) used.set(`${job.run_id} ${job.attempt}`, job);
  const comparison =
    series.state === "incomparable"
      ? { ...blank(benchmark, metric, "incomparable"), differences: isShownOnly ? [] : [...series.differences] }
      : blank(benchmark, metric, "no-baseline");
  const judged = {
    id: JSON.stringify([benchmark.id, metric.name]),
    metric,
    history: points.map(({ values }) => values),
    candidate: runValues(benchmark, metric.name),
    paired: null,
    isConfirmable: false,
    inFamily: metric.class === "throughput" && benchmark.comparison_class !== "informative",
  };
  return { comparison, judged };
}

/** Judged metrics of the newest job of the series that the candidate does not have. */
function lostMetrics(benchmark: BenchmarkResult, series: Series): Metric[] {
  const newest = series.state === "found" ? series.jobs.at(-1)?.benchmark.metrics : undefined;
  const names = new Set(benchmark.metrics.map(({ name }) => name));
  return (newest ?? []).filter((metric) => metric.class !== "info" && !names.has(metric.name));
}

function finish({ comparison, judged }: Row, decisions: ReadonlyMap<string, Decision>): Comparison {
  const decision = judged === null ? undefined : decisions.get(judged.id);
  if (decision === undefined) return comparison;
  const isOpen = comparison.verdict === "incomparable" && decision.verdict === "no-baseline";
  return {
    ...comparison,
    verdict: isOpen ? "incomparable" : decision.verdict,
    unconfirmed: decision.unconfirmed,
    base: decision.base,
    head: decision.head,
    effect: decision.effect,
    interval: decision.interval === null ? null : [...decision.interval],
    p: decision.p,
    smallest_detectable: decision.smallestDetectable,
    differences: isOpen ? comparison.differences : [],
    reason: decision.reason,
    warnings: [...decision.warnings],
  };
}

function summaryOf(jobs: readonly Job[]): BaselineSummary | null {
  const newest = jobs.toSorted((a, b) => Date.parse(a.started_at) - Date.parse(b.started_at)).at(-1);
  return newest === undefined
    ? null
    : { jobs: jobs.length, newest_sha: newest.sha, newest_at: newest.finished_at, stale: false };
}
