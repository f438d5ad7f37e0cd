import { getOctokit } from "@actions/github";
import { execa } from "execa";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { once } from "node:events";
import { connect } from "node:net";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startArtifacts, type ArtifactServer } from "../support/artifact-server.ts";
import { GIT_ENVIRONMENT } from "../support/git-backend.ts";
import { type GitHub, startGitHub } from "../support/github-server.ts";

let artifacts: ArtifactServer;
let github: GitHub;
const at = { owner: "ada", repo: "engine" };

beforeEach(async () => {
  artifacts = await startArtifacts();
  github = await startGitHub({ artifacts });
  await github.git.commit("main", { "README.md": "# engine\n" }, "first");
  await github.git.commit("topic", { "README.md": "# engine\n", "train.py": "pass\n" }, "topic");
});

afterEach(async () => {
  await github[Symbol.asyncDispose]();
  await artifacts[Symbol.asyncDispose]();
});

function client(token = github.token) {
  return getOctokit(token, { baseUrl: github.apiUrl }).rest;
}

/** Status and message of a refusal. */
async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "accepted";
  } catch (error) {
    if (!(error instanceof Error) || !("status" in error)) throw error;
    return `${String(error.status)} ${error.message}`;
  }
}

/** Two unrelated branches cannot be merged, so a pull request grows from main. */
async function openPull(number: number): Promise<void> {
  const main = (await github.git.resolve("main")) ?? "";
  await github.git.run(["update-ref", "refs/heads/change", main]);
  await github.git.commit("change", { "train.py": "print(1)\n" }, "faster");
  await github.pulls.open({ number, head: "change" });
}

/** Adds one file to a branch as the product must: on a lost race it reads again and starts over. */
async function append(branch: string, file: string): Promise<number> {
  const { git } = client();
  for (let tries = 0; tries < 30; tries += 1) {
    let parent: string | null = null;
    try {
      parent = (await git.getRef({ ...at, ref: `heads/${branch}` })).data.object.sha;
    } catch (error) {
      if (!(error instanceof Error) || !("status" in error) || error.status !== 404) throw error;
    }
    const base =
      parent === null ? {} : { base_tree: (await git.getCommit({ ...at, commit_sha: parent })).data.tree.sha };
    const tree = await git.createTree({ ...at, ...base, tree: [{ path: file, mode: "100644", content: file }] });
    const parents = parent === null ? [] : [parent];
    const commit = await git.createCommit({ ...at, message: file, tree: tree.data.sha, parents });
    const moved =
      parent === null
        ? git.createRef({ ...at, ref: `refs/heads/${branch}`, sha: commit.data.sha })
        : git.updateRef({ ...at, ref: `heads/${branch}`, sha: commit.data.sha, force: false });
    const result = await refusal(moved);
    if (result === "accepted") return tries;
    expect(result).toMatch(/^422 (Reference already exists|Update is not a fast forward)/);
  }
  throw new Error("thirty races lost");
}

describe("the API server", () => {
  it("answers every operation of the description, and never otherwise than described", async () => {
    const rest = client();
    await openPull(7);
    const sha = (await github.git.resolve("main")) ?? "";
    github.runs.push({
      id: 55,
      backendId: "run-1",
      event: "push",
      headBranch: "main",
      headSha: sha,
      status: "completed",
      conclusion: "success",
      path: ".github/workflows/bench.yml",
    });
    await rest.rateLimit.get();
    await rest.repos.get(at);
    await rest.repos.getBranch({ ...at, branch: "main" });
    await rest.pulls.get({ ...at, pull_number: 7 });
    const pulls = await rest.pulls.list({ ...at, head: "ada:change", state: "open" });
    expect(pulls.data.map((pull) => pull.number)).toEqual([7]);
    await rest.actions.getWorkflowRun({ ...at, run_id: 55 });
    await rest.actions.listWorkflowRunsForRepo({ ...at, branch: "main" });
    await rest.actions.listWorkflowRunArtifacts({ ...at, run_id: 55 });
    await rest.actions.listArtifactsForRepo(at);
    expect(await refusal(rest.actions.getArtifact({ ...at, artifact_id: 1 }))).toMatch(/^404/);
    expect(await refusal(rest.actions.downloadArtifact({ ...at, artifact_id: 1, archive_format: "zip" }))).toMatch(
      /^404/,
    );
    const blob = await rest.git.createBlob({ ...at, content: "aGk=", encoding: "base64" });
    const read = await rest.git.getBlob({ ...at, file_sha: blob.data.sha });
    expect(Buffer.from(read.data.content, "base64").toString()).toBe("hi");
    await append("notes", "a/b.json");
    expect(await github.git.files("notes")).toEqual(["a/b.json"]);
    const tip = (await rest.git.getRef({ ...at, ref: "heads/notes" })).data.object.sha;
    const tree = await rest.git.getTree({ ...at, tree_sha: tip, recursive: "1" });
    expect(tree.data.tree.map((entry) => entry.path)).toEqual(["a", "a/b.json"]);
    await append("notes", "a/c.json");
    expect(await github.git.files("notes")).toEqual(["a/b.json", "a/c.json"]);
    expect((await rest.git.listMatchingRefs({ ...at, ref: "heads/no" })).data).toHaveLength(1);
    await rest.git.deleteRef({ ...at, ref: "heads/notes" });
    const comment = await rest.issues.createComment({ ...at, issue_number: 7, body: "hello" });
    await rest.issues.updateComment({ ...at, comment_id: comment.data.id, body: "hello again" });
    expect((await rest.issues.getComment({ ...at, comment_id: comment.data.id })).data.body).toBe("hello again");
    expect(comment.data.user?.login).toBe("github-actions[bot]");
    await rest.issues.listComments({ ...at, issue_number: 7 });
    await rest.issues.deleteComment({ ...at, comment_id: comment.data.id });
    await rest.repos.downloadTarballArchive({ ...at, ref: "main" });
    const { checks } = client(github.issueToken({ checks: "write" }));
    const output = { title: "one", summary: "two" };
    const made = await checks.create({ ...at, name: "bench", head_sha: sha, conclusion: "neutral", output });
    await checks.update({ ...at, check_run_id: made.data.id, conclusion: "success", output });
    const listed = await checks.listForRef({ ...at, ref: sha, check_name: "bench" });
    expect(listed.data.check_runs).toMatchObject([{ id: made.data.id, conclusion: "success", status: "completed" }]);
    const personal = github.issueToken({ contents: "read" }, "personal", { login: "grace", id: 9, type: "User" });
    expect((await client(personal).users.getAuthenticated()).data.login).toBe("grace");
    expect(github.violations).toEqual([]);
    expect(new Set(github.calls.map((call) => call.operation)).size).toBe(32);
  });

  it("pages long lists with Link headers and keeps authors apart", async () => {
    await openPull(7);
    for (let index = 0; index < 35; index += 1) github.comments.add(7, `note ${index}`);
    const octokit = getOctokit(github.token, { baseUrl: github.apiUrl });
    await octokit.rest.issues.createComment({ ...at, issue_number: 7, body: "ours" });
    const all = await octokit.paginate(octokit.rest.issues.listComments, { ...at, issue_number: 7, per_page: 10 });
    expect(all.map((comment) => comment.user?.login)).toEqual([
      ...Array.from({ length: 35 }, () => "octocat"),
      "github-actions[bot]",
    ]);
    expect(github.count("issues/list-comments")).toBe(4);
    expect(github.violations).toEqual([]);
  });

  it("refuses as GitHub does", async () => {
    await openPull(7);
    const body = { ...at, issue_number: 7, body: "hello" };
    const reader = github.issueToken({ contents: "read", "pull-requests": "read" });
    const blind = github.issueToken({ contents: "read" });
    const { issues, git } = client();
    expect(await refusal(client("ghs_unknown").issues.createComment(body))).toBe(
      "401 Bad credentials - https://docs.github.com/rest",
    );
    const forbidden = "403 Resource not accessible by integration - https://docs.github.com/rest";
    expect(await refusal(client(reader).issues.createComment(body))).toBe(forbidden);
    expect(await refusal(client(blind).issues.listComments({ ...at, issue_number: 7 }))).toBe(forbidden);
    expect(await refusal(client(reader).git.createBlob({ ...at, content: "x" }))).toBe(forbidden);
    expect(await refusal(client().users.getAuthenticated())).toBe(forbidden);
    expect(await refusal(client().repos.get({ owner: "ada", repo: "other" }))).toMatch(/^404/);
    expect(await refusal(issues.createComment({ ...body, issue_number: 8 }))).toMatch(/^404/);
    expect(await refusal(issues.createComment({ ...body, body: "x".repeat(65_536) }))).toBe("accepted");
    expect(await refusal(issues.createComment({ ...body, body: "x".repeat(65_537) }))).toMatch(
      /^422 .*Body is too long/,
    );
    expect(await refusal(issues.createComment({ ...body, body: " " }))).toMatch(/^422/);
    expect(await refusal(git.createRef({ ...at, ref: "refs/heads/x", sha: "0".repeat(40) }))).toMatch(
      /^422 Object does not exist/,
    );
    const topic = (await github.git.resolve("topic")) ?? "";
    expect(await refusal(git.updateRef({ ...at, ref: "heads/main", sha: topic }))).toMatch(
      /^422 Update is not a fast forward/,
    );
    expect(await refusal(git.updateRef({ ...at, ref: "heads/none", sha: topic }))).toMatch(
      /^422 Reference does not exist/,
    );
    expect(github.violations).toEqual([]);
    const answer = await fetch(`${github.apiUrl}/repos/ada/engine/git/blobs`, {
      method: "POST",
      headers: { authorization: `Bearer ${reader}` },
    });
    expect(answer.headers.get("x-accepted-github-permissions")).toBe("contents=write");
    expect((await fetch(`${github.apiUrl}/repos/ada/engine`)).status).toBe(401);
  });

  it("lets everybody read a public repository, and an empty one take no git data", async () => {
    await using open = await startGitHub({ visibility: "public", permissions: {} });
    const rest = getOctokit(open.token, { baseUrl: open.apiUrl }).rest;
    await rest.repos.get(at);
    expect(await refusal(rest.git.getRef({ ...at, ref: "heads/main" }))).toMatch(/^409 Git Repository is empty/);
  });

  it("loses no commit of six writers at once", async () => {
    const tries = await Promise.all(Array.from({ length: 6 }, (_, index) => append("history", `runs/${index}.json`)));
    expect(await github.git.files("history")).toHaveLength(6);
    expect(await github.git.run(["rev-list", "--count", "refs/heads/history"])).toBe("6");
    expect(Math.max(...tries)).toBeGreaterThan(0);
    expect(github.violations).toEqual([]);
  });

  it("sees what a client does wrong", async () => {
    const token = { authorization: `Bearer ${github.token}` };
    const send = (where: string, body?: object) =>
      fetch(`${github.apiUrl}/repos/ada/engine/${where}`, {
        headers: token,
        ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      });
    await openPull(7);
    expect((await send("git/refs", { ref: "refs/heads/x" })).status).toBe(422);
    expect((await send("issues/7/comments", { body: "x", title: "y" })).status).toBe(201);
    expect((await send("issues/7/comments?pages=2")).status).toBe(200);
    expect((await send("issues/seven/comments")).status).toBe(404);
    expect((await send("contents/README.md")).status).toBe(404);
    expect(github.violations).toEqual([
      expect.stringContaining("git/create-ref: request body must have required property 'sha'"),
      "issues/create-comment: unknown body field title",
      "issues/list-comments: unknown query parameter pages",
      expect.stringContaining("issues/list-comments: path parameter issue_number/value must be integer"),
      "GET /repos/ada/engine/contents/README.md: no such operation in GitHub's description",
    ]);
  });

  it("fails when and how a test says", async () => {
    const { repos } = client();
    github.fail({
      operation: "repos/get",
      nth: 2,
      times: 2,
      status: 503,
      message: "unicorn",
      headers: { "retry-after": "1" },
    });
    let seen = "";
    github.fail({
      operation: "repos/get",
      nth: 5,
      before: async () => (seen = await github.git.commit("main", { x: "" })),
    });
    const results = [];
    for (let index = 0; index < 5; index += 1) results.push((await refusal(repos.get(at))).slice(0, 11));
    expect(results).toEqual(["accepted", "503 unicorn", "503 unicorn", "accepted", "accepted"]);
    expect(seen).toBe(await github.git.resolve("main"));
    github.fail({ operation: "*", cut: "before" });
    await expect(repos.get(at)).rejects.toThrow(/fetch failed|other side closed/);
    expect(github.calls.at(-1)?.status).toBe(0);
  });

  it("hands out archives from a host that must not see the token", async () => {
    const answer = await client().repos.downloadTarballArchive({ ...at, ref: "topic" });
    if (!(answer.data instanceof ArrayBuffer)) throw new Error("no bytes came");
    const listing = await execa("tar", ["-tzf", "-"], { input: new Uint8Array(answer.data) });
    const short = ((await github.git.resolve("topic")) ?? "").slice(0, 7);
    const folder = `ada-engine-${short}/`;
    expect(listing.stdout.split("\n")).toEqual([folder, `${folder}README.md`, `${folder}train.py`]);
    expect(await refusal(client().repos.downloadTarballArchive({ ...at, ref: "none" }))).toMatch(/^404/);
    expect(github.violations).toEqual([]);
  });

  it("serves fetches and pushes to those who may", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "clone-"));
    try {
      const address = (token: string) => github.gitUrl.replace("http://", `http://x-access-token:${token}@`);
      const git = (...args: string[]) => execa("git", args, { cwd: folder, env: GIT_ENVIRONMENT, reject: false });
      expect((await git("clone", "--quiet", github.gitUrl, ".")).exitCode).toBe(128);
      expect((await git("clone", "--quiet", address(github.token), ".")).exitCode).toBe(0);
      expect(await readFile(path.join(folder, "README.md"), "utf8")).toBe("# engine\n");
      await writeFile(path.join(folder, "new.txt"), "new\n");
      await git("add", "new.txt");
      await git("commit", "--quiet", "-m", "new");
      const reader = github.issueToken({ contents: "read" });
      expect((await git("push", "--quiet", address(reader), "main")).stderr).toContain("403");
      expect((await git("push", "--quiet", address(github.token), "main")).exitCode).toBe(0);
      expect(await github.git.files("main")).toEqual(["README.md", "new.txt"]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

it("owes nothing to a client that is killed while it speaks", async () => {
  const { hostname, port } = new URL(github.apiUrl);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  const head = ["POST /repos/ada/engine/issues/1/comments HTTP/1.1", "Host: x", "Expect: 100-continue"];
  socket.write(`${head.join("\r\n")}\r\nContent-Length: 100\r\n\r\n{`);
  // The server listens to what will never come.
  await once(socket, "data");
  socket.destroy();
  // Were anything owed, its failure would be unhandled by the time of the next answer.
  expect((await client().rateLimit.get()).status).toBe(200);
});
