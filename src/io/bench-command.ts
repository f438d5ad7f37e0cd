/** Decides about a `/bench` comment: reads the event, asks GitHub, answers on the pull request, never runs anything. */
import {
  benchPullSchema,
  freeze,
  isKnown,
  mayAsk,
  readBenchComment,
  readCommand,
  WRONG_COMMAND,
  type BenchComment,
} from "../core/bench-command.ts";
import { UserError } from "../core/errors.ts";
import { terminalText } from "../core/escape.ts";
import { connectGitHub, type GitHubApi } from "./github-api.ts";
import { readPayload } from "./event-file.ts";
import type { Environment } from "./job-context.ts";
import { apiFailure, describeFailure, permissionAdvice, withRetry } from "./retry.ts";
import { annotate } from "./runner.ts";

export type BenchDecision =
  | { readonly accepted: true; readonly sha: string; readonly pullRequest: number }
  /** `reason` is a sentence without a full stop. */
  | { readonly accepted: false; readonly reason: string };

export async function decideBench(env: Environment, token: string): Promise<BenchDecision> {
  const comment = await readComment(env);
  const command = readCommand(comment);
  const { login } = comment.comment.user;
  const name = terminalText(login, 100);
  if (command.kind === "none") return refused("the comment is no /bench command on a pull request");
  if (!isKnown(comment)) return refused(`${name} is neither owner, member nor collaborator`);
  const api = await connectGitHub({
    token,
    repository: env["GITHUB_REPOSITORY"] ?? "",
    apiUrl: env["GITHUB_API_URL"] ?? "https://api.github.com",
    serverUrl: env["GITHUB_SERVER_URL"] ?? "https://github.com",
  });
  try {
    const permission = await permissionOf(api, login);
    // A stranger gets no answer: it would let anybody make this workflow write.
    if (!mayAsk(permission)) return refused(`${name} may not write to this repository (${permission})`);
    if (command.kind === "wrong") return await refuse(api, comment, WRONG_COMMAND);
    const frozen = freeze(command.sha, comment, await pullOf(api, comment.issue.number));
    if ("refusal" in frozen) return await refuse(api, comment, frozen.refusal);
    await reacted(api, comment);
    return { accepted: true, sha: frozen.sha, pullRequest: comment.issue.number };
  } catch (error) {
    const failure = describeFailure(apiFailure(error));
    throw new UserError(
      `nothing was run, because GitHub could not be asked: ${failure}. ${permissionAdvice({ "pull-requests": "write" })}`,
    );
  }
}

async function readComment(env: Environment): Promise<BenchComment> {
  const file = env["GITHUB_EVENT_PATH"] ?? "";
  const event = env["GITHUB_EVENT_NAME"] ?? "none";
  if (event !== "issue_comment") {
    throw new UserError(`this action decides about comments: it needs the event issue_comment, not ${event}`);
  }
  return readBenchComment(await readPayload(file), file);
}

async function permissionOf({ octokit, owner, repo }: GitHubApi, username: string): Promise<string> {
  const { data } = await withRetry(() => octokit.rest.repos.getCollaboratorPermissionLevel({ owner, repo, username }));
  return data.permission;
}

async function pullOf({ octokit, owner, repo }: GitHubApi, number: number) {
  const { data } = await withRetry(() => octokit.rest.pulls.get({ owner, repo, pull_number: number }));
  return benchPullSchema.parse(data);
}

async function refuse(api: GitHubApi, { issue, comment }: BenchComment, reason: string): Promise<BenchDecision> {
  const { octokit, owner, repo } = api;
  const body = `Nothing was measured for [this comment](${commentUrl(api, issue.number, comment.id)}): ${reason}.`;
  await politely(() => octokit.rest.issues.createComment({ owner, repo, issue_number: issue.number, body }));
  return refused(reason);
}

function commentUrl({ serverUrl, owner, repo }: GitHubApi, number: number, id: number): string {
  return `${serverUrl}/${owner}/${repo}/pull/${number}#issuecomment-${id}`;
}

/** Says that it was seen: until the report comes nothing else would. */
async function reacted({ octokit, owner, repo }: GitHubApi, { comment }: BenchComment): Promise<void> {
  await politely(() =>
    octokit.rest.reactions.createForIssueComment({ owner, repo, comment_id: comment.id, content: "eyes" }),
  );
}

/** An answer is a courtesy: without it the decision stands. */
async function politely(request: () => Promise<unknown>): Promise<void> {
  try {
    await withRetry(request);
  } catch (error) {
    annotate([{ level: "warning", message: `the comment was not answered: ${describeFailure(apiFailure(error))}` }]);
  }
}

function refused(reason: string): BenchDecision {
  return { accepted: false, reason };
}
