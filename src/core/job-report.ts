/** What the result of one job comes to beside the history of its runner. */
import { buildReport } from "./build-report.ts";
import { changePointsOf } from "./change-report.ts";
import type { ComparedJob, CompareInput } from "./compare.ts";
import { controlFindings } from "./control.ts";
import { decideGate, type FailOn } from "./gate.ts";
import type { Qualification } from "./qualification.ts";
import type { Recorded, Report } from "./report.ts";
import type { JobResult } from "./result.ts";

/** What is stored of one runner. */
export interface RunnerHistory {
  /** Oldest first by the time in the files. */
  readonly results: readonly JobResult[];
  /** What the runner was last found able to detect; null until it was qualified. */
  readonly qualification: Qualification | null;
  /** What could not be read, and what to do about it. */
  readonly warnings: readonly string[];
  /** Why nothing could be read at all, where it could not: that is not the same as an empty history. */
  readonly unread?: string;
}

/** Whether the result became a point of the history, and why not where it should have. */
export interface Recording {
  /** Results of the default branch are meant to. */
  readonly wanted: boolean;
  readonly recorded: Recorded;
  readonly fault: string | null;
}

export function compareInput(result: JobResult, history: RunnerHistory): CompareInput {
  const { results } = history;
  return { result, history: results, planned: result.listed, control: controlFindings(result, results) };
}

export interface JobReportInput {
  readonly result: JobResult;
  readonly compared: ComparedJob;
  readonly history: RunnerHistory;
  readonly recording: Recording;
  readonly failOn: ReadonlySet<FailOn>;
  /** Of the stages around the measurement. */
  readonly warnings: readonly string[];
}

export function jobReport({ result, compared, history, recording, failOn, warnings }: JobReportInput): Report {
  return buildReport({
    ...compared,
    result,
    gate: decideGate(compared.comparisons, failOn),
    changePoints: recording.wanted ? changePointsOf(history.results, result) : [],
    qualification: history.qualification,
    recorded: recording.recorded,
    historyUnread: history.unread !== undefined,
    storeFaults: [history.unread, recording.fault].filter((fault) => typeof fault === "string"),
    warnings: [...history.warnings, ...compared.warnings, ...warnings],
  });
}
