/** The stored jobs of a runner as series: every value, what changed between them, and what may serve as baseline. */
import { segmentStart } from "./accept.ts";
import { findSeries, isSameMeasure, isUsable, valuesOf } from "./baseline.ts";
import { findChangePoints } from "./change-points.ts";
import type { Difference } from "./comparison.ts";
import type { Metric } from "./metrics.ts";
import type { BenchmarkResult, JobResult } from "./result.ts";
import { jobValue, relativeChange } from "./samples.ts";
import { spread } from "./statistics.ts";

export interface SeriesRow {
  readonly at: string;
  readonly sha: string | null;
  readonly run_id: string;
  /** The job's one number, in the metric's unit; null where it has none. */
  readonly value: number | null;
  /** Relative standard deviation between its runs. */
  readonly spread: number | null;
  readonly runs: number;
  /** `usable`: of what the newest job measured; `other-identity`: complete, and not comparable with it. */
  readonly state: "usable" | "other-identity" | "disturbed" | "failed" | "cut";
  /** Why it cannot serve. */
  readonly why: string | null;
  /** What measured it is not what measured the complete job before it. */
  readonly differences: readonly Difference[];
  /** The first job of a new level: relative change on the metric's own scale. */
  readonly level_change: number | null;
  /** Here an accepted change landed. */
  readonly accepted: boolean;
}

export interface StoredSeries {
  readonly benchmark: string;
  readonly title: string;
  readonly metric: Metric;
  /** Oldest first. */
  readonly rows: readonly SeriesRow[];
  /** Jobs that a candidate like the newest one would be judged against, of which the newest thirty count. */
  readonly baseline: number;
}

export interface SeriesChoice {
  /** Null: all. */
  readonly benchmark: string | null;
  /** Null: every judged metric. */
  readonly metric: string | null;
}

/** @param results of one runner, oldest first */
export function storedSeries(results: readonly JobResult[], choice: SeriesChoice): StoredSeries[] {
  const newest = new Map(results.flatMap(({ benchmarks }) => benchmarks.map((benchmark) => [benchmark.id, benchmark])));
  return [...newest.keys()]
    .filter((id) => choice.benchmark === null || id === choice.benchmark)
    .toSorted()
    .flatMap((id) => {
      const jobs = results.flatMap((result) => {
        const benchmark = result.benchmarks.find((known) => known.id === id);
        return benchmark === undefined ? [] : [{ result, benchmark }];
      });
      return metricsOf(jobs, choice.metric).map((metric) => seriesOf(id, jobs, metric));
    });
}

interface Point {
  readonly result: JobResult;
  readonly benchmark: BenchmarkResult;
}

/** Metrics of the newest job that has any. */
function metricsOf(jobs: readonly Point[], name: string | null): Metric[] {
  const known = new Map(jobs.flatMap(({ benchmark }) => benchmark.metrics.map((metric) => [metric.name, metric])));
  return [...known.values()].filter((metric) => (name === null ? metric.class !== "info" : metric.name === name));
}

function seriesOf(id: string, jobs: readonly Point[], metric: Metric): StoredSeries {
  const identities = jobs.map((point) => (isUsable(point.benchmark) ? identityOf(point, metric) : null));
  const current = identities.findLast((identity) => identity !== null) ?? null;
  const changes = levelChanges(jobs, identities, metric);
  const usable = current === null ? [] : jobs.filter((_, index) => identities[index] === current);
  const start = landing(usable, id, metric);
  const rows = jobs.map((point, index): SeriesRow => {
    const { result, benchmark } = point;
    const values = valuesOf(benchmark.runs, metric.name).filter(Number.isFinite);
    const before = jobs.slice(0, index).findLast((_, at) => identities[at] !== null);
    const isComplete = identities[index] !== null;
    return {
      at: result.job.started_at,
      sha: result.job.sha,
      run_id: result.job.run_id,
      value: jobValue(values, metric),
      spread: spread(values),
      runs: values.length,
      ...stateOf(benchmark, isComplete && identities[index] !== current),
      differences: before === undefined || !isComplete ? [] : differencesBetween(before, point),
      level_change: changes.get(index) ?? null,
      accepted: start > 0 && point === usable[start],
    };
  });
  const title = jobs.at(-1)?.benchmark.title ?? id;
  return { benchmark: id, title, metric, rows, baseline: usable.length - start };
}

/** Null for a metric the benchmark does not have, or measures in another way than `metric`. */
function identityOf({ result, benchmark }: Point, metric: Metric): string | null {
  const known = benchmark.metrics.find(({ name }) => name === metric.name);
  if (known === undefined || !isSameMeasure(known, metric)) return null;
  return JSON.stringify([result.machine.hash, benchmark.software?.hash ?? null, benchmark.work_hash]);
}

function stateOf(benchmark: BenchmarkResult, isOther: boolean): Pick<SeriesRow, "state" | "why"> {
  const { status, runs } = benchmark;
  if (status.state !== "complete") return { state: status.state, why: status.message };
  const disturbance = isUsable(benchmark) ? undefined : runs.flatMap(({ disturbances }) => disturbances)[0];
  if (disturbance !== undefined) return { state: "disturbed", why: disturbance.message };
  return { state: isOther ? "other-identity" : "usable", why: null };
}

/** Machine, software and work in which two complete jobs differ. */
function differencesBetween(before: Point, after: Point): readonly Difference[] {
  const found = findSeries([before.result], after.benchmark, after.result.machine);
  return found.state === "incomparable" ? found.differences : [];
}

/** Index of the first job of each new level → relative change. */
function levelChanges(
  jobs: readonly Point[],
  identities: readonly (string | null)[],
  metric: Metric,
): ReadonlyMap<number, number> {
  const points = jobs.flatMap(({ benchmark }, index) => {
    const identity = identities[index] ?? null;
    const value = jobValue(valuesOf(benchmark.runs, metric.name).filter(Number.isFinite), metric);
    return identity === null || value === null ? [] : [{ value, identity, index }];
  });
  return new Map(
    findChangePoints(points).map(({ index, jump }) => [points[index]?.index ?? index, relativeChange(jump)]),
  );
}

/** Where in the current series the newest accepted change landed. */
function landing(points: readonly Point[], benchmark: string, metric: Metric): number {
  const runnerKey = points[0]?.result.runner_key ?? "";
  const jobs = points.map(({ result }) => ({ job: result.job, accepted: result.accepted }));
  return segmentStart(jobs, { benchmark, metric: metric.name, runnerKey });
}
