/** Which commit a job's head is run beside: the one it would be merged into, or the one a person names. */
import path from "node:path";
import { UserError } from "../core/errors.ts";
import type { JobResult } from "../core/result.ts";
import { bareAt, gitAt, type Git } from "./git.ts";
import type { Environment, JobContext } from "./job-context.ts";
import { scratchFolder } from "./scratch.ts";

export type BaseChoice =
  /** `why`: what the commit is to the head, for the log. */
  | { readonly state: "found"; readonly sha: string; readonly why: string }
  /** Pairs were meant to be possible, and are not. */
  | { readonly state: "missing"; readonly reason: string }
  /** There is nothing to confirm against: a job of the default branch has its history. */
  | { readonly state: "none" };

/** How git reaches the repository on GitHub, where the checkout itself is too shallow. */
export interface Remote {
  readonly url: string;
  /** Variables that log git in, and end what hangs. Never arguments: those are seen by every process. */
  readonly login: Readonly<Record<string, string>>;
}

/** The repository of a workflow's job, opened by its token. */
export function githubRemote(given: {
  serverUrl: string;
  repository: string;
  token: string;
  env?: Environment;
  /** How long git waits while nothing arrives. */
  answerWithinS?: number;
}): Remote {
  const { serverUrl, repository, token, env = {}, answerWithinS = 60 } = given;
  // Settings that the runner gives git in this way already stay in force.
  const taken = Number(env["GIT_CONFIG_COUNT"] ?? 0) || 0;
  const basic = Buffer.from(`x-access-token:${token}`).toString("base64");
  return {
    url: `${serverUrl}/${repository}.git`,
    login: {
      GIT_HTTP_LOW_SPEED_LIMIT: "1",
      GIT_HTTP_LOW_SPEED_TIME: String(Math.ceil(answerWithinS)),
      GIT_CONFIG_COUNT: String(taken + 1),
      [`GIT_CONFIG_KEY_${taken}`]: `http.${serverUrl}/.extraheader`,
      [`GIT_CONFIG_VALUE_${taken}`]: `AUTHORIZATION: basic ${basic}`,
    },
  };
}

const SHA = /^[0-9a-f]{40,64}$/;

/** Of a workflow job: the base of the pull request or of the merge queue. */
export async function baseOfJob(
  context: JobContext,
  workspace: string,
  remote: Remote,
  signal?: AbortSignal,
): Promise<BaseChoice> {
  if (context.queueBase !== null) {
    return { state: "found", sha: context.queueBase, why: "the commit the merge queue builds on" };
  }
  const pull = context.pullRequest;
  if (pull === null || context.job.sha === null) return { state: "none" };
  const git = gitAt(workspace, { workspace: true });
  const [first, second] = await parentsOf(git, context.job.sha);
  // A merge commit made by GitHub: its first parent is exactly what the change is merged into.
  if (first !== undefined && second === pull.headSha) {
    return { state: "found", sha: first, why: "what the pull request is merged into" };
  }
  if (context.job.sha !== pull.headSha) {
    const reason = `the checkout (${context.job.sha.slice(0, 7)}) is neither the merge commit nor the head of the pull request`;
    return { state: "missing", reason };
  }
  const base = pull.baseSha ?? (context.defaultBranch === null ? null : `refs/heads/${context.defaultBranch}`);
  if (base === null) return { state: "missing", reason: "the event does not name the base of the pull request" };
  const sha = await mergeBase(git, { head: pull.headSha, base }, remote, signal);
  return sha === null
    ? { state: "missing", reason: `no common ancestor of ${pull.headSha.slice(0, 7)} and its base could be fetched` }
    : { state: "found", sha, why: "where the pull request branched off" };
}

/** Of a local run that names a base: where HEAD branched off from it. */
export async function baseOfRef(ref: string, cwd: string): Promise<BaseChoice> {
  const git = gitAt(cwd, { workspace: false });
  const sha = await git.query("rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`);
  if (sha === null || !SHA.test(sha)) {
    const folder = path.resolve(cwd);
    const root = await git.query("rev-parse", "--show-toplevel");
    throw new UserError(
      root === null
        ? `--base ${ref}: ${folder} is no git repository; run it in one, or leave --base out`
        : `--base ${ref}: git knows no such commit in ${folder}; name a branch, tag or commit`,
    );
  }
  const shared = await git.query("merge-base", "HEAD", sha);
  return shared === null || shared === sha
    ? { state: "found", sha, why: ref }
    : { state: "found", sha: shared, why: `where HEAD branched off from ${ref}` };
}

/** Of a local run that names none: the commit of the newest stored job that this folder's repository still has. */
export async function baseOfHistory(newest: JobResult | undefined, cwd: string): Promise<BaseChoice> {
  const sha = newest?.job.sha ?? null;
  if (sha === null) return { state: "none" };
  const git = gitAt(cwd, { workspace: false });
  if ((await git.query("cat-file", "-e", `${sha}^{commit}`)) === null) {
    return {
      state: "missing",
      reason: `the commit of the newest stored job, ${sha.slice(0, 7)}, is not in this repository`,
    };
  }
  const why =
    newest?.job.dirty === true ? "the newest stored job, without its uncommitted changes" : "the newest stored job";
  return { state: "found", sha, why };
}

/** Read from the commit itself: a shallow checkout hides parents from everything that walks the history. */
async function parentsOf(git: Git, sha: string): Promise<string[]> {
  const raw = (await git.query("cat-file", "commit", sha)) ?? "";
  const header = raw.split("\n\n")[0] ?? "";
  return [...header.matchAll(/^parent ([0-9a-f]{40,64})$/gm)].flatMap(([, parent]) => parent ?? []);
}

/** Answered by the checkout where it is deep enough, else by a graph of commits fetched aside. */
async function mergeBase(
  git: Git,
  /** `base`: a commit, or the full name of a branch of the remote. */
  { head, base }: { readonly head: string; readonly base: string },
  remote: Remote,
  signal?: AbortSignal,
): Promise<string | null> {
  if (SHA.test(base) && (await git.query("rev-parse", "--is-shallow-repository")) === "false") {
    const shared = await git.query("merge-base", head, base);
    if (shared !== null) return shared;
  }
  await using scratch = await scratchFolder();
  const env = { ...remote.login, ...bareAt(scratch.path) };
  const graph = gitAt(scratch.path, { workspace: true, env, timeoutMs: 300_000, signal });
  if ((await graph.query("init", "--quiet", "--bare")) === null) return null;
  const ref = "refs/heads/base";
  const wanted = [head, `+${base}:${ref}`];
  const fetched = await graph.query("fetch", "--quiet", "--no-tags", "--filter=tree:0", remote.url, ...wanted);
  return fetched === null ? null : await graph.query("merge-base", head, ref);
}
