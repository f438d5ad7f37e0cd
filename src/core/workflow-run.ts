/** What GitHub itself says of a workflow run: the facts that every claim of an artifact is held against. */
import * as z from "zod";

const sha = z.string().regex(/^[0-9a-f]{40,64}$/);

export const workflowRunSchema = z.object({
  id: z.int().positive(),
  run_attempt: z.int().positive().default(1),
  event: z.string().min(1).max(100),
  status: z.string().nullable(),
  conclusion: z.string().nullable(),
  /** Of a pull request the commit that was pushed, not the merge that is measured. */
  head_sha: sha,
  head_branch: z.string().nullable(),
  path: z.string(),
  created_at: z.iso.datetime(),
  repository: z.object({ full_name: z.string() }),
  /** Null once a fork is deleted. */
  head_repository: z.object({ full_name: z.string(), owner: z.object({ login: z.string() }) }).nullable(),
});
export type WorkflowRun = z.infer<typeof workflowRunSchema>;

/** Events of the default branch whose results become history. */
const RECORDED = new Set(["push", "schedule", "workflow_dispatch"]);

/** Whether the commit of a run lies in the repository whose run it is: of a fork it does not. */
export function isOwn({ repository, head_repository }: WorkflowRun): boolean {
  return head_repository !== null && sameRepository(head_repository.full_name, repository.full_name);
}

/** Whether results of this run may become history: nothing of a fork or of another branch ever may. */
export function isRecorded(run: WorkflowRun, defaultBranch: string | null): boolean {
  if (!isOwn(run) || !isOfFile(run) || !RECORDED.has(run.event)) return false;
  // A schedule runs on the default branch alone, and its payload often does not name it.
  return defaultBranch === null ? run.event === "schedule" : run.head_branch === defaultBranch;
}

/** Whether a workflow file of this repository started it, and not one that another repository requires. */
export function isOfFile({ path }: WorkflowRun): boolean {
  return /^\.github\/workflows\/[^/@]+\.ya?ml(?:@.*)?$/.test(path);
}

export function sameRepository(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

export const openPullSchema = z.object({
  number: z.int().positive(),
  head: z.object({ sha }),
  base: z.object({ repo: z.object({ full_name: z.string() }) }),
});
export type OpenPull = z.infer<typeof openPullSchema>;

/** Either the number, or a sentence without a full stop that says why there is none. */
export type FoundPull = { readonly number: number } | { readonly reason: string };

/**
 * The pull request a run belongs to, from what GitHub says alone. A number out of an artifact could name any pull request
 * of the repository, so it does no more than choose among several that all fit.
 *
 * @param open open pull requests from the owner and branch of the run
 * @param claimed numbers that the artifacts name
 */
export function pullOfRun(run: WorkflowRun, open: readonly OpenPull[], claimed: readonly (number | null)[]): FoundPull {
  const fitting = open.filter(
    ({ head, base }) => head.sha === run.head_sha && sameRepository(base.repo.full_name, run.repository.full_name),
  );
  const [only, ...more] = fitting;
  if (only === undefined) {
    return { reason: `no open pull request has ${run.head_sha.slice(0, 7)} as its head (closed, or pushed to since)` };
  }
  if (more.length === 0) return { number: only.number };
  const chosen = fitting.filter(({ number }) => claimed.includes(number));
  const [one, ...others] = chosen;
  if (one !== undefined && others.length === 0) return { number: one.number };
  return { reason: `${fitting.length} open pull requests have ${run.head_sha.slice(0, 7)} as their head` };
}
