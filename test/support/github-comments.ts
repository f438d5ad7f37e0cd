/** The comments of issues and pull requests, with their authors. */
import * as z from "zod";
import { bodyOf, type Call, type Handlers, page, param } from "./github-call.ts";
import {
  type Account,
  ACTIONS_BOT,
  actionsAppJson,
  ApiError,
  notFound,
  reactionsJson,
  timestamp,
  userJson,
} from "./github-objects.ts";

export interface Comment {
  readonly id: number;
  readonly issue: number;
  readonly author: Account;
  body: string;
  readonly createdAt: string;
  updatedAt: string;
  /** How often its text was replaced. */
  edits: number;
  /** By kind, each author once. */
  readonly reactions: { readonly kind: string; readonly author: string }[];
}

/** GitHub names this limit in its refusal; it counts characters, and bytes on top. */
const MAXIMUM_CHARACTERS = 65_536;
const MAXIMUM_BYTES = 262_144;

const bodySchema = z.object({ body: z.string() });
const reactionSchema = z.object({ content: z.string() });

export class CommentStore {
  private readonly comments = new Map<number, Comment>();
  private next = 3_100_000_001;

  /** Adds a comment by hand: a foreign one unless another author is named. */
  add(issue: number, body: string, author: Account = { login: "octocat", id: 583_231, type: "User" }): Comment {
    const now = timestamp();
    const times = { createdAt: now, updatedAt: now };
    const comment: Comment = { id: this.next, issue, author, body, ...times, edits: 0, reactions: [] };
    this.next += 1;
    this.comments.set(comment.id, comment);
    return comment;
  }

  /** Comments of one issue, oldest first; by one author where one is named. */
  of(issue: number, login?: string): Comment[] {
    const all = [...this.comments.values()].filter((comment) => comment.issue === issue);
    return login === undefined ? all : all.filter((comment) => comment.author.login === login);
  }

  get(id: number): Comment {
    const comment = this.comments.get(id);
    if (comment === undefined) throw notFound();
    return comment;
  }

  delete(id: number): void {
    this.get(id);
    this.comments.delete(id);
  }
}

/** `issueExists` says whether a number names an issue or pull request of this repository. */
export function commentHandlers(
  store: CommentStore,
  at: { apiUrl: string; repositoryUrl: string; htmlUrl: string; issueExists: (number: number) => boolean },
): Handlers {
  const json = (comment: Comment) => ({
    id: comment.id,
    node_id: `IC_${comment.id}`,
    url: `${at.repositoryUrl}/issues/comments/${comment.id}`,
    html_url: `${at.htmlUrl}/pull/${comment.issue}#issuecomment-${comment.id}`,
    issue_url: `${at.repositoryUrl}/issues/${comment.issue}`,
    user: userJson(comment.author),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    body: comment.body,
    author_association: comment.author.login === ACTIONS_BOT.login ? "NONE" : "CONTRIBUTOR",
    performed_via_github_app: comment.author.login === ACTIONS_BOT.login ? actionsAppJson() : null,
    reactions: reactionsJson(`${at.repositoryUrl}/issues/comments/${comment.id}/reactions`),
  });
  const issueOf = (call: Call) => {
    const number = Number(param(call, "issue_number"));
    if (!at.issueExists(number)) throw notFound();
    return number;
  };
  return {
    "issues/list-comments": (call) => {
      const since = call.query.get("since") ?? "";
      const all = store.of(issueOf(call)).filter((comment) => comment.updatedAt >= since);
      const { items, headers } = page(call, at.apiUrl, all);
      return { status: 200, body: items.map(json), headers };
    },
    "issues/get-comment": (call) => ({ status: 200, body: json(store.get(Number(param(call, "comment_id")))) }),
    "issues/create-comment": (call) => {
      const comment = store.add(issueOf(call), textOf(call), call.account);
      const body = json(comment);
      return { status: 201, body, headers: { location: body.url } };
    },
    "issues/update-comment": (call) => {
      const comment = store.get(Number(param(call, "comment_id")));
      comment.body = textOf(call);
      comment.updatedAt = timestamp();
      comment.edits += 1;
      return { status: 200, body: json(comment) };
    },
    "reactions/create-for-issue-comment": (call) => {
      const { reactions, id } = store.get(Number(param(call, "comment_id")));
      const { content: kind } = bodyOf(reactionSchema, call);
      const { login } = call.account;
      const isNew = !reactions.some((known) => known.kind === kind && known.author === login);
      if (isNew) reactions.push({ kind, author: login });
      const body = { id, node_id: `REA_${id}`, user: userJson(call.account), content: kind, created_at: timestamp() };
      return { status: isNew ? 201 : 200, body };
    },
    "issues/delete-comment": (call) => {
      store.delete(Number(param(call, "comment_id")));
      return { status: 204 };
    },
  };
}

/** The text of a new or changed comment. @throws ApiError 422 for one GitHub does not take. */
function textOf(call: Call): string {
  const { body } = bodyOf(bodySchema, call);
  if (body.trim() === "") throw refused("Body cannot be blank", "missing_field");
  if (body.length > MAXIMUM_CHARACTERS || Buffer.byteLength(body) > MAXIMUM_BYTES) {
    throw refused("Body is too long (maximum is 65536 characters)", "unprocessable");
  }
  return body;
}

function refused(message: string, code: string): ApiError {
  return new ApiError(422, "Validation Failed", {
    errors: [{ resource: "IssueComment", code, field: "data", message }],
  });
}
