/** Whose code is a stranger's, and where it may run. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UserError } from "../../src/core/errors.ts";
import { type Environment, readJobContext } from "../../src/io/job-context.ts";
import { refuseFork } from "../../src/io/refuse-fork.ts";
import { type GitHub, startGitHub } from "../support/github-server.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

const mallory = { login: "mallory", id: 666, type: "User" } as const;
let github: GitHub;
let folder: TemporaryFolder;

beforeEach(async () => {
  github = await startGitHub();
  folder = await temporaryFolder();
  await github.git.commit("main", { "train.py": "print(1)\n" });
  await github.git.run(["update-ref", "refs/heads/change", "main"]);
  await github.git.commit("change", { "train.py": "print(3)\n" });
});
afterEach(async () => {
  await github[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function read(event: string, payload: object, set: Environment = {}) {
  const file = path.join(folder.path, "event.json");
  await writeFile(file, JSON.stringify(payload));
  const env = {
    GITHUB_ACTIONS: "true",
    GITHUB_REPOSITORY: github.fullName,
    GITHUB_RUN_ID: "9876543210",
    GITHUB_EVENT_NAME: event,
    GITHUB_EVENT_PATH: file,
    GITHUB_ACTOR: "ada",
    ...set,
  };
  return readJobContext({ env, cwd: folder.path });
}

test("a pull request from a fork, from a deleted fork or by Dependabot is refused unless forks are allowed", async () => {
  await github.pulls.open({ number: 13, head: "change", fork: mallory });
  await github.pulls.open({ number: 14, head: "change" });
  const fork = await read("pull_request", github.pullPayload(13));
  expect(fork.stranger).toBe("other-repository");
  expect(() => refuseFork(fork, false)).toThrow(UserError);
  expect(() => refuseFork(fork, false)).toThrow(/#13 comes from a fork.*Nothing was run.*allow-forks: true/);
  expect(() => refuseFork(fork, true)).not.toThrow();

  const deleted = JSON.parse(JSON.stringify(github.pullPayload(14)), (key, value: unknown) =>
    key === "repo" ? null : value,
  );
  expect((await read("pull_request", deleted)).stranger).toBe("deleted-repository");
  expect(() => refuseFork({ ...fork, stranger: "deleted-repository" }, false)).toThrow(/no longer exists/);
  const bot = await read("pull_request", github.pullPayload(14), { GITHUB_ACTOR: "dependabot[bot]" });
  expect(() => refuseFork(bot, false)).toThrow(/opened by Dependabot/);
});

test("a branch of Dependabot stays its own whoever pushes to it", async () => {
  await github.pulls.open({ number: 14, head: "change" });
  const payload = JSON.parse(JSON.stringify(github.pullPayload(14)), (key, value: unknown) =>
    key === "user" ? { login: "dependabot[bot]" } : value,
  );
  expect((await read("pull_request", payload, { GITHUB_ACTOR: "ada" })).stranger).toBe("dependabot");
});

test("a fork's code may run on a machine of GitHub's, and never beside a token that can write", async () => {
  await github.pulls.open({ number: 13, head: "change", fork: mallory });
  const hosted = { RUNNER_ENVIRONMENT: "github-hosted" };
  const context = await read("pull_request", github.pullPayload(13), hosted);
  expect(context.isHosted).toBe(true);
  expect(() => refuseFork(context, false)).not.toThrow();
  expect(() => refuseFork({ ...context, isHosted: false }, false)).toThrow(/comes from a fork/);

  const target = await read("pull_request_target", github.pullPayload(13), hosted);
  expect(() => refuseFork(target, true)).toThrow(/#13 comes from a fork.*pull_request_target.*mode: measure/s);

  const headSha = await github.git.run(["rev-parse", "change"]);
  const facts = {
    event: "pull_request",
    headBranch: "change",
    headSha,
    status: "completed",
    conclusion: "success",
    path: ".github/workflows/bench.yml",
  } as const;
  github.runs.push({ id: 55, backendId: "b", ...facts, fork: mallory }, { id: 56, backendId: "b", ...facts });
  const ended = await read("workflow_run", github.workflowRunPayload(55));
  expect(ended).toMatchObject({ triggeredBy: "55", stranger: "other-repository", commentOn: null });
  expect(() => refuseFork(ended, true)).toThrow(/the run that started this one comes from a fork/);
  expect(await read("workflow_run", github.workflowRunPayload(56))).toMatchObject({
    triggeredBy: "56",
    stranger: null,
  });
});
