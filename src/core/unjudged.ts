/** Comparisons that need no judge: of benchmarks that failed, were cut short, or did not run at all. */
import { runValues } from "./baseline.ts";
import type { Comparison } from "./comparison.ts";
import type { Metric } from "./metrics.ts";
import type { BenchmarkResult, JobResult } from "./result.ts";
import { sideOf } from "./samples.ts";
import { median } from "./statistics.ts";

/** A comparison that says who it is about and nothing else. */
export function blank(benchmark: BenchmarkResult, metric: Metric | null, verdict: Comparison["verdict"]): Comparison {
  const { id, title, backend, comparison_class } = benchmark;
  return {
    benchmark: id,
    title,
    backend,
    comparison_class,
    metric,
    verdict,
    unconfirmed: false,
    base: null,
    head: null,
    trend: [],
    effect: null,
    interval: null,
    p: null,
    smallest_detectable: null,
    pairs: 0,
    accepted: null,
    environment_shift: null,
    differences: [],
    reason: null,
    warnings: [],
  };
}

/** What the finished runs of a failed or cut benchmark gave is shown, and judged by nobody. */
export function unfinished(benchmark: BenchmarkResult): Comparison {
  const { status } = benchmark;
  const metric = benchmark.metrics.find(({ primary }) => primary) ?? null;
  const values = metric === null ? [] : runValues(benchmark, metric.name).filter(Number.isFinite);
  const head = sideOf(values, median);
  const reason = status.state === "complete" ? null : status.message;
  return { ...blank(benchmark, metric, status.state === "cut" ? "inconclusive" : "failed"), head, reason };
}

/** A metric of the baseline that is no longer told: never silence, and for a loss a failure. */
export function lostMetric(benchmark: BenchmarkResult, metric: Metric): Comparison {
  const reason = `${metric.name} stands in the baseline and was not measured now`;
  return { ...blank(benchmark, metric, metric.class === "loss" ? "failed" : "inconclusive"), reason };
}

/**
 * Benchmarks that are complete in the newest stored job of this suite, that the suite still lists, and that have no result
 * now: a broken driver must not look green.
 *
 * @param stored oldest first
 */
export function missingBenchmarks(
  result: JobResult,
  stored: readonly JobResult[],
  planned: readonly string[],
): Comparison[] {
  const newest = stored.findLast(({ suite }) => suite.name === result.suite.name) ?? stored.at(-1);
  const listed = new Set(planned);
  const ran = new Set(result.benchmarks.map(({ id }) => id));
  const missing = (newest?.benchmarks ?? []).filter(
    ({ id, status }) => status.state === "complete" && listed.has(id) && !ran.has(id),
  );
  const reason = "it stands in the newest baseline of this runner and did not run now";
  return missing.map((benchmark) => ({ ...blank(benchmark, null, "failed"), reason }));
}
