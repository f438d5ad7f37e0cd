/** The base commit found and checked out beside real checkouts, which stay as they were. */
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { UserError } from "../../src/core/errors.ts";
import { reachBase, type BaseCheckout, type OpenedBase } from "../../src/io/base-checkout.ts";
import { baseOfHistory, baseOfJob, baseOfRef, githubRemote, type Remote } from "../../src/io/base-commit.ts";
import { readJobContext } from "../../src/io/job-context.ts";
import { GIT_ENVIRONMENT } from "../support/git-backend.ts";
import { type GitHub, startGitHub } from "../support/github-server.ts";
import { sampleResult } from "./sample-result.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

let github: GitHub;
let folder: TemporaryFolder;
let workspace: string;
let remote: Remote;

beforeEach(async () => {
  github = await startGitHub();
  folder = await temporaryFolder();
  workspace = path.join(folder.path, "engine");
  remote = githubRemote({ serverUrl: new URL(github.gitUrl).origin, repository: github.fullName, token: github.token });
  await github.git.commit("main", { "train.py": "print(1)\n" }, "first");
  await github.git.run(["branch", "change", "main"]);
  await github.git.commit("change", { "train.py": "print(3)\n" }, "the change");
  await github.git.commit("main", { "other.txt": "new on main\n" }, "second");
});
afterEach(async () => {
  await github[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const git = async (...args: string[]): Promise<string> =>
  (await execa("git", args, { cwd: workspace, env: GIT_ENVIRONMENT })).stdout;

type Opened = OpenedBase & AsyncDisposable;

/** Reached and checked out, until it is disposed of. */
async function openBase(sha: string, checkout: string, from: Remote | null): Promise<Opened> {
  const reached = await reachBase(sha, checkout, from);
  if (!reached.reached) return { opened: false, reason: reached.reason, [Symbol.asyncDispose]: async () => {} };
  const { base } = reached;
  return { ...(await base.checkout()), [Symbol.asyncDispose]: () => base[Symbol.asyncDispose]() };
}

async function opened(sha: string, from: Remote | null): Promise<BaseCheckout & AsyncDisposable> {
  const base = await openBase(sha, workspace, from);
  if (!base.opened) throw new Error(base.reason);
  return { ...base.base, [Symbol.asyncDispose]: () => base[Symbol.asyncDispose]() };
}

/** Every file of `.git` with its bytes: what "never touched" means. */
async function repositoryBytes(): Promise<Record<string, string>> {
  const root = path.join(workspace, ".git");
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(
      files.map(async (file) => [path.relative(root, file), (await readFile(file)).toString("base64")]),
    ),
  );
}

async function contextOf(event: string, payload: object) {
  const file = path.join(folder.path, "event.json");
  await writeFile(file, JSON.stringify(payload));
  const env = {
    GITHUB_ACTIONS: "true",
    GITHUB_REPOSITORY: github.fullName,
    GITHUB_RUN_ID: "9876543210",
    GITHUB_EVENT_NAME: event,
    GITHUB_EVENT_PATH: file,
    GITHUB_API_URL: github.apiUrl,
    GITHUB_SERVER_URL: new URL(github.gitUrl).origin,
  };
  return readJobContext({ env, cwd: workspace });
}

describe("of a pull request", () => {
  test("a shallow checkout of the merge commit: its first parent is fetched aside, and nothing of the checkout changes", async () => {
    const pull = await github.pulls.open({ number: 7, head: "change" });
    await github.git.checkout(workspace, pull.mergeSha);
    const choice = await baseOfJob(await contextOf("pull_request", github.pullPayload(7)), workspace, remote);
    expect(choice).toMatchObject({ state: "found", sha: await github.git.resolve("main") });
    await expect(git("cat-file", "-e", `${await github.git.resolve("main")}^{commit}`)).rejects.toThrow(
      "Command failed",
    );
    const before = await repositoryBytes();
    {
      await using base = await opened(choice.state === "found" ? choice.sha : "", remote);
      expect(await readFile(path.join(base.workspace, "train.py"), "utf8")).toBe("print(1)\n");
      expect(await readFile(path.join(base.workspace, "other.txt"), "utf8")).toBe("new on main\n");
      expect(await base.counterpart(path.join(workspace, "train.py"))).toBe(path.join(base.workspace, "train.py"));
      expect(await base.counterpart(path.join(workspace, "no-such-file"))).toBeNull();
      expect(await base.counterpart(folder.path)).toBeNull();
    }
    expect(await repositoryBytes()).toEqual(before);
    expect(await git("status", "--porcelain")).toBe("");
  });

  test("the head itself checked out: where it branched off, although the checkout is shallow", async () => {
    const first = await github.git.resolve("main~1");
    const pull = await github.pulls.open({ number: 7, head: "change" });
    await github.git.checkout(workspace, pull.head.sha);
    const context = await contextOf("pull_request", github.pullPayload(7));
    expect(await baseOfJob(context, workspace, remote)).toMatchObject({ state: "found", sha: first });
  });

  test("with a git that serves no bare repository by itself: found and checked out all the same", async () => {
    const settings = path.join(folder.path, "gitconfig");
    await writeFile(settings, "[safe]\n\tbareRepository = explicit\n");
    const first = await github.git.resolve("main~1");
    const pull = await github.pulls.open({ number: 7, head: "change" });
    await github.git.checkout(workspace, pull.head.sha);
    const context = await contextOf("pull_request", github.pullPayload(7));
    vi.stubEnv("GIT_CONFIG_GLOBAL", settings);
    try {
      expect(await baseOfJob(context, workspace, remote)).toMatchObject({ state: "found", sha: first });
      await using base = await opened(first ?? "", remote);
      expect(await readFile(path.join(base.workspace, "train.py"), "utf8")).toBe("print(1)\n");
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test("asked for by a comment, which names no base: where it left the default branch", async () => {
    const first = await github.git.resolve("main~1");
    const pull = await github.pulls.open({ number: 7, head: "change" });
    await github.git.checkout(workspace, pull.head.sha);
    const author = { login: "ada", id: 1815, type: "User" } as const;
    const comment = github.commentPayload(7, { id: 1, body: "/bench", author, association: "OWNER" });
    const context = await contextOf("issue_comment", comment);
    expect(await baseOfJob(context, workspace, remote)).toMatchObject({ state: "found", sha: first });
  });

  test("some other commit checked out has no base", async () => {
    await github.pulls.open({ number: 7, head: "change" });
    await github.git.checkout(workspace, (await github.git.resolve("main")) ?? "");
    const context = await contextOf("pull_request", github.pullPayload(7));
    expect(await baseOfJob(context, workspace, remote)).toMatchObject({
      state: "missing",
      reason: expect.stringContaining("neither the merge commit nor the head"),
    });
  });

  test("a token without contents: read is told apart from a missing commit", async () => {
    const pull = await github.pulls.open({ number: 7, head: "change" });
    await github.git.checkout(workspace, pull.mergeSha);
    const stranger = githubRemote({
      serverUrl: new URL(github.gitUrl).origin,
      repository: github.fullName,
      token: "none",
    });
    const base = await openBase((await github.git.resolve("main")) ?? "", workspace, stranger);
    expect(base).toMatchObject({ opened: false, reason: expect.stringContaining("contents: read") });
  });
});

test("of a merge queue: the commit it builds on", async () => {
  const [base, head] = [await github.git.resolve("main~1"), await github.git.resolve("main")];
  await github.git.checkout(workspace, head ?? "");
  const context = await contextOf("merge_group", { merge_group: { base_sha: base, head_sha: head } });
  expect(await baseOfJob(context, workspace, remote)).toMatchObject({ state: "found", sha: base });
});

test("of a push: none, the history is asked", async () => {
  const head = (await github.git.resolve("main")) ?? "";
  await github.git.checkout(workspace, head);
  expect(await baseOfJob(await contextOf("push", await github.pushPayload("main", head)), workspace, remote)).toEqual({
    state: "none",
  });
});

describe("in a folder of one's own", () => {
  beforeEach(async () => {
    await execa("git", ["clone", "--quiet", github.git.folder, workspace], { env: GIT_ENVIRONMENT });
    await git("checkout", "--quiet", "change");
  });

  test("a named branch: where HEAD branched off from it; an ancestor: itself", async () => {
    const first = await git("rev-parse", "main~1");
    expect(await baseOfRef("origin/main", workspace)).toMatchObject({ state: "found", sha: first });
    expect(await baseOfRef("HEAD~1", workspace)).toMatchObject({ state: "found", sha: first });
  });

  test("a name that is no commit is refused, also one that looks like an option", async () => {
    await expect(baseOfRef("no-such-branch", workspace)).rejects.toThrow(UserError);
    await expect(baseOfRef("--all", workspace)).rejects.toThrow("--all: git knows no such commit");
  });

  test("none named: the commit of the newest stored job, where the repository still has it", async () => {
    const sha = await git("rev-parse", "HEAD");
    const why = "the newest stored job";
    expect(await baseOfHistory(sampleResult({ sha }), workspace)).toEqual({ state: "found", sha, why });
    expect(await baseOfHistory(sampleResult({ sha, dirty: true }), workspace)).toEqual({
      state: "found",
      sha,
      why: `${why}, without its uncommitted changes`,
    });
    expect(await baseOfHistory(sampleResult({ sha: "1".repeat(40) }), workspace)).toMatchObject({ state: "missing" });
    expect(await baseOfHistory(sampleResult({ sha: null }), workspace)).toEqual({ state: "none" });
    expect(await baseOfHistory(undefined, workspace)).toEqual({ state: "none" });
  });

  test("a dirty tree, hooks and a sub-folder: all as they were, and the base runs in the same sub-folder", async () => {
    await mkdir(path.join(workspace, "bench"));
    await writeFile(path.join(workspace, "bench", "suite.txt"), "committed\n");
    await git("add", ".");
    await git("commit", "--quiet", "-m", "a folder");
    await writeFile(path.join(workspace, "bench", "suite.txt"), "not committed\n");
    const hook = path.join(workspace, ".git", "hooks", "post-checkout");
    await writeFile(hook, `#!/bin/sh\ntouch '${path.join(folder.path, "hook-ran")}'\n`);
    await chmod(hook, 0o755);
    const before = await repositoryBytes();
    const sha = await git("rev-parse", "HEAD");
    await using base = await openBase(sha, path.join(workspace, "bench"), null);
    if (!base.opened) throw new Error(base.reason);
    const checkout = base.base;
    expect(await readFile(path.join(checkout.workspace, "suite.txt"), "utf8")).toBe("committed\n");
    expect(await repositoryBytes()).toEqual(before);
    expect(await readdir(folder.path)).not.toContain("hook-ran");
    expect(await git("worktree", "list", "--porcelain")).not.toContain("detached");
  });

  test("filters of the user's repository serve the base too, and a submodule comes along", async () => {
    const other = path.join(folder.path, "other");
    await execa("git", ["init", "--quiet", other], { env: GIT_ENVIRONMENT });
    await writeFile(path.join(other, "data.txt"), "data\n");
    await execa("git", ["add", "."], { cwd: other, env: GIT_ENVIRONMENT });
    await execa("git", ["commit", "--quiet", "-m", "data"], { cwd: other, env: GIT_ENVIRONMENT });
    await git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other, "data");
    await git("config", "filter.shout.smudge", "tr a-z A-Z");
    await writeFile(path.join(workspace, ".gitattributes"), "*.loud filter=shout\n");
    await writeFile(path.join(workspace, "words.loud"), "words\n");
    await git("add", ".");
    await git("commit", "--quiet", "-m", "loud");
    const allowed = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "protocol.file.allow", GIT_CONFIG_VALUE_0: "always" };
    await using base = await opened(await git("rev-parse", "HEAD"), { url: github.git.folder, login: allowed });
    expect(await readFile(path.join(base.workspace, "words.loud"), "utf8")).toBe("WORDS\n");
    expect(await readFile(path.join(base.workspace, "data", "data.txt"), "utf8")).toBe("data\n");
  });

  test("a partial clone: what it lacks is fetched where that is possible, else git's own words say why", async () => {
    const partial = path.join(folder.path, "partial");
    await github.git.run(["config", "uploadpack.allowFilter", "true"]);
    const url = `file://${github.git.folder}`;
    await execa("git", ["clone", "--quiet", "--filter=blob:none", "--no-checkout", url, partial], {
      env: GIT_ENVIRONMENT,
    });
    const sha = (await github.git.resolve("main")) ?? "";
    {
      await using base = await openBase(sha, partial, { url, login: {} });
      if (!base.opened) throw new Error(base.reason);
      expect(await readFile(path.join(base.base.workspace, "other.txt"), "utf8")).toBe("new on main\n");
    }
    await using alone = await openBase(sha, partial, null);
    expect(alone).toMatchObject({ opened: false, reason: expect.stringMatching(/git: .*\).*partial clone/) });
  });

  test("a file of the base can be read before it is checked out; settings with quotes survive", async () => {
    await git("config", "filter.odd.smudge", `sed -e 's/"a"/\\\\b/'`);
    const reached = await reachBase(await git("rev-parse", "HEAD"), workspace, null);
    if (!reached.reached) throw new Error(reached.reason);
    await using base = reached.base;
    expect(await base.readFile("train.py")).toBe("print(3)");
    expect(await base.readFile("no-such-file")).toBeNull();
    expect(await base.checkout()).toMatchObject({ opened: true });
  });

  test("a link that leads out of the folder is nobody's counterpart", async () => {
    await symlink(folder.path, path.join(workspace, "out"));
    await using base = await opened(await git("rev-parse", "HEAD"), null);
    expect(await base.counterpart(path.join(workspace, "out"))).toBeNull();
  });

  test("a folder without git, and a commit that is not there", async () => {
    const bare = await openBase("1".repeat(40), folder.path, null);
    expect(bare).toMatchObject({ opened: false, reason: expect.stringContaining("is not a git repository") });
    const gone = await openBase("1".repeat(40), workspace, null);
    expect(gone).toMatchObject({ opened: false, reason: expect.stringContaining("is not in this repository") });
  });
});
