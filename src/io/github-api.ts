/** The connection to GitHub's API: one client for one repository. */
import type { getOctokit } from "@actions/github";
import { UserError } from "../core/errors.ts";

export interface GitHubApi {
  readonly octokit: ReturnType<typeof getOctokit>;
  readonly owner: string;
  readonly repo: string;
  readonly serverUrl: string;
}

export interface GitHubAccess {
  readonly token: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly apiUrl: string;
  readonly serverUrl: string;
  /** Ends every request, with an error of its own. */
  readonly signal?: AbortSignal;
}

const REQUEST_TIMEOUT_MS = 60_000;

/** Loads the client only when it is needed: the local command never pays for it. No request is made yet. */
export async function connectGitHub({
  token,
  repository,
  apiUrl,
  serverUrl,
  signal,
}: GitHubAccess): Promise<GitHubApi> {
  const [owner, repo] = repository.split("/");
  if (owner === undefined || repo === undefined) throw new Error(`${repository} is no owner/name`);
  if (token === "") throw new UserError(`input token: is empty; leave it out to use the token of the job`);
  const github = await import("@actions/github");
  const octokit = github.getOctokit(token, { baseUrl: apiUrl });
  octokit.hook.before("request", (options) => {
    // A connection that hangs must not use up the job's time; downloads bring a limit of their own.
    // The old object is shared by all requests of the client, hence a new one.
    const { signal: own = AbortSignal.timeout(REQUEST_TIMEOUT_MS), ...request } = options.request ?? {};
    options.request = { ...request, signal: signal === undefined ? own : AbortSignal.any([signal, own]) };
  });
  return { octokit, owner, repo, serverUrl };
}
