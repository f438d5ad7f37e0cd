/** The connection to GitHub's API: one client for one repository. */
import type { getOctokit } from "@actions/github";
import { parseDuration } from "../core/duration.ts";
import { UserError } from "../core/errors.ts";
import { BrokenAnswer } from "./retry.ts";

export interface GitHubApi {
  readonly octokit: ReturnType<typeof getOctokit>;
  readonly owner: string;
  readonly repo: string;
  readonly serverUrl: string;
  /** Longest wait for an answer. */
  readonly answerWithinS: number;
}

export interface GitHubAccess {
  readonly token: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly apiUrl: string;
  readonly serverUrl: string;
  /** Ends every request, with an error of its own. */
  readonly signal?: AbortSignal;
  /** Default: a minute. */
  readonly answerWithinS?: number;
}

const ANSWER_WITHIN_S = 60;
const TIMEOUT = "FINETUNE_BENCH_GITHUB_TIMEOUT";

/** Seconds to wait for an answer of GitHub, as the variable FINETUNE_BENCH_GITHUB_TIMEOUT says, or a minute. */
export function answerWithin(env: Readonly<Record<string, string | undefined>>): number {
  const given = env[TIMEOUT] ?? "";
  const seconds = given === "" ? ANSWER_WITHIN_S : parseDuration(given);
  if (seconds === null) throw new UserError(`variable ${TIMEOUT}: ${given} is no duration such as 60s or 2m`);
  return seconds;
}

/** Loads the client only when it is needed: the local command never pays for it. No request is made yet. */
export async function connectGitHub({
  token,
  repository,
  apiUrl,
  serverUrl,
  signal,
  answerWithinS = ANSWER_WITHIN_S,
}: GitHubAccess): Promise<GitHubApi> {
  const [owner, repo] = repository.split("/");
  if (owner === undefined || repo === undefined) throw new Error(`${repository} is no owner/name`);
  if (token === "") throw new UserError(`input token: is empty; leave it out to use the token of the job`);
  const github = await import("@actions/github");
  const octokit = github.getOctokit(token, { baseUrl: apiUrl });
  octokit.hook.before("request", (options) => {
    // A connection that hangs must not use up the job's time; downloads bring a limit of their own.
    // The old object is shared by all requests of the client, hence a new one.
    const { signal: own = AbortSignal.timeout(answerWithinS * 1000), ...request } = options.request ?? {};
    options.request = { ...request, signal: signal === undefined ? own : AbortSignal.any([signal, own]) };
  });
  octokit.hook.after("request", ({ status, data }) => {
    // A page of a proxy or of a sign-in, or an answer that was cut: the client takes both for a text.
    if (typeof data === "string" && status !== 204) throw new BrokenAnswer("what came is not GitHub's JSON");
  });
  return { octokit, owner, repo, serverUrl, answerWithinS };
}
