/**
 * A result that somebody else's job uploaded, held against what GitHub says of its run. The code that was measured may
 * have written every byte of it: what can be checked is checked, what is known better is replaced, and the rest is numbers.
 */
import { belongsTo } from "./artifact-name.ts";
import type { BenchmarkResult, JobResult, RunRecord } from "./result.ts";
import { isFileName } from "./stored-result.ts";
import { sameRepository, type WorkflowRun } from "./workflow-run.ts";

/** More than any honest job has; a report over less is drawn and judged in seconds. */
const MOST = {
  benchmarks: 200,
  controls: 20,
  runs: 200,
  metrics: 50,
  values: 100,
  warnings: 200,
  listed: 1000,
} as const;

/** No run of a workflow lasts as long. */
const LONGEST_S = 40 * 86_400;

/** Clocks of runners may be wrong, though not by more than this. */
const CLOCK_MS = 86_400_000;

export interface Claimed {
  readonly result: JobResult;
  /** Of the artifact it lay in. */
  readonly name: string;
  readonly run: WorkflowRun;
  readonly now: number;
}

/** What speaks against a result, as a sentence without a full stop; null when nothing does. */
export function faultOfClaims({ result, name, run, now }: Claimed): string | null {
  const { job } = result;
  if (job.run_id !== String(run.id)) return "it names another run";
  if (!belongsTo(result, name)) return "its runner, suite and attempt are not those in the name of its artifact";
  if (job.attempt > run.run_attempt) return `it names attempt ${job.attempt} of a run that has ${run.run_attempt}`;
  if (!sameRepository(job.repository, run.repository.full_name)) return "it names another repository";
  if (job.event !== run.event) return `it names another event than ${run.event}`;
  return faultOfTimes(result, run, now);
}

function faultOfTimes({ job }: JobResult, run: WorkflowRun, now: number): string | null {
  const [begun, ended] = [Date.parse(job.started_at), Date.parse(job.finished_at)];
  if (ended < begun) return "it ended before it began";
  const isWithin = begun >= Date.parse(run.created_at) - CLOCK_MS && ended <= now + CLOCK_MS;
  return isWithin ? null : "it claims to have been measured outside the time of its run";
}

/** Counts and names: a result that no program of ours writes. */
export function faultOfContents(result: JobResult): string | null {
  const { benchmarks, control, listed, warnings, job } = result;
  if (!isFileName(job.run_id)) return "its run id cannot be part of a file name";
  if (benchmarks.length > MOST.benchmarks) return `it holds more than ${MOST.benchmarks} benchmarks`;
  if (control.length > MOST.controls) return `it holds more than ${MOST.controls} controls`;
  if (listed.length > MOST.listed) return `it lists more than ${MOST.listed} benchmarks`;
  if (warnings.length > MOST.warnings) return `it holds more than ${MOST.warnings} warnings`;
  if (longestTime(result) > LONGEST_S) return "it claims to have measured for longer than any job lasts";
  const ids = new Set(benchmarks.map(({ id }) => id));
  if (ids.size < benchmarks.length) return "it holds a benchmark twice";
  for (const benchmark of [...benchmarks, ...control]) {
    const fault = faultOfBenchmark(benchmark);
    if (fault !== null) return fault;
  }
  return null;
}

function longestTime({ measured_s, confirmation, benchmarks, control }: JobResult): number {
  const runs = [...benchmarks, ...control].flatMap(allRuns);
  const times = [measured_s, confirmation?.planned_s ?? 0, confirmation?.spent_s ?? 0];
  return runs.reduce((longest, { duration_s }) => Math.max(longest, duration_s), Math.max(...times));
}

function allRuns({ runs, paired }: BenchmarkResult): RunRecord[] {
  return [...runs, ...(paired?.base ?? []), ...(paired?.head ?? [])];
}

function faultOfBenchmark(benchmark: BenchmarkResult): string | null {
  const { id, title, backend, metrics } = benchmark;
  if (id !== `${title}.${backend}`) return "the id of a benchmark is not its title and backend";
  const all = allRuns(benchmark);
  if (all.length > MOST.runs) return `a benchmark of it has more than ${MOST.runs} runs`;
  if (metrics.length > MOST.metrics) return `a benchmark of it has more than ${MOST.metrics} metrics`;
  if (new Set(metrics.map(({ name }) => name)).size < metrics.length) return "a benchmark of it has a metric twice";
  const isLong = ({ values, warnings, disturbances }: (typeof all)[number]): boolean =>
    Math.max(Object.keys(values).length, warnings.length, disturbances.length) > MOST.values;
  return all.some(isLong) ? `a run of it has more than ${MOST.values} values` : null;
}

/**
 * Null when the measured commit belongs to the run: its head, or, in a pull request, a merge of that head. A result that
 * names none claims nothing.
 *
 * @param parents of the measured commit, where GitHub knows it
 */
export function faultOfCommit(sha: string | null, run: WorkflowRun, parents: readonly string[] | null): string | null {
  if (sha === null || sha === run.head_sha || parents?.includes(run.head_sha) === true) return null;
  return `the measured commit ${sha.slice(0, 7)} is neither ${run.head_sha.slice(0, 7)}, the head of the run, nor a merge of it`;
}

export interface TrustedFacts {
  readonly run: WorkflowRun;
  readonly serverUrl: string;
  /** As found from what GitHub says; null where there is none. */
  readonly pullRequest: number | null;
}

/** The same result with every fact of its job that is known better than it can know it. */
export function withTrustedFacts(result: JobResult, { run, serverUrl, pullRequest }: TrustedFacts): JobResult {
  const { attempt } = result.job;
  const url = `${serverUrl}/${run.repository.full_name}/actions/runs/${run.id}`;
  return {
    ...result,
    job: {
      ...result.job,
      repository: run.repository.full_name,
      ref: pullRequest === null ? `refs/heads/${run.head_branch ?? ""}` : `refs/pull/${pullRequest}/merge`,
      pull_request: pullRequest,
      run_url: attempt === 1 ? url : `${url}/attempts/${attempt}`,
    },
  };
}
