/** One repository as the API server shows it: branches, pull requests, archives, and the events of its workflows. */
import type { GitBackend } from "./git-backend.ts";
import { type Call, type Handlers, page, param } from "./github-call.ts";
import { type Account, notFound, repositoryJson, type RepositoryFacts, timestamp, userJson } from "./github-objects.ts";

export interface Pull {
  readonly number: number;
  readonly title: string;
  readonly author: Account;
  readonly head: { readonly ref: string; readonly sha: string };
  readonly base: { readonly ref: string; readonly sha: string };
  /** What a checkout of a `pull_request` run holds: parents are base and head. */
  readonly mergeSha: string;
  /** Owner of the fork it comes from; null within the repository. */
  readonly fork: Account | null;
  /** When somebody last pushed to the repository of its head. */
  readonly pushedAt: string;
}

interface PullRequest {
  readonly number: number;
  readonly head: string;
  readonly base?: string;
  readonly title?: string;
  readonly fork?: Account;
  readonly pushedAt?: string;
}

/** The links of a pull request by the two names each has. */
const PULL_LINKS = {
  comments: "issues/N/comments",
  commits: "pulls/N/commits",
  issue: "issues/N",
  review_comments: "pulls/N/comments",
  review_comment: "pulls/comments{/number}",
  self: "pulls/N",
} as const;

export class PullStore {
  private readonly pulls = new Map<number, Pull>();
  private readonly git: GitBackend;
  private readonly facts: RepositoryFacts;

  constructor(git: GitBackend, facts: RepositoryFacts) {
    this.git = git;
    this.facts = facts;
  }

  /** Opens a pull request, or renews it after a push to `head`, and makes its merge commit. */
  async open(request: PullRequest): Promise<Pull> {
    const baseRef = request.base ?? this.facts.defaultBranch;
    const [head, base] = [await this.git.resolve(request.head), await this.git.resolve(baseRef)];
    if (head === null || base === null) throw new Error(`no branch ${head === null ? request.head : baseRef}`);
    const mergeSha = await this.git.merge(base, head);
    await this.git.run(["update-ref", `refs/pull/${request.number}/head`, head]);
    await this.git.run(["update-ref", `refs/pull/${request.number}/merge`, mergeSha]);
    const pull: Pull = {
      number: request.number,
      title: request.title ?? "A change",
      author: request.fork ?? { login: "ada", id: 1815, type: "User" },
      head: { ref: request.head, sha: head },
      base: { ref: baseRef, sha: base },
      mergeSha,
      fork: request.fork ?? null,
      pushedAt: request.pushedAt ?? timestamp(),
    };
    this.pulls.set(pull.number, pull);
    return pull;
  }

  get(number: number): Pull {
    const pull = this.pulls.get(number);
    if (pull === undefined) throw notFound();
    return pull;
  }

  has(number: number): boolean {
    return this.pulls.has(number);
  }

  all(): Pull[] {
    return [...this.pulls.values()].sort((a, b) => b.number - a.number);
  }

  /** The fields every form of a pull request has. */
  json(pull: Pull): object {
    const url = `${this.facts.apiUrl}/repos/${this.facts.owner.login}/${this.facts.name}`;
    const html = `${this.facts.serverUrl}/${this.facts.owner.login}/${this.facts.name}/pull/${pull.number}`;
    const link = (where: string) => `${url}/${where.replace("N", `${pull.number}`)}`;
    const links = Object.entries({ ...PULL_LINKS, statuses: `statuses/${pull.head.sha}` });
    const headOwner = pull.fork ?? this.facts.owner;
    const repository = repositoryJson(this.facts);
    const headFacts = { ...this.facts, pushedAt: pull.pushedAt };
    const fork = { ...headFacts, owner: headOwner, id: this.facts.id + 1, fork: true };
    return {
      url: link(PULL_LINKS.self),
      id: 2_000_000_000 + pull.number,
      node_id: `PR_${pull.number}`,
      html_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      ...Object.fromEntries(
        links.filter(([name]) => name !== "self").map(([name, where]) => [`${name}_url`, link(where)]),
      ),
      number: pull.number,
      state: "open",
      locked: false,
      title: pull.title,
      user: userJson(pull.author),
      body: null,
      created_at: timestamp(),
      updated_at: timestamp(),
      closed_at: null,
      merged_at: null,
      merge_commit_sha: pull.mergeSha,
      assignee: null,
      assignees: [],
      requested_reviewers: [],
      requested_teams: [],
      labels: [],
      milestone: null,
      draft: false,
      head: {
        label: `${headOwner.login}:${pull.head.ref}`,
        ...pull.head,
        user: userJson(headOwner),
        repo: repositoryJson(pull.fork === null ? headFacts : fork),
      },
      base: {
        label: `${this.facts.owner.login}:${pull.base.ref}`,
        ...pull.base,
        user: userJson(this.facts.owner),
        repo: repository,
      },
      _links: {
        ...Object.fromEntries(links.map(([name, where]) => [name, { href: link(where) }])),
        html: { href: html },
      },
      author_association: pull.fork === null ? "MEMBER" : "FIRST_TIME_CONTRIBUTOR",
      auto_merge: null,
    };
  }
}

/** `archiveUrl` gives the address a tarball of a ref lies at for a short while. */
export function repositoryHandlers(
  git: GitBackend,
  facts: RepositoryFacts,
  pulls: PullStore,
  archiveUrl: (ref: string) => string,
): Handlers {
  const url = `${facts.apiUrl}/repos/${facts.owner.login}/${facts.name}`;
  const html = `${facts.serverUrl}/${facts.owner.login}/${facts.name}`;
  const branchJson = async (call: Call) => {
    const name = param(call, "branch");
    const sha = await git.resolve(`refs/heads/${name}`);
    if (sha === null) throw notFound();
    const commit = await git.readCommit(sha);
    const here = `${url}/branches/${name}`;
    return {
      name,
      commit: {
        sha,
        node_id: `C_${sha}`,
        url: `${url}/commits/${sha}`,
        html_url: `${html}/commit/${sha}`,
        comments_url: `${url}/commits/${sha}/comments`,
        commit: {
          author: commit.author,
          committer: commit.committer,
          message: commit.message,
          tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
          url: `${url}/git/commits/${sha}`,
          comment_count: 0,
          verification: { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null },
        },
        author: null,
        committer: null,
        parents: commit.parents.map((parent) => ({
          sha: parent,
          url: `${url}/commits/${parent}`,
          html_url: `${html}/commit/${parent}`,
        })),
      },
      _links: { self: here, html: `${html}/tree/${name}` },
      protected: false,
      protection: { enabled: false, required_status_checks: { enforcement_level: "off", contexts: [], checks: [] } },
      protection_url: `${here}/protection`,
    };
  };
  return {
    "repos/get": () => ({ status: 200, body: repositoryJson(facts) }),
    "repos/get-branch": async (call) => ({ status: 200, body: await branchJson(call) }),
    "repos/download-tarball-archive": (call) => ({
      status: 302,
      headers: { location: archiveUrl(param(call, "ref")) },
    }),
    "pulls/get": (call) => {
      const pull = pulls.get(Number(param(call, "pull_number")));
      const counts = { additions: 1, changed_files: 1, comments: 0, commits: 1, deletions: 0, review_comments: 0 };
      const state = { mergeable: true, mergeable_state: "clean", merged: false, maintainer_can_modify: false };
      return { status: 200, body: { ...pulls.json(pull), ...counts, ...state, merged_by: null, rebaseable: true } };
    },
    "pulls/list": (call) => {
      const head = call.query.get("head");
      const base = call.query.get("base");
      const open = (call.query.get("state") ?? "open") === "closed" ? [] : pulls.all();
      const all = open.filter(
        (pull) =>
          (head === null || head === `${(pull.fork ?? facts.owner).login}:${pull.head.ref}`) &&
          (base === null || base === pull.base.ref),
      );
      const { items, headers } = page(call, facts.apiUrl, all);
      return { status: 200, body: items.map((pull) => pulls.json(pull)), headers };
    },
  };
}

/** The payload of a `pull_request` event. */
export function pullPayload(facts: RepositoryFacts, pulls: PullStore, number: number, action = "synchronize"): object {
  const pull = pulls.get(number);
  return {
    action,
    number,
    pull_request: pulls.json(pull),
    repository: repositoryJson(facts),
    sender: userJson(pull.author),
  };
}

/** The payload of a `push` event whose newest commit is `after`. */
export async function pushPayload(
  git: GitBackend,
  facts: RepositoryFacts,
  branch: string,
  after: string,
): Promise<object> {
  const commit = await git.readCommit(after);
  const person = { name: commit.author.name, email: commit.author.email };
  const newest = {
    id: after,
    tree_id: commit.tree,
    message: commit.message,
    timestamp: commit.committer.date,
    author: person,
    committer: person,
  };
  return {
    ref: `refs/heads/${branch}`,
    before: commit.parents[0] ?? "0".repeat(40),
    after,
    created: commit.parents.length === 0,
    deleted: false,
    forced: false,
    base_ref: null,
    commits: [newest],
    head_commit: newest,
    pusher: person,
    repository: repositoryJson(facts),
    sender: userJson({ login: "ada", id: 1815, type: "User" }),
  };
}
