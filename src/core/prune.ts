/** Chooses which stored files may go: old ones that no series in use rests on. */
import { isUsable } from "./baseline.ts";
import type { JobResult } from "./result.ts";
import { MAX_HISTORY } from "./samples.ts";
import { byRunner, daysBefore } from "./store-summary.ts";
import type { StoredFile } from "./stored-result.ts";

/** As many as a candidate is ever judged against. */
export const KEEP = MAX_HISTORY;

export interface PruneRule {
  /** Null: of any age. */
  readonly olderThanDays: number | null;
  /** Newest jobs that stay, of every runner and of every series in use. */
  readonly keep: number;
  /** Null: of all runners. */
  readonly runner: string | null;
  /** Files that no version can read, and nothing else. */
  readonly broken: boolean;
}

export interface PrunePlan {
  readonly remove: readonly { readonly path: string; readonly at: string | null; readonly why: string }[];
  /** Files of the chosen runners that stay. */
  readonly stay: number;
  /** Of these, old enough to go by an age that was asked for, and among the newest of a series in use. */
  readonly needed: number;
}

export function planPrune(files: readonly StoredFile[], rule: PruneRule, now: Date): PrunePlan {
  const chosen = [...byRunner(files)].filter(([runner]) => rule.runner === null || rule.runner === runner);
  const plans = chosen.map(([, own]) => (rule.broken ? planBroken(own) : planOld(own, rule, now)));
  const total = (count: (plan: PrunePlan) => number): number => plans.reduce((sum, plan) => sum + count(plan), 0);
  return {
    remove: plans.flatMap(({ remove }) => remove),
    stay: total(({ stay }) => stay),
    needed: total(({ needed }) => needed),
  };
}

function planBroken(files: readonly StoredFile[]): PrunePlan {
  const remove = files.flatMap((file) =>
    file.state === "unusable" && !file.newer ? [{ path: file.path, at: null, why: file.fault }] : [],
  );
  return { remove, stay: files.length - remove.length, needed: 0 };
}

function planOld(files: readonly StoredFile[], rule: PruneRule, now: Date): PrunePlan {
  const dated = files
    .flatMap((file) => {
      const at = timeOf(file);
      return at === null ? [] : [{ file, at }];
    })
    .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
  const inUse = neededFiles(
    dated.map(({ file }) => file),
    rule.keep,
  );
  const old = dated.filter(({ at }) => rule.olderThanDays === null || daysBefore(now, at) > rule.olderThanDays);
  const remove = old
    .filter(({ file }) => !inUse.has(file.path))
    .map(({ file, at }) => ({ path: file.path, at, why: `${Math.floor(daysBefore(now, at))} days old` }));
  const needed = rule.olderThanDays === null ? 0 : old.length - remove.length;
  return { remove, stay: files.length - remove.length, needed };
}

/** Null for a file that cannot be read: its age is unknown. */
function timeOf(file: StoredFile): string | null {
  if (file.state === "result") return file.result.job.started_at;
  return file.state === "qualification" ? file.qualification.made_at : null;
}

/**
 * Paths that a series in use rests on: the newest `keep` jobs, of every benchmark the newest `keep` that measured what its
 * newest job measured, and the newest record of what the runner detects.
 *
 * @param files newest first
 */
function neededFiles(files: readonly StoredFile[], keep: number): ReadonlySet<string> {
  const jobs = files.flatMap((file) => (file.state === "result" ? [file] : []));
  const records = files.filter(({ state }) => state === "qualification");
  const series = new Map<string, { readonly identity: string; readonly paths: string[] }>();
  for (const { path, result } of jobs) {
    for (const [id, identity] of identitiesOf(result)) {
      const known = series.get(id);
      if (known === undefined) series.set(id, { identity, paths: [path] });
      else if (known.identity === identity) known.paths.push(path);
    }
  }
  return new Set([
    ...jobs.slice(0, keep).map(({ path }) => path),
    ...[...series.values()].flatMap(({ paths }) => paths.slice(0, keep)),
    ...records.slice(0, Math.min(keep, 1)).map(({ path }) => path),
  ]);
}

/** Benchmark id → what measured which work, of the benchmarks that serve as history; the control workload is one too. */
function identitiesOf({ machine, benchmarks, control }: JobResult): [string, string][] {
  return [...benchmarks, ...control]
    .filter(isUsable)
    .map(({ id, work_hash, software }) => [id, JSON.stringify([machine.hash, work_hash, software?.hash ?? null])]);
}
