/** The payload of the event that started a workflow, as far as this program reads it. */
import * as z from "zod";

const sha = z.string().regex(/^[0-9a-f]{40,64}$/);

export const pullRequestSchema = z.object({
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

const repositorySchema = z
  .object({ full_name: z.string().optional(), default_branch: z.string().optional() })
  .optional();

export const eventPayloadSchema = z.object({ repository: repositorySchema });
export const pullRequestPayloadSchema = z.object({ repository: repositorySchema, pull_request: pullRequestSchema });

/** A comment on an issue; `pull_request` is there where the issue is one. */
export const issueCommentPayloadSchema = z.object({
  issue: z.object({ number: z.int().positive(), pull_request: z.object({}).optional() }),
});

export const mergeGroupPayloadSchema = z.object({ merge_group: z.object({ base_sha: sha, head_sha: sha }) });

/** The run that ended and so started this one. */
export const workflowRunPayloadSchema = z.object({
  workflow_run: z.object({
    id: z.int().positive(),
    head_repository: z.object({ full_name: z.string() }).nullable(),
  }),
});

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
