/** Fetch and push over HTTP from the repository behind the API server: git's own `http-backend`, with GitHub's refusals. */
import { spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";
import { GIT_ENVIRONMENT, type GitBackend } from "./git-backend.ts";
import { mayUse, type Token } from "./github-permissions.ts";

const GIT_PATH = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/** The part after the repository of a path git asks for, or null for everything else. */
export function gitPath(pathname: string): { owner: string; name: string; rest: string } | null {
  const [, owner, name, rest] = GIT_PATH.exec(pathname) ?? [];
  return owner === undefined || name === undefined || rest === undefined ? null : { owner, name, rest };
}

/** Answers one request of git. A push needs a token with `contents: write`, a fetch only in a private repository. */
export function serveGit(
  git: GitBackend,
  request: IncomingMessage,
  response: ServerResponse,
  asked: { url: URL; rest: string; body: Buffer; tokens: ReadonlyMap<string, Token>; visibility: "public" | "private" },
): Promise<void> {
  const service = asked.url.searchParams.get("service") ?? asked.rest;
  const level = service === "git-receive-pack" ? "write" : "read";
  const [, basic = ""] = /^basic (\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
  const password = Buffer.from(basic, "base64").toString("utf8").split(":")[1] ?? "";
  const token = asked.tokens.get(password);
  if (token === undefined && (level === "write" || asked.visibility === "private")) {
    response.writeHead(401, { "www-authenticate": 'Basic realm="GitHub"', "content-type": "text/plain" });
    response.end("Repository not found.");
    return Promise.resolve();
  }
  if (token !== undefined && !mayUse(token.permissions, "contents", level)) {
    response.writeHead(403, { "content-type": "text/plain" });
    response.end(`Permission to the repository denied to ${token.account.login}.`);
    return Promise.resolve();
  }
  const header = (name: string) => {
    const value = request.headers[name];
    return typeof value === "string" ? value : "";
  };
  const child = spawn("git", ["http-backend"], {
    env: {
      ...process.env,
      ...GIT_ENVIRONMENT,
      GIT_PROJECT_ROOT: path.dirname(git.folder),
      GIT_HTTP_EXPORT_ALL: "1",
      GIT_PROTOCOL: header("git-protocol"),
      PATH_INFO: `/${path.basename(git.folder)}/${asked.rest}`,
      QUERY_STRING: asked.url.search.slice(1),
      REQUEST_METHOD: request.method ?? "GET",
      CONTENT_TYPE: header("content-type"),
      CONTENT_LENGTH: `${asked.body.length}`,
      HTTP_CONTENT_ENCODING: header("content-encoding"),
      REMOTE_ADDR: "127.0.0.1",
      ...(token === undefined ? {} : { REMOTE_USER: token.account.login }),
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  // git may have said all it wants to before it has read everything.
  child.stdin.on("error", () => {});
  child.stdin.end(asked.body);
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => parts.push(part));
    child.once("error", reject);
    child.once("close", () => {
      const output = Buffer.concat(parts);
      const end = output.indexOf("\r\n\r\n");
      const lines = output.subarray(0, end).toString("utf8").split("\r\n");
      const headers = lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]);
      const status = headers.find(([name]) => name === "Status")?.[1] ?? "200";
      response.writeHead(
        Number.parseInt(status, 10),
        Object.fromEntries(headers.filter(([name]) => name !== "Status")),
      );
      response.end(output.subarray(end + 4));
      resolve();
    });
  });
}
