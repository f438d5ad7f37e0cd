/** What the report line needs of the world it runs in: the action and the local command each make one. */
import path from "node:path";
import { reportName } from "../core/artifact-name.ts";
import { withTrustedFacts } from "../core/claims.ts";
import { terminalText } from "../core/escape.ts";
import type { Inputs } from "../core/inputs.ts";
import type { JointReport } from "../core/joint.ts";
import type { JobResult } from "../core/result.ts";
import { isRecorded, type WorkflowRun } from "../core/workflow-run.ts";
import type { BaselineStore } from "./baseline-store.ts";
import { collectRun, type Collected } from "./collect.ts";
import type { GitHubApi } from "./github-api.ts";
import type { JobContext } from "./job-context.ts";
import type { Progress } from "./progress.ts";
import { publishReports, type Target } from "./publish.ts";
import type { ResultsFolder } from "./results-folder.ts";
import type { Surroundings } from "./surroundings.ts";
import { headOfPull, pullRequestOf, readRun } from "./workflow-run.ts";

/** Whether a result is to become history: a text says why it cannot although it should. */
export type MayRecord = boolean | { readonly fault: string };

export interface Collection extends Collected {
  /** Where the results were measured; null outside of GitHub. */
  readonly runUrl: string | null;
}

export interface ReportHost {
  readonly collected: Collection;
  /** Where the folder of the report is made, and its name. */
  readonly resultsRoot: string;
  readonly folderName: string;
  readonly store: BaselineStore;
  readonly mayRecord: (result: JobResult) => MayRecord;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Makes the reports known, one for each suite, and returns them with the addresses that gave. */
  publish(reports: readonly JointReport[], folder: ResultsFolder): Promise<readonly JointReport[]>;
}

/** Collects the artifacts of a run: that of the input, else the one that triggered this job, else the job's own. */
export async function actionReportHost(
  inputs: Inputs,
  { context, api, store, progress, scratch, signal, hurry }: Surroundings,
): Promise<ReportHost> {
  const runId = inputs.runId ?? context.triggeredBy ?? context.job.run_id;
  progress.phase(`Collect the results of run ${runId}`);
  const run = await readRun(api, runId);
  const collected = await collectRun(api, run);
  for (const { runner_key, suite } of collected.results) progress.line(`${runner_key}: results of ${suite.name}`);
  for (const { name, reason } of collected.aside) {
    // The name of a job is its workflow's, which may be a stranger's.
    progress.line(`no result of ${terminalText(name, 300)} is used: ${reason}`);
  }
  const isOwnRun = runId === context.job.run_id;
  const claimed = collected.results.map(({ job }) => job.pull_request);
  const found = isOwnRun ? { pullRequest: context.commentOn, reason: null } : await pullRequestOf(api, run, claimed);
  const { pullRequest } = found;
  const { serverUrl } = context;
  const results = collected.results.map((result) => withTrustedFacts(result, { run, serverUrl, pullRequest }));
  const headSha = isOwnRun ? await headOfJob(api, context, { run, results }) : run.head_sha;
  const isDefaultBranch = isRecorded(run, context.defaultBranch);
  const target: Target = { pullRequest, headSha, isDefaultBranch, runId, attempt: run.run_attempt };
  const warnings = found.reason === null ? [] : [`no pull request was commented on: ${found.reason}`];
  const { job } = context;
  return {
    collected: { ...collected, results, runUrl: `${serverUrl}/${job.repository}/actions/runs/${runId}` },
    resultsRoot: path.join(scratch, "finetune-bench"),
    folderName: reportName(job.run_id, job.attempt),
    store,
    mayRecord: (result) => mayRecord(result, run, context.defaultBranch),
    progress,
    signal,
    publish: (reports, folder) => {
      progress.end();
      return publishReports(reports, { folder, api, context, inputs, target, warnings, hurry });
    },
  };
}

interface Measured {
  readonly run: WorkflowRun;
  readonly results: readonly JobResult[];
}

/**
 * A comment on a pull request starts a run of the default branch, though it is the pull request that was measured: which
 * commit of it only the results say, and they may not choose whose check run they write.
 */
async function headOfJob(
  api: GitHubApi,
  { pullRequest }: JobContext,
  { run, results }: Measured,
): Promise<string | null> {
  if (pullRequest === null) return run.head_sha;
  if (run.event !== "issue_comment") return pullRequest.headSha;
  if (results.length === 0) return null;
  const head = await headOfPull(api, pullRequest.number);
  return results.every(({ job }) => job.sha === head) ? head : null;
}

function mayRecord({ job }: JobResult, run: WorkflowRun, defaultBranch: string | null): MayRecord {
  if (!isRecorded(run, defaultBranch)) return false;
  if (job.sha === null || job.sha === run.head_sha) return true;
  const [measured, head] = [job.sha.slice(0, 7), run.head_sha.slice(0, 7)];
  return { fault: `${measured} was measured, which is not the head of the run (${head})` };
}
