/** Collects what the jobs of a workflow run measured: every result is held against what GitHub says of the run. */
import { faultOfClaims, faultOfCommit } from "../core/claims.ts";
import { readResult } from "../core/read-result.ts";
import type { JobResult } from "../core/result.ts";
import { silentJobs } from "../core/silent-jobs.ts";
import { isOwn, type WorkflowRun } from "../core/workflow-run.ts";
import type { GitHubApi } from "./github-api.ts";
import { downloadResult, listResults, type RunArtifact } from "./run-artifacts.ts";
import { listJobs } from "./run-jobs.ts";
import { parentsOf } from "./workflow-run.ts";

/** A runner whose result is not used, or a job that left none. */
export interface SetAside {
  /** The runner key, or the name of the job as its workflow gives it. */
  readonly name: string;
  /** A sentence without a full stop. */
  readonly reason: string;
  /** What the name of its artifact ends with, which tells the suite; none where there is no artifact of a job. */
  readonly end?: string;
}

export interface Collected {
  /** One for each runner and suite. */
  readonly results: readonly JobResult[];
  readonly aside: readonly SetAside[];
  readonly warnings: readonly string[];
}

/** All results together: a run with many runners is no reason to run out of memory. */
const MOST_CHARACTERS = 64 * 1024 * 1024;

export async function collectRun(api: GitHubApi, run: WorkflowRun): Promise<Collected> {
  // Before the results: what a job left that has ended by now is among them, however long they take to read.
  const { jobs, warnings } = await listJobs(api, run);
  const listed = await listResults(api, run);
  const found = new Map<string, { readonly result: JobResult; readonly text: string }>();
  const aside: SetAside[] = [];
  const commits = new Map<string, Promise<readonly string[] | { readonly fault: string }>>();
  let characters = 0;
  for (const artifact of listed.artifacts) {
    const { runnerKey: name, end } = artifact.parsed;
    const setAside = (reason: string): void => void aside.push({ name, reason, end });
    const read = await readArtifact(api, artifact, run);
    if ("fault" in read) {
      setAside(read.fault);
      continue;
    }
    const { result, text } = read;
    characters += text.length;
    const reason = await commitFault(result.job.sha);
    const key = `${result.runner_key} ${result.suite.name}`;
    const known = found.get(key);
    if (characters > MOST_CHARACTERS) {
      setAside("the results of this run are too many to report on together");
    } else if (reason !== null && run.event === "pull_request") {
      setAside(reason);
    } else if (known === undefined || known.result.job.attempt < result.job.attempt) {
      found.set(key, {
        text,
        result: reason === null ? result : { ...result, warnings: [...result.warnings, reason] },
      });
    } else if (known.result.job.attempt === result.job.attempt && known.text !== text) {
      // An upload that was repeated holds the same.
      setAside("two jobs of this run measured one suite under this runner key; give them different ones");
    }
  }
  const results = [...found.values()].map(({ result }) => result);
  const silent = silentJobs(jobs, listed.uploads);
  return {
    results,
    aside: [...aside, ...silent],
    warnings: [...listed.warnings, ...warnings, ...warningsOf(run, silent.length > 0)],
  };

  async function commitFault(sha: string | null): Promise<string | null> {
    // What a comment asks for lies on another branch than the one whose run it starts.
    if (run.event === "issue_comment") return null;
    if (sha === null || sha === run.head_sha || run.event !== "pull_request") return faultOfCommit(sha, run, null);
    const asked = commits.get(sha) ?? parentsOf(api, sha);
    commits.set(sha, asked);
    const parents = await asked;
    return "fault" in parents ? parents.fault : faultOfCommit(sha, run, parents);
  }
}

async function readArtifact(
  api: GitHubApi,
  artifact: RunArtifact,
  run: WorkflowRun,
): Promise<{ readonly result: JobResult; readonly text: string } | { readonly fault: string }> {
  const downloaded = await downloadResult(api, artifact);
  if ("fault" in downloaded) return downloaded;
  const { text } = downloaded;
  const read = readResult(text);
  if ("fault" in read) return read;
  const fault = faultOfClaims({ result: read.result, name: artifact.name, run, now: Date.now() });
  return fault === null ? { result: read.result, text } : { fault };
}

function warningsOf(run: WorkflowRun, isExplained: boolean): string[] {
  const warnings: string[] = [];
  if (run.status === "completed" && run.conclusion !== "success" && !isExplained) {
    const how = (run.conclusion ?? "nothing").replaceAll("_", " ");
    warnings.push(`run ${run.id} ended with ${how}: a job of it may have left no result`);
  }
  if (!isOwn(run)) {
    const fork = run.head_repository?.full_name ?? "deleted since";
    warnings.push(`measured by a job of a fork (${fork}), whose code could have written these numbers itself`);
  }
  return warnings;
}
