/** What the pipeline needs of the world it runs in: the action and the local command each make one. */
import type { JointReport } from "../core/joint.ts";
import type { JobResult } from "../core/result.ts";
import type { BaseChoice, Remote } from "./base-commit.ts";
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
  /** Whether this job stores its result as a point of the history; `later`: the job that reports on the whole run does. */
  readonly record: "now" | "later" | "never";
  /** Which commit this job's head is run beside, where history cannot clear a change. */
  readonly base: (newest: JobResult | undefined) => Promise<BaseChoice>;
  /** Where git fetches what the checkout lacks; null: the checkout has all there is. */
  readonly remote: Remote | null;
  /** Seconds that confirming may take at most, within the time budget. */
  readonly confirmBudgetS: number;
  /** In place of the suite's number of repeats. */
  readonly repeats: number | null;
  readonly progress: Progress;
  /** Aborted by Ctrl-C, or by the runner when a job is cancelled. */
  readonly signal: AbortSignal;
  /** Makes the report known, and returns it with the addresses that gave. Failures to publish are warnings. */
  publish(report: JointReport, folder: ResultsFolder): Promise<JointReport>;
}
