/**
 * A stand-in for api.github.com on the loopback device. Every request and every answer is checked against GitHub's own
 * OpenAPI description, git data lies in a real bare repository, and tokens may do only what their permissions say.
 */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ArtifactServer } from "./artifact-server.ts";
import { GitBackend } from "./git-backend.ts";
import { gitPath, serveGit } from "./git-http.ts";
import type { Answer, Call, Handlers } from "./github-call.ts";
import { checkHandlers, type CheckRun } from "./github-checks.ts";
import { commentHandlers, CommentStore } from "./github-comments.ts";
import { commentPayload, type CommentEvent } from "./github-events.ts";
import { gitDataHandlers } from "./github-git-data.ts";
import { startArchives } from "./github-archives.ts";
import { cutAnswer, type Fault, FaultPlan, meet } from "./github-faults.ts";
import { issueHandlers, IssueStore } from "./github-issues.ts";
import { type Account, ApiError, notFound, type RepositoryFacts, userJson } from "./github-objects.ts";
import { collaboratorHandlers, type Role } from "./github-people.ts";
import { authenticate, authorize, type Permissions, type Token, workflowToken } from "./github-permissions.ts";
import { PullStore, pullPayload, pushPayload, repositoryHandlers } from "./github-repository.ts";
import { type WorkflowRun, workflowRunHandlers, workflowRunPayload } from "./github-workflow-runs.ts";
import { type Json, parseJson } from "./json.ts";
import { listen, readBody } from "./loopback.ts";
import { checkRequest, checkResponse, loadOpenApi, type Operation } from "./openapi.ts";
import type { Network } from "./proxy.ts";

export interface GitHubOptions {
  /** Default `ada`. */
  readonly owner?: string;
  /** Default `engine`. */
  readonly repo?: string;
  /** In a private repository reading needs its permission too. Default `private`. */
  readonly visibility?: "public" | "private";
  /** Of the token every run gets. Default: contents and pull-requests `write`, actions `read`. */
  readonly permissions?: Permissions;
  /** Where the artifacts of workflow runs lie. */
  readonly artifacts?: ArtifactServer;
  /** Where its servers have names. Default: addresses of the loopback device. */
  readonly network?: Network;
}

/** One request as it was answered: of git, or of the API. `operation` is `null` for addresses GitHub's description does not know. */
export interface LoggedCall {
  readonly operation: string | null;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

export interface GitHub extends AsyncDisposable {
  /** For `GITHUB_API_URL`. */
  readonly apiUrl: string;
  /** Where git fetches from and pushes to. */
  readonly gitUrl: string;
  readonly owner: string;
  readonly repo: string;
  /** `owner/repo`. */
  readonly fullName: string;
  /** Value of the token with the permissions of the options. */
  readonly token: string;
  /** The repository itself: make commits, read branches. */
  readonly git: GitBackend;
  readonly comments: CommentStore;
  readonly issues: IssueStore;
  /** Login → what they may do here. Everybody else may read a public repository and nothing of a private one. */
  readonly people: Map<string, Role>;
  readonly pulls: PullStore;
  readonly runs: WorkflowRun[];
  readonly checks: readonly CheckRun[];
  readonly calls: readonly LoggedCall[];
  /** Requests GitHub would refuse or ignore parts of, and answers GitHub would never give. A test wants none. */
  readonly violations: readonly string[];
  /** Another token, for example with fewer permissions; returns its value. */
  issueToken(permissions: Permissions, kind?: "installation" | "personal", account?: Account): string;
  fail(fault: Fault): void;
  /** How often an operation was called. */
  count(operation: string): number;
  /** Payload of a `pull_request` event. */
  pullPayload(number: number, action?: string): object;
  /** Payload of an `issue_comment` event: on a pull request, or on a plain issue. */
  commentPayload(number: number, comment: CommentEvent): object;
  /** Payload of a `push` event whose newest commit is `after`. */
  pushPayload(branch: string, after: string): Promise<object>;
  /** Payload of a `workflow_run` event: one of `runs` has ended. */
  workflowRunPayload(id: number): object;
}

const ACTIONS_PERMISSIONS: Permissions = { contents: "write", "pull-requests": "write", actions: "read" };

/**
 * Starts the server with an empty repository; commit to `git` before asking for git data, as GitHub refuses that until
 * there is a first commit. Dispose of it with `await using`.
 */
export async function startGitHub(options: GitHubOptions = {}): Promise<GitHub> {
  const [owner, repo, visibility] = [options.owner ?? "ada", options.repo ?? "engine", options.visibility ?? "private"];
  const openApi = loadOpenApi();
  const git = await GitBackend.create();
  const tokens = new Map<string, Token>();
  const calls: LoggedCall[] = [];
  const violations: string[] = [];
  const faults = new FaultPlan();
  const runs: WorkflowRun[] = [];
  const comments = new CommentStore();
  const checks: CheckRun[] = [];
  const issues = new IssueStore();
  const people = new Map<string, Role>();

  const onViolation = (text: string) => void violations.push(text);
  const { network } = options;
  const archives = await startArchives({ git, owner, repo, network, faults, onViolation });
  const server = await listen(handle, network && { name: "api", network });
  const facts: RepositoryFacts = {
    owner: { login: owner, id: 4242, type: "Organization" },
    name: repo,
    id: 990_000_001,
    private: visibility === "private",
    fork: false,
    defaultBranch: git.defaultBranch,
    apiUrl: server.url,
    serverUrl: "https://github.com",
  };
  const repositoryUrl = `${server.url}/repos/${owner}/${repo}`;
  const htmlUrl = `${facts.serverUrl}/${owner}/${repo}`;
  const pulls = new PullStore(git, facts);
  const handlers: Handlers = {
    ...gitDataHandlers(git, { repositoryUrl, htmlUrl }),
    ...checkHandlers(git, checks, { apiUrl: server.url, repositoryUrl, htmlUrl }),
    ...commentHandlers(comments, {
      apiUrl: server.url,
      repositoryUrl,
      htmlUrl,
      issueExists: (number) => pulls.has(number) || issues.has(number),
    }),
    ...issueHandlers(issues, { apiUrl: server.url, repositoryUrl, htmlUrl }),
    ...collaboratorHandlers(people, visibility),
    ...repositoryHandlers(git, facts, pulls, (ref) => archives.address(ref)),
    ...workflowRunHandlers(facts, runs, options.artifacts),
    "rate-limit/get": () => ({ status: 200, body: rateLimit() }),
    "users/get-authenticated": (call) => ({ status: 200, body: authenticatedUser(call.account) }),
  };

  // A description cut anew must not leave an operation unanswered, nor a handler behind.
  const described = openApi.operations.map((operation) => operation.id).sort();
  if (described.join() !== Object.keys(handlers).sort().join()) {
    throw new Error(`described: ${described.join()}; handled: ${Object.keys(handlers).sort().join()}`);
  }

  const rate = () => ({ limit: 1000, remaining: Math.max(0, 1000 - calls.length), reset: hour(), used: calls.length });
  const rateLimit = () => ({ resources: { core: rate(), search: rate(), graphql: rate() }, rate: rate() });

  /** The answer to one described call, after its token, its faults and its parameters were looked at. */
  async function respond(operation: Operation, request: IncomingMessage, call: Omit<Call, "account">): Promise<Answer> {
    const token = authenticate(request.headers.authorization, tokens);
    authorize(operation, token, visibility);
    const { params } = call;
    if (params["owner"] !== undefined && (params["owner"] !== owner || params["repo"] !== repo)) throw notFound();
    const complaints = checkRequest(operation, call);
    violations.push(...complaints.map((text) => `${operation.id}: ${text}`));
    if (complaints.some((text) => text.startsWith("request body"))) {
      throw new ApiError(422, `Invalid request.\n\n${complaints.join("\n")}`);
    }
    const handler = handlers[operation.id];
    if (handler === undefined) throw new Error(`no handler for ${operation.id}`);
    return handler({ ...call, account: token.account });
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", server.url);
    const method = request.method ?? "GET";
    const raw = await readBody(request);
    const asked = gitPath(url.pathname);
    if (asked !== null) {
      if (asked.owner !== owner || asked.name !== repo) {
        response.writeHead(404).end();
        return;
      }
      response.once("finish", () =>
        calls.push({ operation: "git", method, path: url.pathname, status: response.statusCode }),
      );
      if (await meet(faults.next("git"), response)) return;
      await serveGit(git, request, response, { url, rest: asked.rest, body: raw, tokens, visibility });
      return;
    }
    const found = openApi.find(method, url.pathname);
    const operation = found?.operation ?? null;
    const fault = operation === null ? null : faults.next(operation.id);
    const note = (status: number) =>
      calls.push({ operation: operation?.id ?? null, method, path: url.pathname + url.search, status });
    const send = (answer: Answer) => {
      note(answer.status);
      const body = answer.body === undefined ? "" : JSON.stringify(answer.body);
      if (cutAnswer(fault, response, answer.status, Buffer.from(body))) return;
      const now = rate();
      response.writeHead(answer.status, {
        ...(answer.body === undefined ? {} : { "content-type": "application/json; charset=utf-8" }),
        "x-github-media-type": "github.v3; format=json",
        "x-github-request-id": randomUUID(),
        "x-ratelimit-limit": `${now.limit}`,
        "x-ratelimit-remaining": `${now.remaining}`,
        "x-ratelimit-reset": `${now.reset}`,
        ...answer.headers,
      });
      response.end(body);
    };
    if (found === null || operation === null) {
      violations.push(`${method} ${url.pathname}: no such operation in GitHub's description`);
      return send({ status: 404, body: notFound().body() });
    }
    if (request.headers["user-agent"] === undefined) violations.push(`${operation.id}: no user-agent header`);
    if (await meet(fault, response)) {
      note(0);
      return;
    }
    if (fault?.status !== undefined) {
      const error = new ApiError(fault.status, fault.message ?? "a fault of the test", {
        headers: fault.headers ?? {},
      });
      return send({ status: error.status, body: error.body(), headers: error.headers });
    }
    try {
      const body: Json | undefined = raw.length === 0 ? undefined : parseJson(raw.toString("utf8"));
      const call = { operation: operation.id, params: found.params, query: url.searchParams, body, url };
      const answer = await respond(operation, request, call);
      violations.push(
        ...checkResponse(operation, answer.status, answer.body).map(
          (text) => `${operation.id}: ${text} (this server's fault)`,
        ),
      );
      send(answer);
    } catch (error) {
      if (!(error instanceof ApiError)) {
        violations.push(`${operation.id}: ${error instanceof Error ? (error.stack ?? "") : String(error)}`);
      }
      const known = error instanceof ApiError ? error : new ApiError(500, "Server Error");
      send({ status: known.status, body: known.body(), headers: known.headers });
    }
  }

  const addToken = (token: Token) => {
    tokens.set(token.value, token);
    return token.value;
  };
  return {
    apiUrl: server.url,
    gitUrl: `${server.url}/${owner}/${repo}.git`,
    owner,
    repo,
    fullName: `${owner}/${repo}`,
    token: addToken(workflowToken(options.permissions ?? ACTIONS_PERMISSIONS)),
    git,
    comments,
    issues,
    people,
    pulls,
    runs,
    checks,
    calls,
    violations,
    issueToken(permissions, kind = "installation", account) {
      const plain = workflowToken(permissions, `ghs_pretendedToken${randomUUID().replaceAll("-", "")}`);
      return addToken({ ...plain, kind, account: account ?? plain.account });
    },
    fail: (fault) => faults.add(fault),
    count: (operation) => calls.filter((call) => call.operation === operation).length,
    pullPayload: (number, action) => pullPayload(facts, pulls, number, action),
    commentPayload: (number, comment) => commentPayload(facts, pulls.has(number) ? pulls.get(number) : number, comment),
    pushPayload: (branch, after) => pushPayload(git, facts, branch, after),
    workflowRunPayload(id) {
      const run = runs.find((entry) => entry.id === id);
      if (run === undefined) throw new Error(`no run ${id}`);
      return workflowRunPayload(facts, run);
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await archives[Symbol.asyncDispose]();
      await git[Symbol.asyncDispose]();
    },
  };
}

function hour(): number {
  return Math.floor(Date.now() / 1000) + 3600;
}

function authenticatedUser(account: Account): object {
  const person = { name: null, company: null, blog: "", location: null, email: null, hireable: null, bio: null };
  const counts = { public_repos: 1, public_gists: 0, followers: 0, following: 0 };
  return {
    ...userJson(account),
    ...person,
    ...counts,
    created_at: "2020-01-02T03:04:05Z",
    updated_at: "2026-01-02T03:04:05Z",
  };
}
