/** What a token may do, and which permission each operation asks for. */
import type { Account } from "./github-objects.ts";
import { ACTIONS_BOT, ApiError } from "./github-objects.ts";
import type { Operation } from "./openapi.ts";

/** The words of a workflow's `permissions:`. */
export type Scope = "actions" | "checks" | "contents" | "issues" | "pull-requests";
export type Permissions = Partial<Record<Scope, "read" | "write">>;

export interface Token {
  readonly value: string;
  readonly account: Account;
  /** A workflow's own token is an app installation's; a personal one may ask who it is. */
  readonly kind: "installation" | "personal";
  readonly permissions: Permissions;
}

/** Scopes of which one suffices, by the first word of the operation; comments of a pull request are an issue's. */
const SCOPES: Record<string, readonly Scope[]> = {
  actions: ["actions"],
  checks: ["checks"],
  git: ["contents"],
  issues: ["issues", "pull-requests"],
  pulls: ["pull-requests"],
};
const SCOPES_OF_OPERATION: Record<string, readonly Scope[]> = {
  "issues/create": ["issues"],
  "reactions/create-for-issue-comment": ["issues", "pull-requests"],
  "repos/get": [],
  "repos/get-branch": ["contents"],
  "repos/get-collaborator-permission-level": [],
  "repos/download-tarball-archive": ["contents"],
  "rate-limit/get": [],
  "users/get-authenticated": [],
};

export function workflowToken(permissions: Permissions, value = "ghs_pretendedInstallationToken0000000001"): Token {
  return { value, account: ACTIONS_BOT, kind: "installation", permissions };
}

/**
 * The token of a request's `authorization` header, or GitHub's refusal.
 * @throws ApiError 401 without a token or with an unknown one.
 */
export function authenticate(header: string | undefined, tokens: ReadonlyMap<string, Token>): Token {
  const [, value] = /^(?:token|bearer) (\S+)$/i.exec(header ?? "") ?? [];
  if (value === undefined) throw new ApiError(401, "Requires authentication");
  const token = tokens.get(value);
  if (token === undefined) throw new ApiError(401, "Bad credentials");
  return token;
}

/**
 * Lets an operation pass or refuses it as GitHub does. In a public repository everybody may read.
 * @throws ApiError 403 "Resource not accessible by integration", naming the permission in a header.
 */
export function authorize(operation: Operation, token: Token, visibility: "public" | "private"): void {
  if (operation.id === "users/get-authenticated") {
    if (token.kind === "installation") throw forbidden("");
    return;
  }
  const scopes = scopesOf(operation.id);
  const level = operation.method === "GET" ? "read" : "write";
  if (scopes.length === 0 || (level === "read" && visibility === "public")) return;
  if (scopes.some((scope) => mayUse(token.permissions, scope, level))) return;
  throw forbidden(scopes.map((scope) => `${scope.replace("-", "_")}=${level}`).join("; "));
}

export function mayUse(permissions: Permissions, scope: Scope, level: "read" | "write"): boolean {
  const granted = permissions[scope];
  return granted === "write" || granted === level;
}

function scopesOf(id: string): readonly Scope[] {
  const scopes = SCOPES_OF_OPERATION[id] ?? SCOPES[id.split("/")[0] ?? ""];
  if (scopes === undefined) throw new Error(`no permission is written down for ${id}`);
  return scopes;
}

function forbidden(accepted: string): ApiError {
  return new ApiError(403, "Resource not accessible by integration", {
    headers: accepted === "" ? {} : { "x-accepted-github-permissions": accepted },
  });
}
