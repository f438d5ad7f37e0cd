/** The stages' values put together into one report. */
import { adviceOf } from "./advice.ts";
import type { BaselineSummary, ChangePoint, Comparison, ControlFinding, Difference } from "./comparison.ts";
import { disturbancesOf } from "./disturbances.ts";
import { clip } from "./escape.ts";
import { frameworkPairs } from "./frameworks.ts";
import type { GateDecision } from "./gate.ts";
import { headlineOf } from "./headline.ts";
import { differences } from "./identity.ts";
import { REPORT_SCHEMA_VERSION, type Failure, type Recorded, type Report, type ReportFacts } from "./report.ts";
import type { Qualification } from "./qualification.ts";
import type { JobResult } from "./result.ts";

/** The stages' values a report is built from. */
export interface ReportInput {
  readonly result: JobResult;
  /** One for every metric of every benchmark; one without metric for a benchmark that measured nothing. */
  readonly comparisons: readonly Comparison[];
  readonly baseline: BaselineSummary | null;
  /** Machine, software and drift facts that differ between this job and the newest stored one. */
  readonly differences: readonly Difference[];
  readonly gate: GateDecision;
  readonly control?: readonly ControlFinding[];
  readonly changePoints?: readonly ChangePoint[];
  readonly qualification?: Qualification | null;
  readonly recorded: Recorded;
  readonly historyUnread?: boolean;
  readonly storeFaults?: readonly string[];
  /** Of the stages around the measurement (store, publishing), beside those the result holds. */
  readonly warnings?: readonly string[];
  readonly artifactUrl?: string;
}

export function buildReport(input: ReportInput): Report {
  const { result, comparisons, baseline, gate, recorded } = input;
  const facts: ReportFacts = {
    schema: REPORT_SCHEMA_VERSION,
    version: result.version,
    job: result.job,
    runner_key: result.runner_key,
    suite: result.suite,
    gate: { ...gate },
    comparisons: [...comparisons],
    control: [...(input.control ?? [])],
    confirmation: result.confirmation === null ? null : { ...result.confirmation, stopped: stoppedPairs(result) },
    change_points: [...(input.changePoints ?? [])],
    qualification: input.qualification ?? null,
    disturbances: disturbancesOf(result),
    failures: failuresOf(result, comparisons),
    cut: result.benchmarks.flatMap(({ id, title, backend, status }) =>
      status.state === "cut" ? [{ benchmark: id, title, backend, message: status.message }] : [],
    ),
    frameworks: frameworkPairs(result.benchmarks, comparisons),
    environment: {
      machine: result.machine.facts,
      drift: result.drift,
      software: softwareOf(result),
      differences: [...input.differences],
      proposed: proposedBy(result),
    },
    baseline: baseline === null ? null : { ...baseline, age_days: ageDays(baseline.newest_at, result.job.finished_at) },
    measured_s: result.measured_s,
    recorded,
    history_unread: input.historyUnread ?? false,
    store_faults: [...(input.storeFaults ?? [])].map((fault) => clip(fault, 2000)),
    warnings: gatherWarnings(result, comparisons, input.warnings ?? []),
    links: { artifact_url: input.artifactUrl ?? null, run_url: result.job.run_url },
  };
  return { ...facts, headline: headlineOf(facts), advice: adviceOf(facts) };
}

function ageDays(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 86_400_000);
}

/**
 * Failed benchmarks of the job, then those that never got into it (a benchmark of the baseline that did not run). Those
 * that are informative come last: the headline tells of the first.
 */
function failuresOf(result: JobResult, comparisons: readonly Comparison[]): Failure[] {
  const measured = result.benchmarks.flatMap(({ id, title, backend, status, runs }): Failure[] => {
    if (status.state !== "failed") return [];
    const run = runs.find(({ outcome }) => outcome.status === "failed");
    const { reason, message } = status;
    return [{ benchmark: id, title, backend, reason, message, duration_s: run?.duration_s ?? null }];
  });
  const known = new Set(measured.map((failure) => failure.benchmark));
  const others = comparisons.flatMap(({ benchmark, title, backend, verdict, reason }): Failure[] => {
    if (verdict !== "failed" || known.has(benchmark)) return [];
    known.add(benchmark);
    const present = result.benchmarks.find(({ id }) => id === benchmark);
    // Its runs against history were fine: the message alone says how a later one died.
    const inPairs = present?.paired?.stopped?.side === "head" && present.paired.stopped.message === reason;
    const why = present === undefined ? "missing" : inPairs ? "exit-code" : "check-failed";
    return [{ benchmark, title, backend, reason: why, message: reason ?? "", duration_s: null }];
  });
  const informative = new Set(
    comparisons.filter(({ comparison_class }) => comparison_class === "informative").map(({ benchmark }) => benchmark),
  );
  return [...measured, ...others].toSorted(
    (a, b) => Number(informative.has(a.benchmark)) - Number(informative.has(b.benchmark)),
  );
}

function softwareOf(result: JobResult): Report["environment"]["software"] {
  const byHash = new Map<string, Report["environment"]["software"][number]>();
  for (const { software, backend } of result.benchmarks) {
    if (software === null) continue;
    const known = byHash.get(software.hash);
    if (known === undefined) byHash.set(software.hash, { backends: [backend], facts: software.facts });
    else if (!known.backends.includes(backend)) known.backends.push(backend);
  }
  return [...byHash.values()];
}

function stoppedPairs({ benchmarks }: JobResult): NonNullable<Report["confirmation"]>["stopped"] {
  return benchmarks.flatMap(({ id, title, backend, paired }) => {
    const stopped = paired?.stopped ?? null;
    return stopped === null ? [] : [{ ...stopped, benchmark: id, title, backend, pairs: paired?.base.length ?? 0 }];
  });
}

function proposedBy({ benchmarks }: JobResult): Difference[] {
  const found = benchmarks.flatMap(({ software, paired }) => {
    const base = paired?.software ?? null;
    return base === null || software === null ? [] : differences(base, software, "software");
  });
  return [...new Map(found.map((difference) => [JSON.stringify(difference), difference])).values()];
}

/** Equal warnings of several benchmarks become one that names them. */
function gatherWarnings(
  result: JobResult,
  comparisons: readonly Comparison[],
  others: readonly string[],
): Report["warnings"] {
  const found = new Map<string, Set<string>>();
  const add = (message: string, benchmark?: string): void => {
    const benchmarks = found.get(message) ?? new Set();
    if (benchmark !== undefined) benchmarks.add(benchmark);
    found.set(message, benchmarks);
  };
  for (const message of [...others, ...result.warnings]) add(message);
  for (const { id, runs } of result.benchmarks) {
    for (const run of runs) for (const message of run.warnings) add(message, id);
  }
  for (const { benchmark, warnings } of comparisons) for (const message of warnings) add(message, benchmark);
  return [...found].map(([message, benchmarks]) => ({ message, benchmarks: [...benchmarks] }));
}
