/** The world of the action: a workflow job, its log, its token, and the history on a branch. */
import path from "node:path";
import { parseBaselineInput } from "../core/baseline-input.ts";
import { codeBlock } from "../core/escape.ts";
import type { Inputs } from "../core/inputs.ts";
import { renderComment, renderSummary } from "../core/markdown.ts";
import { withArtifact } from "../core/join-reports.ts";
import type { JointReport } from "../core/joint.ts";
import { isAllClear } from "../core/parts.ts";
import { suiteKeyOf } from "../core/suite-key.ts";
import { VERSION } from "../core/version.ts";
import { actionProgress } from "./action-progress.ts";
import { annotationsOf } from "./annotations.ts";
import { uploadResults } from "./artifacts.ts";
import { baseOfJob, githubRemote } from "./base-commit.ts";
import { cacheFolder } from "./cache-folder.ts";
import { publishComment } from "./comment.ts";
import { answerWithin, connectGitHub, type GitHubApi } from "./github-api.ts";
import type { Host } from "./host.ts";
import { inTime } from "./in-time.ts";
import { publishIssues } from "./issue.ts";
import { readJobContext, type JobContext } from "./job-context.ts";
import { openStore } from "./open-store.ts";
import { refuseFork } from "./refuse-fork.ts";
import type { ResultsFolder } from "./results-folder.ts";
import { annotate, maskSecret, setOutputs } from "./runner.ts";
import { writeSummary } from "./summary.ts";

export interface ActionOptions {
  /** The folder `harness/` of this program. */
  readonly harness: string;
  readonly token: string;
  readonly signal: AbortSignal;
  /** Aborts when a cancelled job has no time left for publishing. */
  readonly hurry: AbortSignal;
}

export async function actionHost(inputs: Inputs, options: ActionOptions): Promise<Host> {
  maskSecret(options.token);
  const { env } = process;
  const workspace = env["GITHUB_WORKSPACE"] ?? process.cwd();
  const context = await readJobContext({ env, cwd: workspace });
  refuseFork(context, inputs.allowForks);
  const { serverUrl, apiUrl, defaultBranch } = context;
  const { token } = options;
  const { repository } = context.job;
  const answerWithinS = answerWithin(env);
  const api = await connectGitHub({ token, repository, apiUrl, serverUrl, answerWithinS });
  const remote = githubRemote({ serverUrl, repository, token, env, answerWithinS });
  const scratch = env["RUNNER_TEMP"] ?? path.join(workspace, ".finetune-bench");
  return {
    context,
    version: VERSION,
    workspace,
    resultsRoot: path.join(scratch, "finetune-bench"),
    cache: cacheFolder(env),
    harness: options.harness,
    env,
    store: openStore(parseBaselineInput(inputs.baseline), { cwd: workspace, api, defaultBranch }),
    record: context.isDefaultBranch,
    repeats: null,
    base: () => baseOfJob(context, workspace, remote, options.signal),
    remote,
    confirmBudgetS: Number.POSITIVE_INFINITY,
    progress: actionProgress(),
    signal: options.signal,
    publish: (report, folder) => publish(report, { folder, api, context, inputs, hurry: options.hurry }),
  };
}

interface Publication {
  readonly folder: ResultsFolder;
  readonly api: GitHubApi;
  readonly context: JobContext;
  readonly inputs: Inputs;
  readonly hurry: AbortSignal;
}

const LEFT = "the job was cancelled, and its time was over";

/** Artifact first, so that everything after it can point to it. What fails is a warning, and the rest goes on. */
async function publish(
  judged: JointReport,
  { folder, api, context, inputs, hurry }: Publication,
): Promise<JointReport> {
  const warnings = [...context.warnings];
  const runUrl = `${context.serverUrl}/${context.job.repository}/actions/runs/${context.job.run_id}`;
  // A whole folder may take longer than one answer.
  const withinS = 10 * api.answerWithinS;
  const upload = await inTime(uploadResults({ folder: folder.path, name: folder.name, runUrl, withinS }), hurry, {
    uploaded: false,
    warning: `the artifact ${folder.name} was not uploaded: ${LEFT}`,
  });
  if (!upload.uploaded) warnings.push(upload.warning);
  const report = upload.uploaded ? withArtifact(judged, upload.url) : judged;
  const fullReportUrl = report.links.artifact_url ?? context.job.run_url;
  const comment = await inTime(comments(report, { api, context, inputs, fullReportUrl }), hurry, {
    url: "",
    warning: `the comment was not written: ${LEFT}`,
  });
  if (comment.warning !== null) warnings.push(comment.warning);
  if (context.isDefaultBranch) warnings.push(...(await inTime(publishIssues(api, report.reports), hurry, [])));
  const file = process.env["GITHUB_STEP_SUMMARY"];
  const markdown = [
    renderSummary(report),
    ...warnings.map((warning) => `⚠️ Not everything was published:\n\n${codeBlock(warning)}`),
  ];
  const summary = await writeSummary({ markdown: markdown.join("\n\n"), file, fullReportUrl });
  if (summary !== null) warnings.push(summary);
  annotate(annotationsOf(report, warnings));
  setOutputs({
    verdict: report.gate.verdict,
    gate: report.gate.gate,
    "runner-key": report.reports.map(({ runner_key }) => runner_key).join(","),
    "baseline-saved": report.reports.every(({ recorded }) => recorded === "yes"),
    "results-path": folder.path,
    "artifact-url": report.links.artifact_url ?? "",
    "comment-url": comment.url,
  });
  return report;
}

async function comments(
  report: JointReport,
  { api, context, inputs, fullReportUrl }: Omit<Publication, "folder" | "hurry"> & { fullReportUrl: string | null },
): Promise<{ url: string; warning: string | null }> {
  const pullRequest = context.commentOn;
  if (pullRequest === null || inputs.comment === "never") return { url: "", warning: null };
  const suite = report.reports[0]?.suite.name ?? "";
  const marker = { suiteKey: suiteKeyOf(suite), runId: context.job.run_id, attempt: context.job.attempt };
  const outcome = await publishComment(api, {
    pullRequest,
    marker,
    body: renderComment(report),
    fullReportUrl,
    // Nothing new to say is still worth saying where an earlier comment says something else.
    onlyUpdate: inputs.comment === "on-change" && isAllClear(report),
  });
  if (outcome.state === "failed") return { url: "", warning: outcome.warning };
  return { url: outcome.state === "none" ? "" : outcome.url, warning: null };
}
