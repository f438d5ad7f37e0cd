/** Opens the store that a person at a terminal names, on GitHub too where a token is at hand. */
import path from "node:path";
import * as z from "zod";
import { parseBaselineInput } from "../core/baseline-input.ts";
import { UserError } from "../core/errors.ts";
import type { BaselineStore } from "./baseline-store.ts";
import { connectGitHub, type GitHubApi } from "./github-api.ts";
import { gitAt } from "./git.ts";
import type { Environment } from "./job-context.ts";
import { openStore } from "./open-store.ts";
import { apiFailure, describeFailure, withRetry } from "./retry.ts";

export interface LocalSurroundings {
  readonly cwd: string;
  readonly env: Environment;
  /** Ends requests in progress. */
  readonly signal: AbortSignal;
}

/** `given`: `dir:PATH` or `branch:NAME`; undefined: the history of local runs in `cwd`. */
export async function openLocalStore(given: string | undefined, around: LocalSurroundings): Promise<BaselineStore> {
  const { cwd, env, signal } = around;
  const input = parseBaselineInput(given ?? `dir:${path.join(".finetune-bench", "baselines")}`);
  if (input.kind === "directory") return openStore(input, { cwd, api: null, defaultBranch: null });
  const token = env["GITHUB_TOKEN"] || env["GH_TOKEN"];
  if (token === undefined || token === "") {
    throw new UserError(
      `baseline branch:${input.name} lives on GitHub and needs a token: set GITHUB_TOKEN or GH_TOKEN, for example ` +
        `GITHUB_TOKEN=$(gh auth token)`,
    );
  }
  const serverUrl = addressOf(env, "GITHUB_SERVER_URL") ?? "https://github.com";
  const apiUrl = addressOf(env, "GITHUB_API_URL") ?? apiOf(serverUrl);
  const repository = env["GITHUB_REPOSITORY"] || (await originOf(cwd, serverUrl));
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) {
    throw new UserError(`GITHUB_REPOSITORY: ${JSON.stringify(repository)} is not accepted; it is owner/name`);
  }
  const api = await connectGitHub({ token, repository, apiUrl, serverUrl, signal });
  return openStore(input, { cwd, api, defaultBranch: await defaultBranchOf(api) });
}

function addressOf(env: Environment, name: string): string | null {
  const text = env[name];
  if (text === undefined || text === "") return null;
  const parsed = z.url({ protocol: /^https?$/ }).safeParse(text);
  if (!parsed.success) throw new UserError(`${name}: ${JSON.stringify(text)} is no address`);
  return text.replace(/\/+$/, "");
}

function apiOf(serverUrl: string): string {
  return new URL(serverUrl).host === "github.com" ? "https://api.github.com" : `${serverUrl}/api/v3`;
}

/** `owner/name` of the remote `origin`. One of another host is refused: the token is not for it. */
async function originOf(cwd: string, serverUrl: string): Promise<string> {
  const url = await gitAt(cwd, { workspace: false }).query("remote", "get-url", "origin");
  const advice = "set GITHUB_REPOSITORY to owner/name";
  if (url === null) throw new UserError(`there is no git remote origin in ${cwd}; ${advice}`);
  const match =
    /^(?:(?:https?|ssh|git):\/\/(?:[^@/]*@)?|[^@/]*@)([^/:]+)(?::\d+)?[/:]([^/]+\/[^/]+?)(?:\.git)?\/?$/.exec(url);
  const [, host = "", repository = ""] = match ?? [];
  if (host.toLowerCase() !== new URL(serverUrl).hostname) {
    const other = "for another server set GITHUB_SERVER_URL and GITHUB_API_URL too";
    throw new UserError(`the git remote origin is no repository on ${serverUrl}; ${advice}, and ${other}`);
  }
  return repository;
}

async function defaultBranchOf({ octokit, owner, repo }: GitHubApi): Promise<string> {
  try {
    const { data } = await withRetry(() => octokit.rest.repos.get({ owner, repo }));
    return data.default_branch;
  } catch (error) {
    const words = describeFailure(apiFailure(error));
    throw new UserError(
      `the repository ${owner}/${repo} could not be read: ${words}; does the token give access to it?`,
    );
  }
}
