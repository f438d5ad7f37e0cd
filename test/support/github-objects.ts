/** The long-winded parts of GitHub's answers: users, apps, repositories, errors. */

export interface Account {
  readonly login: string;
  readonly id: number;
  readonly type: "User" | "Bot" | "Organization";
}

/** Who writes when a workflow's own token is used. */
export const ACTIONS_BOT: Account = { login: "github-actions[bot]", id: 41_898_282, type: "Bot" };

/** What a handler throws to answer with an error in GitHub's form. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly errors: readonly object[] | undefined;
  readonly headers: Record<string, string>;

  constructor(status: number, message: string, more: { errors?: object[]; headers?: Record<string, string> } = {}) {
    super(message);
    this.status = status;
    this.errors = more.errors;
    this.headers = more.headers ?? {};
  }

  /** The JSON body GitHub sends with it. */
  body(): object {
    return {
      message: this.message,
      ...(this.errors === undefined ? {} : { errors: this.errors }),
      documentation_url: "https://docs.github.com/rest",
      status: `${this.status}`,
    };
  }
}

export function notFound(): ApiError {
  return new ApiError(404, "Not Found");
}

/** ISO 8601 with whole seconds: the only form of time in GitHub's answers. */
export function timestamp(date: Date = new Date()): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

export function userJson(account: Account): object {
  const url = `https://api.github.com/users/${encodeURIComponent(account.login)}`;
  return {
    login: account.login,
    id: account.id,
    node_id: `U_${account.id}`,
    avatar_url: `https://avatars.githubusercontent.com/u/${account.id}?v=4`,
    gravatar_id: "",
    url,
    html_url: `https://github.com/${encodeURIComponent(account.login)}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.type,
    user_view_type: "public",
    site_admin: false,
  };
}

/** The GitHub App behind a workflow's token, as comments name it. */
export function actionsAppJson(): object {
  return {
    id: 15_368,
    slug: "github-actions",
    client_id: "Iv1.05c79e9ad1f6bdfa",
    node_id: "MDM6QXBwMTUzNjg=",
    owner: userJson({ login: "github", id: 9919, type: "Organization" }),
    name: "GitHub Actions",
    description: "Automate your workflow from idea to production",
    external_url: "https://help.github.com/en/actions",
    html_url: "https://github.com/apps/github-actions",
    created_at: "2018-07-30T09:30:17Z",
    updated_at: "2025-03-07T16:35:00Z",
    permissions: { actions: "write", contents: "write", issues: "write", metadata: "read", pull_requests: "write" },
    events: ["push", "pull_request"],
  };
}

/** Nobody has reacted yet. */
export function reactionsJson(url: string): object {
  const kinds = ["+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"];
  return { url, total_count: 0, ...Object.fromEntries(kinds.map((kind) => [kind, 0])) };
}

export interface RepositoryFacts {
  readonly owner: Account;
  readonly name: string;
  readonly id: number;
  readonly private: boolean;
  readonly fork: boolean;
  readonly defaultBranch: string;
  /** Root of the API, without a slash at the end. */
  readonly apiUrl: string;
  readonly serverUrl: string;
  /** When anybody last pushed to it. Default: now. */
  readonly pushedAt?: string;
}

/** Every link a repository carries: `name_url` → where it stands under the repository. */
const LINKS: Record<string, string> = {
  archive_url: "{archive_format}{/ref}",
  assignees_url: "assignees{/user}",
  blobs_url: "git/blobs{/sha}",
  branches_url: "branches{/branch}",
  collaborators_url: "collaborators{/collaborator}",
  comments_url: "comments{/number}",
  commits_url: "commits{/sha}",
  compare_url: "compare/{base}...{head}",
  contents_url: "contents/{+path}",
  contributors_url: "contributors",
  deployments_url: "deployments",
  downloads_url: "downloads",
  events_url: "events",
  forks_url: "forks",
  git_commits_url: "git/commits{/sha}",
  git_refs_url: "git/refs{/sha}",
  git_tags_url: "git/tags{/sha}",
  hooks_url: "hooks",
  issue_comment_url: "issues/comments{/number}",
  issue_events_url: "issues/events{/number}",
  issues_url: "issues{/number}",
  keys_url: "keys{/key_id}",
  labels_url: "labels{/name}",
  languages_url: "languages",
  merges_url: "merges",
  milestones_url: "milestones{/number}",
  notifications_url: "notifications{?since,all,participating}",
  pulls_url: "pulls{/number}",
  releases_url: "releases{/id}",
  stargazers_url: "stargazers",
  statuses_url: "statuses/{sha}",
  subscribers_url: "subscribers",
  subscription_url: "subscription",
  tags_url: "tags",
  teams_url: "teams",
  trees_url: "git/trees{/sha}",
};

export function repositoryJson(facts: RepositoryFacts): object {
  const full = `${facts.owner.login}/${facts.name}`;
  const url = `${facts.apiUrl}/repos/${full}`;
  const html = `${facts.serverUrl}/${full}`;
  return {
    id: facts.id,
    node_id: `R_${facts.id}`,
    name: facts.name,
    full_name: full,
    private: facts.private,
    owner: userJson(facts.owner),
    html_url: html,
    description: null,
    fork: facts.fork,
    url,
    ...Object.fromEntries(Object.entries(LINKS).map(([name, where]) => [name, `${url}/${where}`])),
    git_url: `git://github.com/${full}.git`,
    ssh_url: `git@github.com:${full}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    forks: 0,
    forks_count: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    network_count: 0,
    subscribers_count: 0,
    open_issues: 0,
    open_issues_count: 0,
    size: 1,
    default_branch: facts.defaultBranch,
    has_downloads: true,
    has_discussions: false,
    has_issues: true,
    has_pages: false,
    has_projects: true,
    has_wiki: true,
    archived: false,
    disabled: false,
    visibility: facts.private ? "private" : "public",
    pushed_at: facts.pushedAt ?? timestamp(),
    created_at: "2026-01-02T03:04:05Z",
    updated_at: timestamp(),
  };
}
