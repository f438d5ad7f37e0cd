/** The hidden first line by which a job knows its issue again, and what it said there. */
import type { ChangePoint } from "./comparison.ts";
import { canonicalJson, sha256Hex } from "./hash.ts";

export interface IssueMarker {
  readonly suiteKey: string;
  readonly runnerKey: string;
  readonly runId: string;
  readonly attempt: number;
  /** Keys of the findings the issue lists. */
  readonly standing: readonly string[];
  /** Keys of those it listed once. */
  readonly gone: readonly string[];
}

const MOST_GONE = 200;

export function writeIssueMarker({ suiteKey, runnerKey, runId, attempt, standing, gone }: IssueMarker): string {
  return `<!-- finetune-bench-issue:${suiteKey}:${runnerKey} run ${runId}.${attempt} standing ${written(standing)} gone ${written(gone)} -->`;
}

function written(keys: readonly string[]): string {
  return keys.slice(-MOST_GONE).join(",") || "none";
}

function read(keys = "none"): string[] {
  return keys === "none" ? [] : keys.split(",");
}

const KEYS = "(none|[0-9a-f]{8}(?:,[0-9a-f]{8})*)";
const PATTERN = new RegExp(
  `^<!-- finetune-bench-issue:([a-z0-9._-]+):([a-z0-9._-]+) run ([0-9]{1,20})\\.([0-9]{1,9}) standing ${KEYS} gone ${KEYS} -->`,
);

/** The marker an issue begins with; null for every other issue. */
export function readIssueMarker(body: string): IssueMarker | null {
  const [, suiteKey, runnerKey, runId, attempt, standing, gone] = PATTERN.exec(body) ?? [];
  if (suiteKey === undefined || runnerKey === undefined || runId === undefined) return null;
  return { suiteKey, runnerKey, runId, attempt: Number(attempt), standing: read(standing), gone: read(gone) };
}

/**
 * One key for each finding, in their order. The commit is no part of it: with more jobs the same change may turn out to
 * lie one commit earlier. Several changes of one series are told apart by their number, oldest first.
 */
export function findingKeys(newestFirst: readonly ChangePoint[]): string[] {
  const seen = new Map<string, number>();
  return newestFirst
    .toReversed()
    .map(({ benchmark, metric }) => {
      const series = canonicalJson([benchmark, metric.name]);
      const number = (seen.get(series) ?? 0) + 1;
      seen.set(series, number);
      return sha256Hex(canonicalJson([series, number])).slice(0, 8);
    })
    .toReversed();
}
