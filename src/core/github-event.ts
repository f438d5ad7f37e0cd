/** The payload of the event that started a workflow, as far as this program reads it. */
import * as z from "zod";
import { UserError } from "./errors.ts";

const sha = z.string().regex(/^[0-9a-f]{40,64}$/);

/** What git allows in the name of a branch: nothing that means more than itself where a ref is given to it. */
const branch = z.string().regex(/^[^\s\p{Cc}~^:?*[\\]+$/u);

const pullRequestSchema = z.object({
  number: z.int().positive(),
  user: z.object({ login: z.string() }).optional(),
  base: z.object({ sha }).optional(),
  head: z.object({
    sha,
    /** Null once the fork is deleted; absent from payloads that somebody shortened. Both count as foreign. */
    repo: z.object({ full_name: z.string() }).nullable().optional(),
  }),
});
export type PullRequestPayload = z.infer<typeof pullRequestSchema>;

const anySchema = z.object({ repository: z.object({ default_branch: branch.optional() }).optional() });
const pullSchema = z.object({ pull_request: pullRequestSchema });
/** A comment on an issue; `pull_request` is there where the issue is one. */
const issueCommentSchema = z.object({
  issue: z.object({ number: z.int().positive(), pull_request: z.object({}).optional() }),
});
const mergeGroupSchema = z.object({ merge_group: z.object({ base_sha: sha, head_sha: sha }) });
const workflowRunSchema = z.object({
  workflow_run: z.object({
    id: z.int().positive(),
    head_repository: z.object({ full_name: z.string() }).nullable(),
  }),
});

export interface GitHubEvent {
  /** Null where the payload does not tell, as that of a schedule. */
  readonly defaultBranch: string | null;
  readonly pull: PullRequestPayload | null;
  /** Number of the pull request that a comment stands on. */
  readonly commented: number | null;
  readonly queueBase: string | null;
  /** The run that ended and so started this one. */
  readonly ended: z.infer<typeof workflowRunSchema>["workflow_run"] | null;
}

/** Throws a {@link UserError} that names the field, and repeats nothing of it, where a payload is not as GitHub documents. */
export function readEvent(name: string, payload: unknown, file: string): GitHubEvent {
  const as = <T>(schema: z.ZodType<T>): T => parsed(schema, payload, (field) => `${field} of the event (${file})`);
  const issue = name === "issue_comment" ? as(issueCommentSchema).issue : null;
  return {
    defaultBranch: as(anySchema).repository?.default_branch ?? null,
    pull: /^pull_request(_target)?$/.test(name) ? as(pullSchema).pull_request : null,
    commented: issue?.pull_request === undefined ? null : issue.number,
    queueBase: name === "merge_group" ? as(mergeGroupSchema).merge_group.base_sha : null,
    ended: name === "workflow_run" ? as(workflowRunSchema).workflow_run : null,
  };
}

/** What GitHub or its runner gives, by a schema; `name` says in words which field of it is wrong. */
export function parsed<T>(schema: z.ZodType<T>, value: unknown, name: (field: string) => string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new UserError(
    `${name(issue?.path.join(".") || "the whole")}: ${issue?.message ?? "is not what GitHub documents"}`,
  );
}

/** Why the code of a pull request counts as a stranger's. */
export const strangerSchema = z.enum(["other-repository", "deleted-repository", "dependabot"]);
export type Stranger = z.infer<typeof strangerSchema>;

/**
 * Null when the pull request comes from a branch of `repository` itself. `head.repo.fork` is no answer: it is true for
 * every pull request of a repository that is a fork.
 */
export function strangerOf(pull: PullRequestPayload, repository: string, actor: string | undefined): Stranger | null {
  const { repo } = pull.head;
  if (repo === null || repo === undefined) return "deleted-repository";
  if (repo.full_name.toLowerCase() !== repository.toLowerCase()) return "other-repository";
  // Who pushes to its branch later does not make the update a colleague's.
  return [actor, pull.user?.login].includes("dependabot[bot]") ? "dependabot" : null;
}
