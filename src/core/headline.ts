/** The one sentence the whole report comes down to: the worst finding with its size, its benchmark and its runner. */
import { counted, formatDuration } from "./units.ts";
import type { Comparison, Difference } from "./comparison.ts";
import { benchmarkIds, changeInWords, withVerdict, worstFirst } from "./findings.ts";
import type { Failure, ReportFacts } from "./report.ts";
import type { FailureReason } from "./result.ts";
import { named, say, type Sentence } from "./sentence.ts";

/** Fewer stored jobs than this, and the width of an interval says more about the history than about the machine. */
const SHORT_HISTORY = 5;

export function headlineOf(report: ReportFacts): Sentence {
  const { comparisons, runner_key, gate } = report;
  const runner = named(runner_key);
  const total = benchmarkIds(comparisons).length;
  const found = worstFirst(withVerdict(comparisons, gate.verdict));
  const [worst] = found;
  if (worst === undefined) return say`Nothing was measured on ${runner}`;
  const affected = benchmarkIds(found);
  switch (gate.verdict) {
    case "failed":
      return failed(report, total);
    case "regression":
    case "improvement":
      return changed(worst, affected.length - 1, report);
    case "incomparable":
      return incomparable(runner_key, found, affected.length, total);
    case "no-baseline":
      return noBaseline(report, affected.length, total);
    case "inconclusive":
      return inconclusive(report, found, total);
    case "no-change":
      return say`No change in ${counted(total, "benchmark")} on ${runner}`;
  }
}

/** `title · backend`: how a benchmark is called in every sentence and table. */
export function benchmarkName({ title, backend }: Pick<Comparison, "title" | "backend">): Sentence {
  return [named(title), ` · ${backend}`];
}

const FAILURE_WORDS: Readonly<Record<FailureReason, string>> = {
  "out-of-memory": "ran out of memory",
  "not-finite": "got a loss or metric that is not a finite number",
  timeout: "ran into its time limit",
  killed: "was killed",
  "exit-code": "ended with an error",
  "bad-events": "wrote events that cannot be read",
  "bad-order": "could not use its work order",
  "check-failed": "failed its check",
  "backend-unavailable": "cannot run on this machine",
  environment: "got no Python environment",
  cancelled: "was cancelled",
  "time-budget": "did not fit into the time budget",
  exception: "ended with an exception",
  missing: "did not run, though the baseline has it",
};

/** "ran out of memory after 12 s". */
export function failureInWords({ reason, duration_s }: Failure): string {
  return FAILURE_WORDS[reason] + (duration_s === null ? "" : ` after ${formatDuration(duration_s)}`);
}

function failed({ failures, runner_key }: ReportFacts, total: number): Sentence {
  const [first] = failures;
  if (first === undefined) return say`A benchmark failed on ${named(runner_key)}`;
  const one = say`${benchmarkName(first)} ${failureInWords(first)}`;
  if (total === 1) return say`${one} on ${named(runner_key)}`;
  if (failures.length === 1) return say`1 of ${counted(total, "benchmark")} failed: ${one}`;
  const count = failures.length === total ? (total === 2 ? "Both" : `All ${total}`) : `${failures.length} of ${total}`;
  return say`${count} benchmarks failed on ${named(runner_key)}; the first: ${one}`;
}

function changed(worst: Comparison, others: number, { runner_key }: ReportFacts): Sentence {
  if (worst.metric === null || worst.effect === null)
    return say`${benchmarkName(worst)} changed on ${named(runner_key)}`;
  const words = changeInWords(worst.metric, worst.effect, worst.unconfirmed);
  const name = benchmarkName(worst);
  const drift = worst.metric.class === "loss" ? ": the numerics drifted" : "";
  const more =
    others > 0
      ? `, and ${counted(others, "other benchmark")} ${worst.verdict === "regression" ? "got worse" : "improved"}`
      : "";
  return say`${name} ${words} on ${named(runner_key)}${drift}${more}${worst.unconfirmed ? " (unconfirmed)" : ""}`;
}

function incomparable(runner: string, found: readonly Comparison[], affected: number, total: number): Sentence {
  const which = affected === total ? counted(total, "benchmark") : `${affected} of ${counted(total, "benchmark")}`;
  const whose = affected === 1 ? "is not comparable with its" : "are not comparable with their";
  return say`${which} on ${named(runner)} ${whose} history: ${reasonOf(found)}`;
}

function noBaseline(report: ReportFacts, affected: number, total: number): Sentence {
  const runner = named(report.runner_key);
  if (report.history_unread) return say`The history of ${runner} could not be read: nothing was compared`;
  if (affected < total)
    return say`${String(affected)} of ${counted(total, "benchmark")} on ${runner} ${affected === 1 ? "has" : "have"} no baseline yet`;
  switch (report.recorded) {
    case "yes":
      return say`No baseline yet on ${runner}: this run was recorded as the first one`;
    case "no":
      return say`Nothing to compare yet on ${runner}`;
    case "failed":
      return say`No baseline on ${runner}, and this run could not be recorded`;
  }
}

function inconclusive(report: ReportFacts, found: readonly Comparison[], total: number): Sentence {
  const runner = named(report.runner_key);
  const affected = benchmarkIds(found);
  const some = total === 1 ? "the only benchmark" : `${affected.length} of ${total} benchmarks`;
  const cut = new Set(report.cut.map(({ benchmark }) => benchmark));
  if (affected.every((id) => cut.has(id))) return say`Cannot tell: the time budget cut ${some} on ${runner}`;
  const jobs = Math.max(...found.map(({ base }) => base?.count ?? 0));
  if (jobs < SHORT_HISTORY) {
    return say`Cannot tell yet: ${some} on ${runner} ${verb(affected.length)} compared with only ${counted(jobs, "earlier job")}`;
  }
  return say`Cannot tell: ${some} on ${runner} ${verb(affected.length)} too noisy`;
}

function verb(count: number): string {
  return count === 1 ? "is" : "are";
}

/** Fields that make it incomparable, each once: "torch 2.14.1 instead of 2.13.0". */
export function reasonOf(comparisons: readonly Comparison[]): Sentence {
  const fields = new Map<string, Difference>();
  for (const { differences } of comparisons) {
    for (const difference of differences) if (difference.kind !== "drift") fields.set(difference.field, difference);
  }
  const [first] = fields.values();
  if (first === undefined) return ["another identity"];
  const one = say`${named(`${first.field} ${first.head}`)} instead of ${named(first.base)}`;
  return fields.size === 1 ? one : say`${one} and ${counted(fields.size - 1, "other field")}`;
}
