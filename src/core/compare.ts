/** A job's result beside its runner's stored ones → one comparison for every metric of every benchmark. */
import { acceptanceFor, dayOf, segmentStart, whyNotAccepted } from "./accept.ts";
import { findSeries, historyOf, isSameMeasure, newestDifferences, otherJobs, runValues, valuesOf } from "./baseline.ts";
import type { Series } from "./baseline.ts";
import type { BaselineSummary, Comparison, ControlFinding, Difference, Verdict } from "./comparison.ts";
import type { Decision, JudgeCase, Pairs } from "./decision.ts";
import { judgeTogether, type JudgedJob } from "./judge.ts";
import type { Metric } from "./metrics.ts";
import { environmentShift, isMoved, movedMachine } from "./moved.ts";
import type { BenchmarkResult, Job, JobResult } from "./result.ts";
import { jobValue, MAX_HISTORY } from "./samples.ts";
import { blank, lostMetric, missingBenchmarks, unfinished } from "./unjudged.ts";

export interface CompareInput {
  readonly result: JobResult;
  /** Stored results of this runner key, in any order; the candidate's own may be among them. */
  readonly history: readonly JobResult[];
  /** Ids of every benchmark the suite lists, also of those this machine could not run today. */
  readonly planned: readonly string[];
  /** What the control workload says of the machine. */
  readonly control: readonly ControlFinding[];
}

export interface ComparedJob {
  /** In the order of the benchmarks and their metrics; those that did not run at the end. */
  readonly comparisons: readonly Comparison[];
  /** Null when nothing is stored to compare with. */
  readonly baseline: BaselineSummary | null;
  /** Facts of machine, software and drift that differ from the newest stored job. */
  readonly differences: readonly Difference[];
  readonly warnings: readonly string[];
  readonly control: readonly ControlFinding[];
  /** Benchmark id → interleaved pairs, in all, that would carry its verdict on. */
  readonly wanted: ReadonlyMap<string, number>;
}

export function compareJob(input: CompareInput): ComparedJob {
  const opened = openJob(input);
  return closeJob(opened, judgeTogether([casesOf(opened)]).flat());
}

/**
 * The jobs of one report, such as those of a runner matrix: each is compared with its own runner's history, and all their
 * primary metrics are one family of tests. What a job judged alone holds for sure may therefore be open here.
 */
export function compareJobs(inputs: readonly CompareInput[]): ComparedJob[] {
  const opened = inputs.map(openJob);
  const decided = judgeTogether(opened.map(casesOf));
  return opened.map((job, index) => closeJob(job, decided[index] ?? []));
}

/** A job whose comparisons wait for the judge. */
interface OpenJob extends Context {
  readonly rows: readonly Row[];
}

function openJob(input: CompareInput): OpenJob {
  const { result, history } = input;
  const context = { input, stored: otherJobs(result, history), used: new Map<string, Job>() };
  return { ...context, rows: result.benchmarks.flatMap((benchmark) => rowsOf(benchmark, context)) };
}

function casesOf({ rows, input }: OpenJob): JudgedJob {
  const { min_effect, max_tolerated, auto_tighten } = input.result.suite;
  const policy = { minEffect: min_effect, maxTolerated: max_tolerated, tighten: auto_tighten };
  return { cases: rows.flatMap(({ judged }) => judged ?? []), policy };
}

function closeJob({ input, stored, used, rows }: OpenJob, decided: readonly Decision[]): ComparedJob {
  const { result } = input;
  const decisions = new Map(decided.map((decision) => [decision.id, decision]));
  const judged = rows.map((row) => finish(row, decisions));
  const jobs = [...used.values()];
  return {
    comparisons: [...judged, ...missingBenchmarks(result, stored, input.planned)],
    baseline: summaryOf(jobs, result),
    differences: newestDifferences(result, stored.at(-1)),
    warnings: jobs.some(({ dirty }) => dirty)
      ? ["stored jobs measured with uncommitted changes are in the baseline"]
      : [],
    control: input.control,
    wanted: wantedPairs(rows, decisions),
  };
}

interface Context {
  readonly input: CompareInput;
  readonly stored: readonly JobResult[];
  /** Filled with every stored job that a comparison looked at. */
  readonly used: Map<string, Job>;
}

/** A comparison in the making: decided by itself, or a case for the judge. */
interface Row {
  readonly comparison: Comparison;
  readonly judged: JudgeCase | null;
  readonly acceptable: { readonly reason: string; readonly expires: string } | null;
}

function done(comparison: Comparison): Row {
  return { comparison, judged: null, acceptable: null };
}

function rowsOf(benchmark: BenchmarkResult, context: Context): Row[] {
  if (benchmark.status.state !== "complete") return [done(unfinished(benchmark))];
  const stopped = benchmark.paired?.stopped;
  // The same program that went well before: half of its runs are no benchmark.
  if (stopped?.side === "head") return [done({ ...unfinished(benchmark), verdict: "failed", reason: stopped.message })];
  const series = findSeries(context.stored, benchmark, context.input.result.machine);
  const rows = benchmark.metrics.map((metric) => rowOf(benchmark, metric, series, context));
  return [...rows, ...lostMetrics(benchmark, series).map((metric) => done(lostMetric(benchmark, metric)))];
}

function rowOf(benchmark: BenchmarkResult, metric: Metric, series: Series, { input, stored, used }: Context): Row {
  const { result } = input;
  const name = { benchmark: benchmark.id, metric: metric.name, runnerKey: result.runner_key };
  const points = series.state === "found" ? historyOf(series.jobs, metric) : [];
  const isShownOnly = metric.class === "info";
  if (!isShownOnly) for (const { job } of points) used.set(`${job.run_id} ${job.attempt}`, job);
  const newest = points.at(-1);
  const tooOld = newest !== undefined && isStale(newest.job, result);
  const current = tooOld ? [] : points.slice(segmentStart(points, name));
  const paired = pairsOf(benchmark, metric);
  const today = dayOf(result.job.started_at);
  // Whatever the base or the newest job held has landed, also where that job of this very benchmark is of no use.
  const spent = [...(result.confirmation?.accepted ?? []), ...(stored.at(-1)?.accepted ?? [])];
  const doubt = whyNotAccepted(name, result.accepted, spent, today);
  const comparison: Comparison = {
    ...blank(benchmark, metric, series.state === "incomparable" ? "incomparable" : "no-baseline"),
    trend: isShownOnly ? [] : trendOf(points, runValues(benchmark, metric.name), metric),
    differences: series.state === "incomparable" && !isShownOnly ? [...series.differences] : [],
    environment_shift: environmentShift(series, metric, paired),
    reason:
      benchmark.paired?.stopped?.message ??
      (tooOld ? staleReason(newest.job, result) : series.state === "none" ? uselessReason(benchmark, stored) : null),
    warnings: doubt === null ? [] : [doubt],
  };
  const acceptable = acceptanceFor(name, result.accepted, spent, today);
  const moved = metric.class === "throughput" ? movedMachine(input.control, benchmark.backend) : null;
  if (moved !== null) {
    const values = { head: runValues(benchmark, metric.name), history: current.map((point) => point.values) };
    return { comparison: isMoved(comparison, values, moved), judged: null, acceptable: null };
  }
  const judged = {
    id: JSON.stringify([benchmark.id, metric.name]),
    metric,
    history: current.map(({ values }) => values),
    candidate: runValues(benchmark, metric.name),
    paired,
    isConfirmable: isConfirmable(benchmark, result),
    inFamily: metric.class === "throughput" && benchmark.comparison_class !== "informative",
  };
  return { comparison, judged, acceptable };
}

/** The whole series, also what lies before an accepted change or is too old to be judged against. */
function trendOf(
  points: readonly { readonly values: readonly number[] }[],
  candidate: readonly number[],
  metric: Metric,
): number[] {
  const jobs = [...points.map(({ values }) => values), candidate.filter(Number.isFinite)];
  return jobs.flatMap((values) => jobValue(values, metric) ?? []).slice(-MAX_HISTORY);
}

/** A base commit is at hand, has this benchmark doing the same work, and its verdict counts. */
function isConfirmable({ id, comparison_class }: BenchmarkResult, { confirmation }: JobResult): boolean {
  if (confirmation === null || confirmation.base_sha === null) return false;
  return comparison_class !== "informative" && !confirmation.unpaired.includes(id);
}

/** Null without pairs, and where the base measures this metric in another way. */
function pairsOf({ paired }: BenchmarkResult, metric: Metric): Pairs | null {
  if (paired === null || !paired.metrics.some((known) => isSameMeasure(known, metric))) return null;
  return { base: valuesOf(paired.base, metric.name), head: valuesOf(paired.head, metric.name) };
}

/** Pairs that broke off are not asked for again. */
function wantedPairs(rows: readonly Row[], decisions: ReadonlyMap<string, Decision>): ReadonlyMap<string, number> {
  const wanted = new Map<string, number>();
  for (const { comparison, judged } of rows) {
    const pairs = decisions.get(judged?.id ?? "")?.wantedPairs ?? 0;
    if (pairs > 0) wanted.set(comparison.benchmark, Math.max(pairs, wanted.get(comparison.benchmark) ?? 0));
  }
  return wanted;
}

/** Judged metrics of the newest job of the series that the candidate does not have. */
function lostMetrics(benchmark: BenchmarkResult, series: Series): Metric[] {
  const newest = series.state === "found" ? series.jobs.at(-1)?.benchmark.metrics : undefined;
  const names = new Set(benchmark.metrics.map(({ name }) => name));
  return (newest ?? []).filter((metric) => metric.class !== "info" && !names.has(metric.name));
}

function finish({ comparison, judged, acceptable }: Row, decisions: ReadonlyMap<string, Decision>): Comparison {
  const decision = judged === null ? undefined : decisions.get(judged.id);
  if (decision === undefined) return comparison;
  const isOpen = comparison.verdict === "incomparable" && decision.verdict === "no-baseline";
  const isChange = decision.verdict === "regression" || decision.verdict === "improvement";
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
    pairs: decision.pairs,
    accepted: isChange && acceptable !== null ? { reason: acceptable.reason, expires: acceptable.expires } : null,
    differences: isOpen ? comparison.differences : [],
    reason: decision.reason ?? (OPEN.has(decision.verdict) ? comparison.reason : null),
    // Why an entry does not cover a change is of interest only where there is one.
    warnings: [...decision.warnings, ...(isChange ? comparison.warnings : [])],
  };
}

/** Verdicts that leave a reader asking why there is none. */
const OPEN: ReadonlySet<Verdict> = new Set(["inconclusive", "no-baseline", "incomparable"]);
const DAY_MS = 86_400_000;

function isStale(newest: Job, { job, suite }: JobResult): boolean {
  return Date.parse(job.started_at) - Date.parse(newest.finished_at) > suite.max_baseline_age_days * DAY_MS;
}

function staleReason(newest: Job, { job, suite }: JobResult): string {
  const days = Math.floor((Date.parse(job.started_at) - Date.parse(newest.finished_at)) / DAY_MS);
  return `the newest stored job is ${days} days old, and the suite judges against none older than ${suite.max_baseline_age_days} days`;
}

/** Null where nothing is stored of it at all. */
function uselessReason({ id }: BenchmarkResult, stored: readonly JobResult[]): string | null {
  const count = stored.filter(({ benchmarks }) => benchmarks.some((known) => known.id === id)).length;
  if (count === 0) return null;
  const which = count === 1 ? "all 1 stored result of it was" : `all ${count} stored results of it were`;
  return `${which} disturbed or incomplete, and such a result is never judged against`;
}

function summaryOf(jobs: readonly Job[], result: JobResult): BaselineSummary | null {
  const newest = jobs.toSorted((a, b) => Date.parse(a.started_at) - Date.parse(b.started_at)).at(-1);
  if (newest === undefined) return null;
  const { sha: newest_sha, finished_at: newest_at } = newest;
  return { jobs: jobs.length, newest_sha, newest_at, stale: isStale(newest, result) };
}
