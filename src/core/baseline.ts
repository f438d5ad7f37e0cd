/** Which stored jobs a candidate may be judged against, and why not where there are none. */
import type { Difference } from "./comparison.ts";
import type { Identity } from "./environment.ts";
import { differences } from "./identity.ts";
import type { Metric } from "./metrics.ts";
import type { Acceptance, BenchmarkResult, Job, JobResult, RunRecord } from "./result.ts";
import { MAX_HISTORY } from "./samples.ts";

/** One job of a series: its result of the candidate's benchmark. */
export interface StoredJob {
  readonly job: Job;
  readonly benchmark: BenchmarkResult;
  /** What the repository had accepted at that commit. */
  readonly accepted: readonly Acceptance[];
}

export type Series =
  /** Oldest first, at least one. */
  | { readonly state: "found"; readonly jobs: readonly StoredJob[] }
  /** Results of this benchmark are stored, all of another machine, software or work. */
  | { readonly state: "incomparable"; readonly differences: readonly Difference[]; readonly newest: StoredJob }
  | { readonly state: "none" };

/** Stored results of jobs before this one, oldest first by the time in the file. */
export function otherJobs(result: JobResult, history: readonly JobResult[]): JobResult[] {
  const { run_id, attempt, started_at } = result.job;
  const start = Date.parse(started_at);
  return history
    .filter(({ job }) => (job.run_id !== run_id || job.attempt !== attempt) && Date.parse(job.started_at) <= start)
    .toSorted(
      (a, b) =>
        Date.parse(a.job.started_at) - Date.parse(b.job.started_at) ||
        Date.parse(a.job.finished_at) - Date.parse(b.job.finished_at) ||
        compareText(a.job.run_id, b.job.run_id) ||
        a.job.attempt - b.job.attempt,
    );
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/**
 * The series of a candidate: complete results of the same benchmark and the same work, on the same machine with the same
 * software. Equal means equal hashes: nothing is compared across a difference, however small.
 *
 * @param stored oldest first
 */
export function findSeries(stored: readonly JobResult[], candidate: BenchmarkResult, machine: Identity): Series {
  const known = stored.flatMap((result) => {
    const benchmark = result.benchmarks.find((stood) => stood.id === candidate.id && isUsable(stood));
    const { job, machine: measured, accepted } = result;
    return benchmark === undefined ? [] : [{ job, machine: measured, benchmark, accepted }];
  });
  const newest = known.at(-1);
  if (newest === undefined) return { state: "none" };
  const jobs = known.filter(
    (point) =>
      point.machine.hash === machine.hash &&
      point.benchmark.work_hash === candidate.work_hash &&
      (point.benchmark.software?.hash ?? null) === (candidate.software?.hash ?? null),
  );
  if (jobs.length > 0) return { state: "found", jobs };
  return {
    state: "incomparable",
    newest,
    differences: [
      ...differences(newest.machine, machine, "machine"),
      ...softwareDifferences(newest.benchmark, candidate),
      ...workDifferences(newest.benchmark, candidate),
    ],
  };
}

/**
 * Complete, and no run of it disturbed: only such a benchmark serves as history, whatever else its job holds.
 *
 * A `trend` that all its runs share is none: steps that grow belong to the program, and a machine that always heats up
 * within a run is like that every day. Excluded, such a benchmark would never have a history. In some runs only it is a
 * disturbance like any other.
 */
export function isUsable({ status, runs }: BenchmarkResult): boolean {
  if (status.state !== "complete") return false;
  const isShared = runs.every(({ disturbances }) => disturbances.some(({ kind }) => kind === "trend"));
  return runs.every(({ disturbances }) => disturbances.every(({ kind }) => isShared && kind === "trend"));
}

/** Run values of one metric per job, oldest first, newest {@link MAX_HISTORY}; jobs that measured it otherwise do not count. */
export function historyOf(
  jobs: readonly StoredJob[],
  metric: Metric,
): { job: Job; accepted: readonly Acceptance[]; values: number[] }[] {
  return jobs
    .filter(({ benchmark }) => benchmark.metrics.some((known) => isSameMeasure(known, metric)))
    .map(({ job, accepted, benchmark }) => ({
      job,
      accepted,
      values: valuesOf(benchmark.runs, metric.name).filter(Number.isFinite),
    }))
    .filter(({ values }) => values.length > 0)
    .slice(-MAX_HISTORY);
}

export function runValues({ runs }: Pick<BenchmarkResult, "runs">, metric: string): number[] {
  return valuesOf(runs, metric);
}

/** One number per successful run; NaN where a run did not give it. */
export function valuesOf(runs: readonly RunRecord[], metric: string): number[] {
  return runs.flatMap((run) => (run.outcome.status === "ok" ? [run.values[metric] ?? Number.NaN] : []));
}

export function isSameMeasure(a: Metric, b: Metric): boolean {
  return a.name === b.name && a.unit === b.unit && a.direction === b.direction && a.estimator === b.estimator;
}

/** A program that says nothing of its software has no identity to compare by fields. */
function softwareDifferences(base: BenchmarkResult, head: BenchmarkResult): Difference[] {
  if (base.software !== null && head.software !== null) return differences(base.software, head.software, "software");
  if (base.software === head.software) return [];
  const [from, to] = base.software === null ? ["not reported", "reported"] : ["reported", "not reported"];
  return [{ kind: "software", field: "environment", base: from, head: to }];
}

/** A changed work hash by the names of the hyperparameters that changed, else by the hashes themselves. */
function workDifferences(base: BenchmarkResult, head: BenchmarkResult): Difference[] {
  if (base.work_hash === head.work_hash) return [];
  const fields = new Set([...Object.keys(base.hyperparameters), ...Object.keys(head.hyperparameters)]);
  const changed = [...fields]
    .sort()
    .map((field): Difference => {
      const [from, to] = [base.hyperparameters[field], head.hyperparameters[field]];
      return { kind: "work", field, base: scalarText(from), head: scalarText(to) };
    })
    .filter((difference) => difference.base !== difference.head);
  if (changed.length > 0) return changed;
  return [{ kind: "work", field: "work order", base: shortHash(base.work_hash), head: shortHash(head.work_hash) }];
}

function scalarText(value: string | number | boolean | null | undefined): string {
  return value === undefined || value === null ? "none" : String(value);
}

function shortHash(hash: string | null): string {
  return hash === null ? "none" : hash.slice(0, 12);
}

/** Facts of machine, software and drift in which a job differs from the newest stored one, each once. */
export function newestDifferences(result: JobResult, newest: JobResult | undefined): Difference[] {
  if (newest === undefined) return [];
  const software = result.benchmarks.flatMap((benchmark) => {
    const known = newest.benchmarks.find(({ id }) => id === benchmark.id);
    return known === undefined || known.software === null || benchmark.software === null
      ? []
      : softwareDifferences(known, benchmark);
  });
  const fields = new Set([...Object.keys(newest.drift), ...Object.keys(result.drift)]);
  const drift = [...fields]
    .sort()
    .map((field): Difference => {
      const [base, head] = [scalarText(newest.drift[field]), scalarText(result.drift[field])];
      return { kind: "drift", field, base, head };
    })
    .filter(({ base, head }) => base !== head);
  const all = [...differences(newest.machine, result.machine, "machine"), ...software, ...drift];
  return [...new Map(all.map((difference) => [JSON.stringify(difference), difference])).values()];
}
