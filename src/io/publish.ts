/** Makes reports known: artifact, comment, check run, summary, annotations and outputs. */
import { checkRunOf } from "../core/check-run.ts";
import type { CommentMarker } from "../core/comment-marker.ts";
import { codeBlock } from "../core/escape.ts";
import type { Inputs } from "../core/inputs.ts";
import { withArtifact } from "../core/join-reports.ts";
import type { JointReport } from "../core/joint.ts";
import { renderComment, renderSummary } from "../core/markdown.ts";
import { isAllClear } from "../core/parts.ts";
import { DEFAULT_SUITE, suiteKeyOf } from "../core/suite-key.ts";
import { annotationsOf } from "./annotations.ts";
import { uploadResults } from "./artifacts.ts";
import { publishCheckRun } from "./check-run.ts";
import { publishComment, suiteKeysOn } from "./comment.ts";
import type { GitHubApi } from "./github-api.ts";
import { inTime } from "./in-time.ts";
import { publishIssues } from "./issue.ts";
import type { JobContext } from "./job-context.ts";
import { outputsOf } from "./outputs.ts";
import type { ResultsFolder } from "./results-folder.ts";
import { permissionAdvice } from "./retry.ts";
import { annotate, debug, log, setOutputs } from "./runner.ts";
import { writeSummary } from "./summary.ts";

/** What a report is about on GitHub. */
export interface Target {
  /** The pull request that may be commented on; null: none. */
  readonly pullRequest: number | null;
  /** The commit that gets the check run; null: none. */
  readonly headSha: string | null;
  /** A job of the default branch: lasting changes open issues. */
  readonly isDefaultBranch: boolean;
  /** The run that was measured: an older one never overwrites what a newer one wrote. */
  readonly runId: string;
  readonly attempt: number;
}

export interface Publication {
  readonly folder: ResultsFolder;
  readonly api: GitHubApi;
  readonly context: JobContext;
  readonly inputs: Pick<Inputs, "comment" | "mode">;
  readonly target: Target;
  /** What could not be done already. */
  readonly warnings: readonly string[];
  readonly hurry: AbortSignal;
}

const LEFT = "the job was cancelled, and its time was over";
const PART =
  "> [!NOTE]\n> This is one runner's part (`mode: measure`): nothing was posted or stored, and no gate was set. The job " +
  "with `mode: report` judges all runners together.";

/**
 * Artifact first, so that everything after it can point to it. What fails is a warning, and the rest goes on.
 *
 * @param judged one for each suite
 */
export async function publishReports(judged: readonly JointReport[], publication: Publication): Promise<JointReport[]> {
  const { folder, api, context, inputs, target, hurry } = publication;
  const warnings = [...publication.warnings];
  const artifact = await upload(publication);
  if ("warning" in artifact) warnings.push(artifact.warning);
  const reports = "url" in artifact ? judged.map((report) => withArtifact(report, artifact.url)) : [...judged];
  const fullReportUrl = "url" in artifact ? artifact.url : context.job.run_url;
  let comment: string | null = null;
  let checkRun: string | null = null;
  if (inputs.mode !== "measure") {
    for (const report of reports) {
      const posted = await inTime(post(report, publication, fullReportUrl), hurry, {
        comment: null,
        checkRun: null,
        warnings: [`comment and check run were not written: ${LEFT}`],
      });
      comment ??= posted.comment;
      checkRun ??= posted.checkRun;
      warnings.push(...posted.warnings);
    }
    const parts = reports.flatMap((joint) => joint.reports);
    if (target.isDefaultBranch) warnings.push(...(await inTime(publishIssues(api, parts), hurry, [])));
  }
  const markdown = [
    ...(inputs.mode === "measure" ? [PART] : []),
    ...reports.map(renderSummary),
    ...warnings.map((warning) => `⚠️ Not everything was published:\n\n${codeBlock(warning)}`),
  ];
  const file = process.env["GITHUB_STEP_SUMMARY"];
  const summary = await writeSummary({ markdown: markdown.join("\n\n"), file, fullReportUrl });
  if (summary !== null) warnings.push(summary);
  const annotations = reports.flatMap((report, index) => annotationsOf(report, index === 0 ? warnings : []));
  // Where another job sets the gate, nothing here is an error yet.
  annotate(
    inputs.mode === "measure"
      ? annotations.map((one) => (one.level === "error" ? { ...one, level: "warning" } : one))
      : annotations,
  );
  setOutputs(outputsOf(reports, { folder: folder.path, comment, checkRun }));
  return reports;
}

async function upload({ folder, api, context, hurry }: Publication): Promise<{ url: string } | { warning: string }> {
  const { serverUrl, job } = context;
  const runUrl = `${serverUrl}/${job.repository}/actions/runs/${job.run_id}`;
  // A whole folder may take longer than one answer.
  const withinS = 10 * api.answerWithinS;
  const done = await inTime(uploadResults({ folder: folder.path, name: folder.name, runUrl, withinS }), hurry, {
    uploaded: false,
    warning: `the artifact ${folder.name} was not uploaded: ${LEFT}`,
  });
  return done.uploaded ? { url: done.url } : { warning: done.warning };
}

interface Posted {
  readonly comment: string | null;
  readonly checkRun: string | null;
  readonly warnings: readonly string[];
}

async function post(report: JointReport, publication: Publication, fullReportUrl: string | null): Promise<Posted> {
  const { runId, attempt } = publication.target;
  const place = (suiteKey: string): Place => ({ marker: { suiteKey, runId, attempt }, fullReportUrl });
  const written: Written[] = [];
  for (const key of await commentKeysOf(report, publication)) {
    written.push(await postComment(report, publication, place(key)));
  }
  const checkRun = await postCheckRun(report, publication, place(suiteKeyOf(suiteOf(report) ?? DEFAULT_SUITE)));
  return {
    comment: written.find(({ url }) => url !== null)?.url ?? null,
    checkRun: checkRun.url,
    warnings: [...written, checkRun].flatMap(({ warning }) => warning ?? []),
  };
}

function suiteOf({ reports }: JointReport): string | null {
  return reports[0]?.suite.name ?? null;
}

/** A report of no result is of no suite: whatever stands on the pull request is renewed. */
async function commentKeysOf(report: JointReport, { api, inputs, target }: Publication): Promise<readonly string[]> {
  const { pullRequest } = target;
  if (pullRequest === null || inputs.comment === "never") return [];
  const suite = suiteOf(report);
  return suite === null ? suiteKeysOn(api, pullRequest) : [suiteKeyOf(suite)];
}

interface Place {
  readonly marker: CommentMarker;
  readonly fullReportUrl: string | null;
}

interface Written {
  readonly url: string | null;
  readonly warning: string | null;
}

async function postComment(
  report: JointReport,
  { api, inputs, target }: Publication,
  { marker, fullReportUrl }: Place,
): Promise<Written> {
  const { pullRequest } = target;
  if (pullRequest === null) return { url: null, warning: null };
  const outcome = await publishComment(api, {
    pullRequest,
    marker,
    body: renderComment(report),
    fullReportUrl,
    // Nothing new to say is still worth saying where an earlier comment says something else.
    onlyUpdate: inputs.comment === "on-change" && isAllClear(report),
  });
  if (outcome.state === "failed") return { url: null, warning: outcome.warning };
  return { url: outcome.state === "none" ? null : outcome.url, warning: null };
}

async function postCheckRun(
  report: JointReport,
  { api, target }: Publication,
  { marker, fullReportUrl: detailsUrl }: Place,
): Promise<Written> {
  const { headSha } = target;
  if (headSha === null) return { url: null, warning: null };
  const outcome = await publishCheckRun(api, { headSha, marker, drawing: checkRunOf(report), detailsUrl });
  if (outcome.state === "failed") return { url: null, warning: outcome.warning };
  if (outcome.state !== "not-allowed") return { url: outcome.url, warning: null };
  // It is a matter of choice, so nobody is bothered with it.
  log("no check run: the token may not write checks");
  debug(permissionAdvice({ checks: "write" }));
  return { url: null, warning: null };
}
