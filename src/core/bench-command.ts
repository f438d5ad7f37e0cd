/** The comment `/bench`: who may ask for a measurement, and of which commit. */
import * as z from "zod";
import { parsed } from "./github-event.ts";

const sha = z.string().regex(/^[0-9a-f]{40}$/);
const time = z.iso.datetime({ offset: true });

/** Of `issue_comment`, as far as the decision needs it. */
const benchCommentSchema = z.object({
  action: z.string(),
  issue: z.object({ number: z.int().positive(), pull_request: z.object({}).optional() }),
  comment: z.object({
    id: z.int().positive(),
    body: z.string(),
    created_at: time,
    author_association: z.string(),
    user: z.object({ login: z.string() }),
  }),
});
export type BenchComment = z.infer<typeof benchCommentSchema>;

/** Throws a UserError that names the field where a payload is not as GitHub documents. */
export function readBenchComment(payload: unknown, file: string): BenchComment {
  return parsed(benchCommentSchema, payload, (field) => `${field} of the event (${file})`);
}

/** Of the pull request, as GitHub's API answers now. */
export const benchPullSchema = z.object({
  state: z.string(),
  head: z.object({
    sha,
    /** Null once the fork is deleted. */
    repo: z.object({ full_name: z.string(), pushed_at: time.nullable() }).nullable(),
  }),
});
export type BenchPull = z.infer<typeof benchPullSchema>;

export type BenchCommand =
  /** No command, and nobody waits for an answer. */
  | { readonly kind: "none" }
  | { readonly kind: "wrong" }
  /** `sha`: the commit it names; null: the head of the pull request. */
  | { readonly kind: "bench"; readonly sha: string | null };

/**
 * A short commit id is not taken: who may push can make another commit that begins with the same seven digits within
 * seconds, and all forty not at all.
 */
export function readCommand({ action, issue, comment }: BenchComment): BenchCommand {
  if (action !== "created" || issue.pull_request === undefined) return { kind: "none" };
  const text = comment.body.trimEnd();
  if (!/^\/bench(?:\s|$)/.test(text)) return { kind: "none" };
  const match = /^\/bench(?: ([0-9a-f]{40}))?$/.exec(text);
  return match === null ? { kind: "wrong" } : { kind: "bench", sha: match[1] ?? null };
}

const ASSOCIATIONS = new Set(["OWNER", "MEMBER", "COLLABORATOR"]);
const PERMISSIONS = new Set(["admin", "write"]);

/** Members of an organisation need not be allowed to write, so the permission is asked for as well. */
export function isKnown({ comment }: BenchComment): boolean {
  return ASSOCIATIONS.has(comment.author_association);
}

export function mayAsk(permission: string): boolean {
  return PERMISSIONS.has(permission);
}

export type Frozen = { readonly sha: string } | { readonly refusal: string };

/**
 * The one commit that the comment's author could see. What is pushed between the comment and this decision was seen by
 * nobody; GitHub does not tell which head a comment was written under, so any push since then to the repository of the
 * head is taken for one to the head.
 */
export function freeze(asked: string | null, { comment }: BenchComment, pull: BenchPull): Frozen {
  const { head, state } = pull;
  if (state !== "open") return { refusal: "this pull request is not open" };
  if (head.repo === null) return { refusal: "the repository of its head no longer exists" };
  if (asked !== null) {
    return asked === head.sha ? { sha: head.sha } : { refusal: `the head of this pull request is now ${head.sha}` };
  }
  const pushed = head.repo.pushed_at === null ? Number.POSITIVE_INFINITY : Date.parse(head.repo.pushed_at);
  if (pushed < Date.parse(comment.created_at)) return { sha: head.sha };
  return {
    refusal:
      "the repository of its head was pushed to when this was written or since, so what you saw may not be what would run. " +
      `Look at the newest commit, then write \`/bench\` again, or name the commit: \`/bench ${head.sha}\``,
  };
}

export const WRONG_COMMAND =
  "the command is `/bench` alone, or `/bench` with the 40 digits of the newest commit, and nothing else in the comment";
