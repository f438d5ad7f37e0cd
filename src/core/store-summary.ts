/** What a store holds, one entry for each runner. */
import { DAY_S } from "./duration.ts";
import type { JobResult } from "./result.ts";
import { gather, parseStoredPath, type StoredFile } from "./stored-result.ts";

/** A stored job by its commit and time. */
export interface JobMark {
  readonly sha: string | null;
  readonly at: string;
  readonly age_days: number;
}

export interface RunnerSummary {
  readonly runner_key: string;
  readonly jobs: number;
  /** Ids, sorted. */
  readonly benchmarks: readonly string[];
  /** Null where no file can be read. */
  readonly newest: JobMark | null;
  readonly oldest: JobMark | null;
  /** When the runner was last found able to detect what. */
  readonly qualified_at: string | null;
  /** Files that cannot serve. */
  readonly unusable: readonly { readonly path: string; readonly fault: string }[];
}

/** Sorted by runner key. */
export function summarise(files: readonly StoredFile[], now: Date): RunnerSummary[] {
  return [...byRunner(files)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([runner_key, own]) => {
      const { results, qualification } = gather(own);
      const ids = new Set(results.flatMap(({ benchmarks }) => benchmarks.map(({ id }) => id)));
      return {
        runner_key,
        jobs: results.length,
        benchmarks: [...ids].sort(),
        newest: markOf(results.at(-1), now),
        oldest: markOf(results[0], now),
        qualified_at: qualification?.made_at ?? null,
        unusable: own.flatMap((file) => (file.state === "unusable" ? [{ path: file.path, fault: file.fault }] : [])),
      };
    });
}

/** Runner key → its files. */
export function byRunner(files: readonly StoredFile[]): ReadonlyMap<string, readonly StoredFile[]> {
  return Map.groupBy(files, ({ path }) => parseStoredPath(path)?.runnerKey ?? path);
}

function markOf(result: JobResult | undefined, now: Date): JobMark | null {
  if (result === undefined) return null;
  const { sha, started_at } = result.job;
  return { sha, at: started_at, age_days: daysBefore(now, started_at) };
}

/** Days from `time` to `now`; negative for a time to come. */
export function daysBefore(now: Date, time: string): number {
  return (now.getTime() - Date.parse(time)) / 1000 / DAY_S;
}
