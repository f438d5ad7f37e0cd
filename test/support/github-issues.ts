/** The issues of a repository, with what happened to them. */
import * as z from "zod";
import { bodyOf, type Call, type Handlers, page, param } from "./github-call.ts";
import { type Account, ApiError, notFound, reactionsJson, timestamp, userJson } from "./github-objects.ts";

export interface Issue {
  readonly number: number;
  readonly author: Account;
  title: string;
  body: string;
  labels: readonly string[];
  state: "open" | "closed";
  stateReason: string | null;
  readonly createdAt: string;
  updatedAt: string;
  /** How often it was changed in any way. */
  edits: number;
}

/** Issues and pull requests share their numbers; these are far from those of the tests. */
const FIRST_NUMBER = 1001;

const createSchema = z.object({
  title: z.string(),
  body: z.string().default(""),
  labels: z.array(z.string()).default([]),
});
const updateSchema = z.object({
  title: z.string().optional(),
  body: z.string().optional(),
  labels: z.array(z.string()).optional(),
  state: z.enum(["open", "closed"]).optional(),
  state_reason: z.string().optional(),
});

export class IssueStore {
  /** A repository can have its issues switched off. */
  enabled = true;
  private readonly issues: Issue[] = [];

  /** Opens an issue by hand: a foreign one unless another author is named. */
  add(
    given: Pick<Issue, "title" | "body" | "labels">,
    author: Account = { login: "octocat", id: 583_231, type: "User" },
  ): Issue {
    const now = timestamp();
    const rest = { state: "open", stateReason: null, createdAt: now, updatedAt: now, edits: 0 } as const;
    const issue: Issue = { number: FIRST_NUMBER + this.issues.length, author, ...given, ...rest };
    this.issues.push(issue);
    return issue;
  }

  /** Oldest first. */
  all(): readonly Issue[] {
    return this.issues;
  }

  has(number: number): boolean {
    return this.issues.some((issue) => issue.number === number);
  }

  get(number: number): Issue {
    const issue = this.issues.find((known) => known.number === number);
    if (issue === undefined) throw notFound();
    return issue;
  }
}

export function issueHandlers(
  store: IssueStore,
  at: { apiUrl: string; repositoryUrl: string; htmlUrl: string },
): Handlers {
  const json = (issue: Issue) => {
    const url = `${at.repositoryUrl}/issues/${issue.number}`;
    return {
      id: 4_000_000_000 + issue.number,
      node_id: `I_${issue.number}`,
      url,
      repository_url: at.repositoryUrl,
      labels_url: `${url}/labels{/name}`,
      comments_url: `${url}/comments`,
      events_url: `${url}/events`,
      html_url: `${at.htmlUrl}/issues/${issue.number}`,
      number: issue.number,
      state: issue.state,
      state_reason: issue.stateReason,
      title: issue.title,
      body: issue.body,
      user: userJson(issue.author),
      labels: issue.labels.map((name, index) => ({ id: index + 1, name, color: "ededed", default: false })),
      assignee: null,
      assignees: [],
      milestone: null,
      locked: false,
      active_lock_reason: null,
      comments: 0,
      closed_at: issue.state === "closed" ? issue.updatedAt : null,
      created_at: issue.createdAt,
      updated_at: issue.updatedAt,
      author_association: "NONE",
      reactions: reactionsJson(`${url}/reactions`),
    };
  };
  const open = () => {
    if (!store.enabled) throw new ApiError(410, "Issues has been disabled in this repository.");
  };
  return {
    "issues/list-for-repo": (call) => {
      open();
      const state = call.query.get("state") ?? "open";
      const labels = (call.query.get("labels") ?? "").split(",").filter((label) => label !== "");
      const all = store
        .all()
        .toReversed()
        .filter((issue) => state === "all" || issue.state === state)
        .filter((issue) => labels.every((label) => issue.labels.includes(label)));
      const { items, headers } = page(call, at.apiUrl, all);
      return { status: 200, body: items.map(json), headers };
    },
    "issues/create": (call) => {
      open();
      const issue = store.add(bodyOf(createSchema, call), call.account);
      return { status: 201, body: json(issue) };
    },
    "issues/update": (call: Call) => {
      open();
      const issue = store.get(Number(param(call, "issue_number")));
      const { state, state_reason, ...texts } = bodyOf(updateSchema, call);
      Object.assign(issue, texts, { updatedAt: timestamp(), edits: issue.edits + 1 });
      if (state !== undefined && state !== issue.state) {
        issue.state = state;
        issue.stateReason = state_reason ?? (state === "closed" ? "completed" : "reopened");
      }
      return { status: 200, body: json(issue) };
    },
  };
}
