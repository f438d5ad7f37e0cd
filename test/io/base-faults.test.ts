/** Fetching the base while the server of git is in trouble: what passes is waited out, what lasts is a reason. */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { reachBase } from "../../src/io/base-checkout.ts";
import { githubRemote } from "../../src/io/base-commit.ts";
import { type GitHub, startGitHub } from "../support/github-server.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

let github: GitHub;
let folder: TemporaryFolder;
let workspace: string;
let base: string;

beforeEach(async () => {
  github = await startGitHub();
  folder = await temporaryFolder();
  workspace = path.join(folder.path, "engine");
  base = await github.git.commit("main", { "train.py": "print(1)\n" }, "first");
  const head = await github.git.commit("main", { "train.py": "print(2)\n" }, "second");
  await mkdir(workspace);
  await github.git.checkout(workspace, head);
});
afterEach(async () => {
  await github[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** Empty when the base was reached. */
async function whyNot(token = github.token): Promise<string> {
  const serverUrl = new URL(github.gitUrl).origin;
  const remote = githubRemote({ serverUrl, repository: github.fullName, token, answerWithinS: 1 });
  const reached = await reachBase(base, workspace, remote);
  if (!reached.reached) return reached.reason;
  await reached.base[Symbol.asyncDispose]();
  return "";
}

test.each([
  ["a reset", { cut: "before" }],
  ["silence", { hang: true }],
  ["a page of somebody in between", { page: "<html>Please sign in</html>" }],
] as const)("%s, once, is waited out", async (_, kind) => {
  github.fail({ operation: "git", ...kind });
  expect(await whyNot()).toBe("");
});

test.each([
  ["resets", { cut: "before" }],
  ["silence", { hang: true }],
] as const)("%s, for ever, are a reason with git's words, after three attempts", async (_, kind) => {
  github.fail({ operation: "git", times: Infinity, ...kind });
  expect(await whyNot()).toMatch(/could not be fetched.*\(git: .+\)/);
});

test("a refusal is final: asked once, with the permission to give", async () => {
  const token = github.issueToken({ "pull-requests": "write" });
  expect(await whyNot(token)).toContain("give the token contents: read");
  expect(github.count("git")).toBeLessThanOrEqual(2);
});
