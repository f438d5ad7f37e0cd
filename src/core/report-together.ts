/** The jobs of one suite as one report: judged together, each beside the history of its own runner. */
import { compareJobs } from "./compare.ts";
import type { FailOn } from "./gate.ts";
import { compareInput, jobReport, type Recording, type RunnerHistory } from "./job-report.ts";
import { joinReports, type JoinOptions } from "./join-reports.ts";
import type { JointReport } from "./joint.ts";
import type { JobResult } from "./result.ts";

export interface RecordedJob {
  readonly result: JobResult;
  readonly history: RunnerHistory;
  readonly recording: Recording;
}

/** @param jobs of one suite, one for each runner; none where no result can be used */
export function reportTogether(
  jobs: readonly RecordedJob[],
  failOn: ReadonlySet<FailOn>,
  options: JoinOptions,
): JointReport {
  const compared = compareJobs(jobs.map(({ result, history }) => compareInput(result, history)));
  const reports = jobs.flatMap((job, index) => {
    const found = compared[index];
    return found === undefined ? [] : [jobReport({ ...job, compared: found, failOn, warnings: [] })];
  });
  return joinReports(reports, failOn, options);
}

/** By suite, in the order of their names. */
export function bySuite<T extends { readonly result: JobResult }>(jobs: readonly T[]): [string, T[]][] {
  const suites = new Map<string, T[]>();
  for (const job of jobs) {
    const { name } = job.result.suite;
    suites.set(name, [...(suites.get(name) ?? []), job]);
  }
  return [...suites].sort(([a], [b]) => (a < b ? -1 : 1));
}
