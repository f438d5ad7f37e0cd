/** The one sentence the whole report comes down to: the worst finding with its size, its benchmark and its runner. */
import { sinceOf } from "./change-point-words.ts";
import type { ChangePoint, Comparison, ControlFinding, Difference } from "./comparison.ts";
import { disturbedAmong } from "./disturbances.ts";
import { failureInWords } from "./failure-words.ts";
import { benchmarkIds, benchmarkName, changeInWords, isStarved, withVerdict } from "./findings.ts";
import { leadOf } from "./lead.ts";
import { cancelledPairs } from "./pair-words.ts";
import type { ReportFacts } from "./report.ts";
import { named, say, type Sentence } from "./sentence.ts";
import { counted, formatAge } from "./units.ts";

/** Fewer stored jobs than this, and the width of an interval says more about the history than about the machine. */
const SHORT_HISTORY = 5;

export function headlineOf(report: ReportFacts): Sentence {
  const lead = leadOf(report);
  const runner = named(report.runner_key);
  switch (lead.about) {
    case "machine":
      return machineMoved(lead.control, report);
    case "change-point":
      return changedSince(lead.point, report);
    case "accepted":
      return say`${counted(lead.found.length, "accepted change")} on ${runner}, nothing else`;
    case "stale-baseline": {
      const age = formatAge(report.baseline?.age_days ?? 0);
      return say`The newest baseline of ${runner} is ${age}: nothing was compared`;
    }
    case "verdict":
      return verdict(report, lead.found);
  }
}

function verdict(report: ReportFacts, found: readonly Comparison[]): Sentence {
  const { comparisons, runner_key, gate } = report;
  const runner = named(runner_key);
  const total = benchmarkIds(comparisons).length;
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

function machineMoved({ backend, metric, effect }: ControlFinding, { control, runner_key }: ReportFacts): Sentence {
  const where = control.length > 1 ? ` · ${backend}` : "";
  const how = metric === null || effect === null ? ["is not as"] : [...changeInWords(metric, effect, false), " than"];
  return say`The machine moved: the control workload on ${named(runner_key)}${where} ${how} in its history`;
}

function changedSince(point: ChangePoint, { runner_key }: ReportFacts): Sentence {
  const words = changeInWords(point.metric, point.effect, point.pending);
  const pending = point.pending ? " (pending)" : "";
  return say`${benchmarkName(point)} ${words} on ${named(runner_key)} since ${sinceOf(point)}${pending}`;
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

export function changed(worst: Comparison, others: number, { runner_key }: ReportFacts): Sentence {
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
  const found = withVerdict(report.comparisons, "no-baseline");
  if (found.length > 0 && found.every(isStarved)) {
    const where =
      affected < total
        ? say`for ${String(affected)} of ${counted(total, "benchmark")} on ${runner}`
        : say`on ${runner}`;
    return say`No usable baseline ${where}: every stored result was disturbed or incomplete`;
  }
  if (affected < total)
    return say`${String(affected)} of ${counted(total, "benchmark")} on ${runner} ${affected === 1 ? "has" : "have"} no baseline yet`;
  switch (report.recorded) {
    case "yes": {
      const ids = benchmarkIds(found);
      const disturbed = new Set(disturbedAmong(report, ids).map(({ benchmark }) => benchmark));
      if (disturbed.size === ids.length) return say`No baseline yet on ${runner}: the runs of this job were disturbed`;
      return say`No baseline yet on ${runner}: this run was recorded as the first one`;
    }
    case "no":
    case "later":
      return say`Nothing to compare yet on ${runner}`;
    case "failed":
      return say`No baseline on ${runner}, and this run could not be recorded`;
  }
}

function inconclusive(report: ReportFacts, found: readonly Comparison[], total: number): Sentence {
  const runner = named(report.runner_key);
  const affected = benchmarkIds(found);
  const some = total === 1 ? "the only benchmark" : `${affected.length} of ${total} benchmarks`;
  const cancelled = cancelledPairs(report, found);
  if (cancelled.length > 0) {
    const open = total === 1 ? "the only benchmark" : `${cancelled.length} of ${total} benchmarks`;
    return say`Cancelled before ${open} on ${runner} could be confirmed`;
  }
  const cut = new Set(report.cut.map(({ benchmark }) => benchmark));
  if (affected.every((id) => cut.has(id))) return say`Cannot tell: the time budget cut ${some} on ${runner}`;
  const stopped = report.confirmation?.stopped ?? [];
  const late = new Set(stopped.flatMap(({ benchmark, reason }) => (reason === "time-budget" ? [benchmark] : [])));
  if (affected.every((id) => late.has(id))) {
    return say`Cannot tell: there was no time for all pairs of ${some} on ${runner}`;
  }
  const jobs = Math.max(...found.map(({ base }) => base?.count ?? 0));
  if (jobs < SHORT_HISTORY && found.every(({ pairs }) => pairs === 0)) {
    return say`Cannot tell yet: ${some} on ${runner} ${verb(affected.length)} compared with only ${counted(jobs, "earlier job")}`;
  }
  return say`Cannot tell: ${some} on ${runner} ${verb(affected.length)} too noisy`;
}

function verb(count: number): string {
  return count === 1 ? "is" : "are";
}

/** Fields that make it incomparable, each once: "torch 2.14.1 instead of 2.13.0". */
export function reasonOf(comparisons: readonly Pick<Comparison, "differences">[]): Sentence {
  const fields = new Map<string, Difference>();
  for (const { differences } of comparisons) {
    for (const difference of differences) if (difference.kind !== "drift") fields.set(difference.field, difference);
  }
  const [first] = fields.values();
  if (first === undefined) return ["another identity"];
  const one = say`${named(`${first.field} ${first.head}`)} instead of ${named(first.base)}`;
  return fields.size === 1 ? one : say`${one} and ${counted(fields.size - 1, "other field")}`;
}
