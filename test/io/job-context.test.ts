/** Which job this is, from real checkouts and the payloads GitHub sends. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { UserError } from "../../src/core/errors.ts";
import { type Environment, readJobContext } from "../../src/io/job-context.ts";
import { refuseFork } from "../../src/io/refuse-fork.ts";
import { GIT_ENVIRONMENT } from "../support/git-backend.ts";
import { type GitHub, startGitHub } from "../support/github-server.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

let github: GitHub;
let folder: TemporaryFolder;
let workspace: string;
let main: string;

beforeEach(async () => {
  github = await startGitHub();
  folder = await temporaryFolder();
  workspace = path.join(folder.path, "engine");
  await github.git.commit("main", { "train.py": "print(1)\n" });
  main = await github.git.commit("main", { "train.py": "print(2)\n" });
  await github.git.run(["update-ref", "refs/heads/change", "main"]);
  await github.git.commit("change", { "train.py": "print(3)\n" });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await github[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** The variables of a run of the event, as the runner sets them. */
async function runnerEnvironment(event: string, payload: object, set: Environment = {}): Promise<Environment> {
  const file = path.join(folder.path, "event.json");
  await writeFile(file, JSON.stringify(payload));
  return {
    GITHUB_ACTIONS: "true",
    GITHUB_REPOSITORY: github.fullName,
    GITHUB_RUN_ID: "9876543210",
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_EVENT_NAME: event,
    GITHUB_EVENT_PATH: file,
    GITHUB_REF: "refs/heads/main",
    GITHUB_SHA: main,
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_API_URL: github.apiUrl,
    GITHUB_ACTOR: "ada",
    ...set,
  };
}

const git = (...args: string[]) => execa("git", args, { cwd: workspace, env: GIT_ENVIRONMENT });

test("a push to the default branch is history, with the commit that is checked out", async () => {
  await github.git.checkout(workspace, main);
  const env = await runnerEnvironment("push", await github.pushPayload("main", main));
  expect(await readJobContext({ env, cwd: workspace })).toEqual({
    where: "github",
    job: {
      repository: "ada/engine",
      run_id: "9876543210",
      attempt: 1,
      event: "push",
      ref: "refs/heads/main",
      sha: main,
      dirty: false,
      pull_request: null,
      run_url: "https://github.com/ada/engine/actions/runs/9876543210",
    },
    serverUrl: "https://github.com",
    apiUrl: github.apiUrl,
    defaultBranch: "main",
    isDefaultBranch: true,
    pullRequest: null,
    queueBase: null,
    stranger: null,
    commentOn: null,
    triggeredBy: null,
    isHosted: false,
    warnings: [],
  });
});

test("a pull request is measured at its merge commit and may be commented on", async () => {
  const pull = await github.pulls.open({ number: 12, head: "change" });
  await github.git.checkout(workspace, pull.mergeSha);
  const env = await runnerEnvironment("pull_request", github.pullPayload(12), {
    GITHUB_REF: "refs/pull/12/merge",
    GITHUB_SHA: pull.mergeSha,
    GITHUB_RUN_ATTEMPT: "3",
  });
  const context = await readJobContext({ env, cwd: workspace });
  expect(context).toMatchObject({
    job: {
      sha: pull.mergeSha,
      pull_request: 12,
      attempt: 3,
      run_url: expect.stringMatching(/9876543210\/attempts\/3$/),
    },
    pullRequest: { number: 12, headSha: pull.head.sha },
    stranger: null,
    commentOn: 12,
    isDefaultBranch: false,
  });
  expect(() => refuseFork(context, false)).not.toThrow();
});

test("a pull request within a repository that is a fork itself is no stranger's", async () => {
  await github.pulls.open({ number: 15, head: "change" });
  const payload = JSON.parse(JSON.stringify(github.pullPayload(15)), (key, value: unknown) =>
    key === "fork" ? true : value,
  );
  const env = await runnerEnvironment("pull_request", payload);
  expect((await readJobContext({ env, cwd: folder.path })).stranger).toBeNull();
});

test("schedules, dispatches and merge queues are told apart", async () => {
  await github.git.checkout(workspace, main);
  const repository = { full_name: github.fullName, default_branch: "main" };
  const read = async (event: string, payload: object, set: Environment = {}) =>
    readJobContext({ env: await runnerEnvironment(event, payload, set), cwd: workspace });

  expect(await read("schedule", { schedule: "0 3 * * *" })).toMatchObject({ isDefaultBranch: true });
  expect(await read("workflow_dispatch", { repository })).toMatchObject({ isDefaultBranch: true });
  const branch = { GITHUB_REF: "refs/heads/change" };
  expect(await read("workflow_dispatch", { repository }, branch)).toMatchObject({ isDefaultBranch: false });
  expect(await read("push", { repository }, { GITHUB_REF: "refs/tags/main" })).toMatchObject({
    isDefaultBranch: false,
  });
  const queue = { repository, merge_group: { head_sha: main, base_sha: main } };
  expect(await read("merge_group", queue)).toMatchObject({ isDefaultBranch: false, commentOn: null });
  expect(await read("push", {})).toMatchObject({
    isDefaultBranch: false,
    warnings: [expect.stringContaining("does not name the default branch")],
  });
});

test("a comment on a pull request measures the commit that is checked out, for those who allow it", async () => {
  const pull = await github.pulls.open({ number: 16, head: "change" });
  const comment = {
    id: 1,
    body: "/bench",
    author: { login: "ada", id: 1815, type: "User" },
    association: "OWNER",
  } as const;
  const env = await runnerEnvironment("issue_comment", github.commentPayload(16, comment));
  const read = () => readJobContext({ env, cwd: workspace });
  await mkdir(workspace);
  expect(await read()).toMatchObject({ pullRequest: { number: 16, headSha: null }, commentOn: 16 });
  await github.git.checkout(workspace, pull.head.sha);
  const context = await read();
  expect(context).toMatchObject({
    job: { sha: pull.head.sha, pull_request: 16, event: "issue_comment" },
    pullRequest: { number: 16, headSha: pull.head.sha, baseSha: null },
    commentOn: 16,
    isDefaultBranch: false,
  });
  expect(() => refuseFork(context, false)).toThrow(/the event does not name.*Nothing was run/);
  expect(() => refuseFork(context, true)).not.toThrow();
  await rm(workspace, { recursive: true });
  await github.git.checkout(workspace, main);
  await expect(read()).rejects.toThrow(/pull request #16.*default branch is checked out.*ref:/);

  const plain = await runnerEnvironment("issue_comment", github.commentPayload(99, comment));
  expect(await readJobContext({ env: plain, cwd: workspace })).toMatchObject({
    job: { pull_request: null },
    pullRequest: null,
    stranger: null,
    commentOn: null,
  });
});

test("another commit than the event's is no history, its own branch's newest is", async () => {
  const payload = await github.pushPayload("main", main);
  await github.git.checkout(workspace, await github.git.run(["rev-parse", "change"]));
  const env = await runnerEnvironment("push", payload);
  expect(await readJobContext({ env, cwd: workspace })).toMatchObject({
    isDefaultBranch: false,
    warnings: [expect.stringMatching(/but [0-9a-f]{7} is checked out: its result is not recorded/)],
  });
  await git("checkout", "--quiet", "-B", "main");
  expect(await readJobContext({ env, cwd: workspace })).toMatchObject({ isDefaultBranch: true, warnings: [] });
});

test("files that earlier steps left do not make a workflow's tree dirty, a changed source does", async () => {
  await github.git.checkout(workspace, main);
  const env = await runnerEnvironment("push", await github.pushPayload("main", main));
  await writeFile(path.join(workspace, "left-over.txt"), "");
  expect((await readJobContext({ env, cwd: workspace })).job.dirty).toBe(false);
  await writeFile(path.join(workspace, "train.py"), "print(4)\n");
  expect((await readJobContext({ env, cwd: workspace })).job.dirty).toBe(true);
});

test("a workspace that belongs to another user, and one without a checkout inside a repository", async () => {
  await github.git.checkout(workspace, main);
  const env = await runnerEnvironment("push", await github.pushPayload("main", main));
  const inner = path.join(workspace, "empty");
  await mkdir(inner);
  expect((await readJobContext({ env, cwd: inner })).job.sha).toBeNull();
  vi.stubEnv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
  await expect(git("status")).rejects.toThrow(/dubious ownership/);
  expect((await readJobContext({ env, cwd: workspace })).job.sha).toBe(main);
  // A person's own folder stays under git's protection.
  expect((await readJobContext({ env: {}, cwd: workspace })).job.sha).toBeNull();
});

test("a hook's variables do not lead to another repository", async () => {
  await github.git.checkout(workspace, main);
  vi.stubEnv("GIT_DIR", github.git.folder);
  vi.stubEnv("GIT_WORK_TREE", folder.path);
  expect((await readJobContext({ env: {}, cwd: workspace })).job).toMatchObject({ repository: "engine", sha: main });
});

test("a local folder: its branch, its commit, and whether something changed besides our own results", async () => {
  await github.git.checkout(workspace, main);
  const read = async () => (await readJobContext({ env: {}, cwd: workspace })).job;
  expect(await read()).toMatchObject({ repository: "engine", event: "local", ref: "HEAD", sha: main, dirty: false });
  await git("checkout", "--quiet", "-b", "faster");
  await mkdir(path.join(workspace, ".finetune-bench", "results"), { recursive: true });
  await writeFile(path.join(workspace, ".finetune-bench", "results", "result.json"), "{}");
  expect(await read()).toMatchObject({ ref: "refs/heads/faster", dirty: false, attempt: 1, run_url: null });
  expect((await read()).run_id).toMatch(/^\d{8}T\d{9}Z$/);
  await writeFile(path.join(workspace, "new-program.py"), "");
  expect(await read()).toMatchObject({ dirty: true });
});

test("outside a repository, and in one without a commit, there is no commit", async () => {
  await mkdir(workspace);
  const outside = await readJobContext({ env: { GITHUB_ACTIONS: "" }, cwd: workspace });
  expect(outside).toMatchObject({
    where: "local",
    job: { repository: "engine", sha: null, ref: "none", dirty: false },
  });
  await git("init", "--quiet", "--initial-branch=main");
  expect((await readJobContext({ env: {}, cwd: workspace })).job).toMatchObject({ sha: null, ref: "refs/heads/main" });
});

test("a machine without git measures all the same", async () => {
  vi.stubEnv("PATH", folder.path);
  expect((await readJobContext({ env: {}, cwd: folder.path })).job).toMatchObject({ sha: null, dirty: false });
});

test("an event that is not there or not what GitHub documents is named", async () => {
  const env = await runnerEnvironment("pull_request", { pull_request: { number: "twelve" } });
  const read = (set: Environment) => readJobContext({ env: { ...env, ...set }, cwd: folder.path });
  await expect(read({})).rejects.toThrow(/pull_request\.number of the event \(.*event\.json\)/);
  await expect(read({ GITHUB_EVENT_PATH: "/nowhere.json" })).rejects.toThrow(/\/nowhere\.json \(GITHUB_EVENT_PATH\)/);
  await expect(read({ GITHUB_RUN_ID: "../x" })).rejects.toThrow(/variable GITHUB_RUN_ID of the runner/);
  await expect(read({ GITHUB_RUN_ID: "../x" })).rejects.toBeInstanceOf(UserError);
});
