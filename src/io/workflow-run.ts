/** A workflow run of this repository, and the pull request it belongs to, as GitHub itself tells them. */
import { UserError } from "../core/errors.ts";
import { isOfFile, openPullSchema, pullOfRun, workflowRunSchema, type WorkflowRun } from "../core/workflow-run.ts";
import type { GitHubApi } from "./github-api.ts";
import { apiFailure, describeFailure, permissionAdvice, withRetry } from "./retry.ts";

/** Throws a {@link UserError} when the run cannot be read: there is nothing to report on then. */
export async function readRun({ octokit, owner, repo }: GitHubApi, id: string): Promise<WorkflowRun> {
  try {
    const { data } = await withRetry(() => octokit.rest.actions.getWorkflowRun({ owner, repo, run_id: Number(id) }));
    return workflowRunSchema.parse(data);
  } catch (error) {
    throw unreadable(`workflow run ${id} could not be read`, error);
  }
}

/** What a refusal to read runs and their artifacts means to the user. */
export function unreadable(what: string, error: unknown): UserError {
  const failure = apiFailure(error);
  const isRefused = (failure.status === 403 || failure.status === 404) && failure.waitS === null;
  const advice = isRefused ? ` ${permissionAdvice({ actions: "read", contents: "read" })}` : "";
  return new UserError(`${what}: ${describeFailure(failure)}.${advice}`);
}

export interface FoundTarget {
  readonly pullRequest: number | null;
  /** Why no pull request gets a comment, a sentence without a full stop; null where one does or none was to. */
  readonly reason: string | null;
}

/** @param claimed numbers that artifacts of the run name */
export async function pullRequestOf(
  api: GitHubApi,
  run: WorkflowRun,
  claimed: readonly (number | null)[],
): Promise<FoundTarget> {
  if (run.event !== "pull_request") return { pullRequest: null, reason: null };
  if (!isOfFile(run)) return { pullRequest: null, reason: "the run is of no workflow file of this repository" };
  if (run.head_repository === null || run.head_branch === null) {
    return { pullRequest: null, reason: "the repository or the branch of the pull request no longer exists" };
  }
  const { octokit, owner, repo } = api;
  const head = `${run.head_repository.owner.login}:${run.head_branch}`;
  try {
    const query = { owner, repo, state: "open", head, per_page: 100 } as const;
    const { data } = await withRetry(() => octokit.rest.pulls.list(query));
    const found = pullOfRun(run, openPullSchema.array().parse(data), claimed);
    return "number" in found
      ? { pullRequest: found.number, reason: null }
      : { pullRequest: null, reason: found.reason };
  } catch (error) {
    const failure = apiFailure(error);
    return { pullRequest: null, reason: `the pull request could not be looked up: ${describeFailure(failure)}` };
  }
}

/** Parents of a commit; the answer is a sentence without a full stop where it could not be read. */
export async function parentsOf(
  { octokit, owner, repo }: GitHubApi,
  sha: string,
): Promise<readonly string[] | { readonly fault: string }> {
  try {
    const { data } = await withRetry(() => octokit.rest.git.getCommit({ owner, repo, commit_sha: sha }));
    return data.parents.map((parent) => parent.sha);
  } catch (error) {
    return {
      fault: `the commit ${sha.slice(0, 7)} that it names could not be read: ${describeFailure(apiFailure(error))}`,
    };
  }
}

/** The commit a pull request has as its head by now; null where it cannot be read. */
export async function headOfPull({ octokit, owner, repo }: GitHubApi, number: number): Promise<string | null> {
  try {
    const { data } = await withRetry(() => octokit.rest.pulls.get({ owner, repo, pull_number: number }));
    return data.head.sha;
  } catch (error) {
    apiFailure(error);
    return null;
  }
}
