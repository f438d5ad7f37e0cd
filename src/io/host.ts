/** What the pipeline needs of the world it runs in: the action and the local command each make one. */
import type { Report } from "../core/report.ts";
import type { BaselineStore } from "./baseline-store.ts";
import type { Environment, JobContext } from "./job-context.ts";
import type { Progress } from "./progress.ts";
import type { ResultsFolder } from "./results-folder.ts";

export interface Host {
  readonly context: JobContext;
  readonly version: string;
  /** The checkout: suite file, training scripts, requirements. */
  readonly workspace: string;
  /** Where the results folder is made. */
  readonly resultsRoot: string;
  /** Environments, weights and token files; outlives the checkout. */
  readonly cache: string;
  /** The folder `harness/` of this program. */
  readonly harness: string;
  /** The variables this program was started with. */
  readonly env: Environment;
  readonly store: BaselineStore;
  /** Whether this job's result is to become a point of the history. */
  readonly record: boolean;
  /** In place of the suite's number of repeats. */
  readonly repeats: number | null;
  readonly progress: Progress;
  /** Aborted by Ctrl-C, or by the runner when a job is cancelled. */
  readonly signal: AbortSignal;
  /** Makes the report known, and returns it with the addresses that gave. Failures to publish are warnings. */
  publish(report: Report, folder: ResultsFolder): Promise<Report>;
}
