/** Which job this is: repository, commit, event and pull request, on GitHub or in a folder of one's own. */
import path from "node:path";
import * as z from "zod";
import { UserError } from "../core/errors.ts";
import {
  parsed,
  readEvent,
  strangerOf,
  type GitHubEvent,
  type PullRequestPayload,
  type Stranger,
} from "../core/github-event.ts";
import type { Job } from "../core/result.ts";
import { sameRepository } from "../core/workflow-run.ts";
import { readPayload } from "./event-file.ts";
import { gitAt, type Git } from "./git.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface JobContext {
  readonly where: "github" | "local";
  /** The fields of the stored job that are known before it runs. */
  readonly job: Omit<Job, "started_at" | "finished_at">;
  readonly serverUrl: string;
  readonly apiUrl: string;
  /** Null where the event does not tell (and locally). */
  readonly defaultBranch: string | null;
  /** A push, schedule or dispatch on the default branch with a commit of it checked out: its result becomes history. */
  readonly isDefaultBranch: boolean;
  readonly pullRequest: {
    readonly number: number;
    /** Null where the event does not tell and nothing is checked out. */
    readonly headSha: string | null;
    /** Null where the event does not tell: the tip of the default branch stands for it. */
    readonly baseSha: string | null;
  } | null;
  /** Tip of the branch a merge queue merges into; null in every other job. */
  readonly queueBase: string | null;
  /** Set when the measured code is a stranger's. */
  readonly stranger: Stranger | null;
  /** Number of the pull request that may be commented on; null in every other job. */
  readonly commentOn: number | null;
  /** The run whose end started this one (`workflow_run`); null in every other job. */
  readonly triggeredBy: string | null;
  /** A machine of GitHub's own, which is thrown away after the job. */
  readonly isHosted: boolean;
  readonly warnings: readonly string[];
}

export interface JobSurroundings {
  readonly env: Environment;
  readonly cwd: string;
}

export async function readJobContext({ env, cwd }: JobSurroundings): Promise<JobContext> {
  return env["GITHUB_ACTIONS"] === "true" ? readGitHub(env, cwd) : readLocal(cwd);
}

async function readLocal(cwd: string): Promise<JobContext> {
  const git = gitAt(cwd, { workspace: false });
  const root = await git.query("rev-parse", "--show-toplevel");
  // A new file can be the very code that is measured, so it makes the tree dirty; our own results do not.
  const status = await git.query("status", "--porcelain", "--", ":/", ":(exclude,top,glob)**/.finetune-bench/**");
  return {
    where: "local",
    job: {
      repository: path.basename(root ?? path.resolve(cwd)) || "local",
      run_id: new Date().toISOString().replace(/[^0-9TZ]/g, ""),
      attempt: 1,
      event: "local",
      ref: (await git.query("symbolic-ref", "--quiet", "HEAD")) ?? (root === null ? "none" : "HEAD"),
      sha: await headSha(git),
      dirty: (status ?? "") !== "",
      pull_request: null,
      run_url: null,
    },
    serverUrl: "https://github.com",
    apiUrl: "https://api.github.com",
    defaultBranch: null,
    isDefaultBranch: false,
    pullRequest: null,
    queueBase: null,
    stranger: null,
    commentOn: null,
    triggeredBy: null,
    isHosted: false,
    warnings: [],
  };
}

const variablesSchema = z.object({
  GITHUB_REPOSITORY: z.string().regex(/^[^/\s]+\/[^/\s]+$/),
  GITHUB_RUN_ID: z.string().regex(/^[0-9]{1,20}$/),
  GITHUB_RUN_ATTEMPT: z.coerce.number().int().positive().default(1),
  GITHUB_EVENT_NAME: z.string().min(1),
  GITHUB_EVENT_PATH: z.string().min(1),
  GITHUB_REF: z.string().default(""),
  GITHUB_SHA: z.string().default(""),
  GITHUB_SERVER_URL: z.url().default("https://github.com"),
  GITHUB_API_URL: z.url().default("https://api.github.com"),
  GITHUB_ACTOR: z.string().optional(),
  RUNNER_ENVIRONMENT: z.string().optional(),
});
type Variables = z.infer<typeof variablesSchema>;

async function readGitHub(env: Environment, cwd: string): Promise<JobContext> {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const variables = parsed(variablesSchema, set, (field) => `variable ${field} of the runner`);
  const file = variables.GITHUB_EVENT_PATH;
  const event = readEvent(variables.GITHUB_EVENT_NAME, await readPayload(file), file);
  const { defaultBranch, pull, ended } = event;
  const git = gitAt(cwd, { workspace: true });
  const sha = await headSha(git);
  const asked = askedFor(event, sha, variables);
  const history = await isHistory(variables, { defaultBranch, sha, git });
  const status = await git.query("status", "--porcelain", "--untracked-files=no");
  return {
    where: "github",
    job: {
      repository: variables.GITHUB_REPOSITORY,
      run_id: variables.GITHUB_RUN_ID,
      attempt: variables.GITHUB_RUN_ATTEMPT,
      event: variables.GITHUB_EVENT_NAME,
      ref: variables.GITHUB_REF,
      sha,
      dirty: (status ?? "") !== "",
      pull_request: pull?.number ?? asked?.number ?? null,
      run_url: runUrl(variables),
    },
    serverUrl: variables.GITHUB_SERVER_URL,
    apiUrl: variables.GITHUB_API_URL,
    defaultBranch,
    isDefaultBranch: history.is,
    pullRequest:
      pull === null ? asked : { number: pull.number, headSha: pull.head.sha, baseSha: pull.base?.sha ?? null },
    queueBase: event.queueBase,
    stranger: pull === null ? strangerElsewhere(asked, ended, variables) : stranger(pull, variables),
    commentOn: pull?.number ?? asked?.number ?? null,
    triggeredBy: ended === null ? null : String(ended.id),
    isHosted: variables.RUNNER_ENVIRONMENT === "github-hosted",
    warnings: history.warnings,
  };
}

/**
 * What a comment asks to be measured: the commit that the workflow has checked out, as the event names none. Null on a
 * plain issue and in other events; its commit is null where nothing is checked out: a job that only reports.
 */
function askedFor(
  { commented }: GitHubEvent,
  sha: string | null,
  variables: Variables,
): { number: number; headSha: string | null; baseSha: null } | null {
  if (commented === null) return null;
  if (sha !== null && sha === variables.GITHUB_SHA) {
    throw new UserError(
      `a comment on pull request #${commented} started this job, but the default branch is checked out ` +
        `(${sha.slice(0, 7)}): give the checkout step the commit of the pull request as ref:`,
    );
  }
  return { number: commented, headSha: sha, baseSha: null };
}

function stranger(pull: PullRequestPayload, variables: Variables): Stranger | null {
  return strangerOf(pull, variables.GITHUB_REPOSITORY, variables.GITHUB_ACTOR);
}

/** In jobs that are no pull request's own: what a comment asks for, and what the run that ended had measured. */
function strangerElsewhere(
  asked: object | null,
  ended: GitHubEvent["ended"],
  { GITHUB_REPOSITORY }: Variables,
): Stranger | null {
  if (asked !== null) return "deleted-repository";
  if (ended === null) return null;
  if (ended.head_repository === null) return "deleted-repository";
  return sameRepository(ended.head_repository.full_name, GITHUB_REPOSITORY) ? null : "other-repository";
}

function runUrl(variables: Variables): string {
  const run = `${variables.GITHUB_SERVER_URL}/${variables.GITHUB_REPOSITORY}/actions/runs/${variables.GITHUB_RUN_ID}`;
  return variables.GITHUB_RUN_ATTEMPT === 1 ? run : `${run}/attempts/${variables.GITHUB_RUN_ATTEMPT}`;
}

interface Checkout {
  readonly defaultBranch: string | null;
  readonly sha: string | null;
  readonly git: Git;
}

async function isHistory(
  variables: Variables,
  { defaultBranch, sha, git }: Checkout,
): Promise<{ is: boolean; warnings: string[] }> {
  const event = variables.GITHUB_EVENT_NAME;
  if (!["push", "schedule", "workflow_dispatch"].includes(event)) return { is: false, warnings: [] };
  // A schedule runs on the default branch and on nothing else, and its payload often names no repository.
  if (defaultBranch === null && event !== "schedule") {
    return {
      is: false,
      warnings: ["the event does not name the default branch: this result is not recorded as history."],
    };
  }
  const onDefault = event === "schedule" || variables.GITHUB_REF === `refs/heads/${defaultBranch}`;
  if (!onDefault) return { is: false, warnings: [] };
  if (sha === null || sha === variables.GITHUB_SHA) return { is: true, warnings: [] };
  if ((await git.query("symbolic-ref", "--quiet", "HEAD")) === variables.GITHUB_REF) return { is: true, warnings: [] };
  return {
    is: false,
    warnings: [
      `this job runs for ${variables.GITHUB_REF} (${variables.GITHUB_SHA.slice(0, 7)}), but ${sha.slice(0, 7)} is ` +
        `checked out: its result is not recorded as history. Remove ref: from the checkout step to record it.`,
    ],
  };
}

async function headSha(git: Git): Promise<string | null> {
  const sha = await git.query("rev-parse", "--verify", "--quiet", "HEAD^{commit}");
  return sha !== null && /^[0-9a-f]{40,64}$/.test(sha) ? sha : null;
}
