/** Names of artifacts: by them a report finds the results of a run, newest attempt first. */
import type { JobResult } from "./result.ts";
import { suiteSuffix } from "./suite-key.ts";

/** `finetune-bench-<runner key>-<run id>-<attempt>[-<suite>]`: unique in its run, also among the jobs of a matrix and their suites. */
export function artifactName(runnerKey: string, runId: string, attempt: number, suiteName: string): string {
  return `finetune-bench-${runnerKey}-${runId}-${attempt}${suiteSuffix(suiteName)}`;
}

/** Of a report over several runners; no runner key makes this name, so that nothing takes it for results. */
export function reportName(runId: string, attempt: number): string {
  return `finetune-bench.report-${runId}-${attempt}`;
}

export interface ResultsName {
  readonly runnerKey: string;
  readonly attempt: number;
  /** What stands behind the attempt: the suite, and a further number where the name was taken. */
  readonly end: string;
}

/** Null for every artifact that is none of this run's results. */
export function parseArtifactName(name: string, runId: string): ResultsName | null {
  if (!/^finetune-bench-[a-z0-9][a-z0-9._-]{0,250}$/.test(name)) return null;
  const match = new RegExp(`^finetune-bench-(.+?)-${runId}-([1-9][0-9]{0,5})((?:-[a-z0-9._-]+)?)$`).exec(name);
  const [, runnerKey, attempt, end] = match ?? [];
  if (runnerKey === undefined || attempt === undefined || end === undefined) return null;
  return { runnerKey, attempt: Number(attempt), end };
}

/**
 * Whether a result may lie in an artifact of this name. Where a name was taken, by a second job or by an upload whose
 * answer was lost, a number stands behind it.
 */
export function belongsTo({ runner_key, job, suite }: JobResult, name: string): boolean {
  return isOrFurther(name, artifactName(runner_key, job.run_id, job.attempt, suite.name));
}

/** Whether a name that ends so is one of a suite's. */
export function isOfSuite(end: string, suiteName: string): boolean {
  return isOrFurther(end, suiteSuffix(suiteName));
}

function isOrFurther(name: string, own: string): boolean {
  return name === own || (name.startsWith(`${own}-`) && /^[2-9]$/.test(name.slice(own.length + 1)));
}

/** For every name without its attempt the newest one: jobs that were not run again keep what an earlier attempt measured. */
export function newestAttempts<T extends { readonly parsed: ResultsName }>(found: readonly T[]): T[] {
  const newest = new Map<string, T>();
  for (const one of found) {
    const { runnerKey, end, attempt } = one.parsed;
    const key = `${runnerKey} ${end}`;
    const known = newest.get(key);
    if (known === undefined || attempt > known.parsed.attempt) newest.set(key, one);
  }
  return [...newest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}
