/** A job's result beside its runner's stored ones → one comparison for every metric of every benchmark. */
import { findSeries, historyOf, newestDifferences, otherJobs, runValues, type Series } from "./baseline.ts";
import type { BaselineSummary, Comparison, Difference } from "./comparison.ts";
import type { Decision, JudgeCase, JudgePolicy } from "./decision.ts";
import { judge } from "./judge.ts";
import type { Metric } from "./metrics.ts";
import type { BenchmarkResult, Job, JobResult } from "./result.ts";
import { blank, lostLoss, missingBenchmarks, unfinished } from "./unjudged.ts";

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
  const decisions = new Map(
    judge(
      rows.flatMap(({ judged }) => judged ?? []),
      policy,
    ).map((made) => [made.id, made]),
  );
  const comparisons = rows.map((row) =>
    finish(row, row.judged === null ? null : (decisions.get(row.judged.id) ?? null)),
  );
  return {
    comparisons: [...comparisons, ...missingBenchmarks(result, stored, input.planned)],
    baseline: summaryOf([...used.values()]),
    differences: newestDifferences(result, stored.at(-1)),
    warnings: [],
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
  const rows = benchmark.metrics.map((metric, index): Row => {
    const points = series.state === "found" ? historyOf(series.jobs, metric) : [];
    if (metric.class !== "info") for (const { job } of points) used.set(`${job.run_id} ${job.attempt}`, job);
    const isInformative = benchmark.comparison_class === "informative";
    const judged = {
      id: JSON.stringify([benchmark.id, metric.name]),
      metric,
      history: points.map(({ values }) => values),
      candidate: runValues(benchmark, metric.name),
      inFamily: metric.class === "throughput" && !isInformative,
    };
    const isExplained = series.state === "incomparable" && metric.class !== "info";
    return {
      judged,
      comparison: {
        ...blank(benchmark, metric, series.state === "incomparable" ? "incomparable" : "no-baseline"),
        differences: isExplained ? [...series.differences] : [],
        warnings: index === 0 ? lost.filter(isNotLoss).map(lostWarning) : [],
      },
    };
  });
  const gone = lost.filter((metric) => !isNotLoss(metric)).map((metric) => lostLoss(benchmark, metric));
  return [...rows, ...gone.map((comparison) => ({ comparison, judged: null }))];
}

function isNotLoss(metric: Metric): boolean {
  return metric.class !== "loss";
}

/** Judged metrics of the newest job of the series that the candidate does not have. */
function lostMetrics(benchmark: BenchmarkResult, series: Series): Metric[] {
  const newest = series.state === "found" ? series.jobs.at(-1)?.benchmark.metrics : undefined;
  const names = new Set(benchmark.metrics.map(({ name }) => name));
  return (newest ?? []).filter((metric) => metric.class !== "info" && !names.has(metric.name));
}

function lostWarning({ name }: Metric): string {
  return `${name} stands in the baseline and was not measured now`;
}

function finish({ comparison }: Row, decision: Decision | null): Comparison {
  if (decision === null) return comparison;
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
    warnings: [...comparison.warnings, ...decision.warnings],
  };
}

function summaryOf(jobs: readonly Job[]): BaselineSummary | null {
  const newest = jobs.toSorted((a, b) => Date.parse(a.started_at) - Date.parse(b.started_at)).at(-1);
  return newest === undefined ? null : { jobs: jobs.length, newest_sha: newest.sha, newest_at: newest.finished_at };
}
