import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { copyAction } from "../support/bench-project.ts";
import type { Account } from "../support/github-objects.ts";
import { type GitHub, startGitHub } from "../support/github-server.ts";
import { type ActionResult, runAction } from "../support/runner.ts";

const ADA: Account = { login: "ada", id: 1815, type: "User" };
const MALLORY: Account = { login: "mallory", id: 666, type: "User" };

let folder: string;
let github: GitHub;
let head: string;
let comment: number;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "authorize "));
  await copyAction(path.join(folder, "action"));
  await mkdir(path.join(folder, "work"));
  github = await startGitHub({ permissions: { contents: "read", "pull-requests": "write" } });
  await github.git.commit("main", { "train.py": "print(1)\n" });
  await github.git.run(["branch", "change", "main"]);
  head = await github.git.commit("change", { "train.py": "print(2)\n" });
  await github.pulls.open({ number: 7, head: "change", fork: MALLORY, pushedAt: "2026-11-26T09:00:00Z" });
  github.people.set("ada", "write");
  comment = github.comments.add(7, "/bench", ADA).id;
});

afterEach(async () => {
  const { violations } = github;
  await github[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
  if (violations.length > 0) throw new Error(violations.join("\n"));
});

interface Said {
  readonly body?: string;
  readonly author?: Account;
  readonly association?: string;
  readonly token?: string;
}

async function say({ body = "/bench", author = ADA, association = "MEMBER", token }: Said = {}): Promise<ActionResult> {
  const createdAt = "2026-11-26T10:00:00Z";
  return runAction({
    actionDir: path.join(folder, "action", "authorize"),
    event: "issue_comment",
    payload: github.commentPayload(7, { id: comment, body, author, association, createdAt }),
    workspace: path.join(folder, "work"),
    home: folder,
    github,
    ...(token === undefined ? {} : { token }),
  });
}

const answers = () => github.comments.of(7, "github-actions[bot]").map(({ body }) => body);

test("the exact command of somebody who may write freezes the head and is seen to be read", async () => {
  const result = await say();
  expect(result).toMatchObject({ code: 0, outputs: { authorized: "true", sha: head, "pull-request": "7" } });
  expect(github.comments.get(comment).reactions).toEqual([{ kind: "eyes", author: "github-actions[bot]" }]);
  expect(answers()).toEqual([]);
});

test("a push since the comment is refused with the way out, and that way works", async () => {
  await github.git.commit("change", { "train.py": "import evil\n" });
  const pull = await github.pulls.open({ number: 7, head: "change", fork: MALLORY, pushedAt: "2026-11-26T10:00:03Z" });
  expect(await say()).toMatchObject({ code: 0, outputs: { authorized: "false", sha: "" } });
  expect(answers()).toEqual([expect.stringContaining(`\`/bench ${pull.head.sha}\``)]);
  expect(await say({ body: `/bench ${head}` })).toMatchObject({ outputs: { authorized: "false", sha: "" } });
  expect(await say({ body: `/bench ${pull.head.sha}` })).toMatchObject({ outputs: { sha: pull.head.sha } });
});

test("strangers start nothing and get no answer, whatever they claim to be", async () => {
  const unknown = await say({ author: MALLORY, association: "CONTRIBUTOR" });
  expect(unknown).toMatchObject({ code: 0, outputs: { authorized: "false", sha: "" } });
  expect(github.calls).toEqual([]);
  github.people.set("mallory", "triage");
  const reader = await say({ author: MALLORY, association: "COLLABORATOR" });
  expect(reader).toMatchObject({ code: 0, outputs: { authorized: "false", sha: "" } });
  expect(reader.annotations).toMatchObject([{ message: expect.stringContaining("mallory may not write") }]);
  expect(answers()).toEqual([]);
});

test("a command that is not exact is explained to those who may ask", async () => {
  expect(await say({ body: "/bench please; $(reboot)" })).toMatchObject({ outputs: { authorized: "false" } });
  expect(answers()).toEqual([expect.stringMatching(/the command is `\/bench` alone/)]);
  expect(answers().join()).not.toContain("reboot");
});

test("a token that may not ask fails the job with the permission; one that may not answer decides all the same", async () => {
  const nothing = await say({ token: github.issueToken({ contents: "read" }) });
  expect(nothing).toMatchObject({ code: 1, outputs: {} });
  expect(nothing.annotations[0]?.message).toMatch(/nothing was run.*pull-requests: write/s);
  const reader = await say({ token: github.issueToken({ "pull-requests": "read" }) });
  expect(reader).toMatchObject({ code: 0, outputs: { sha: head } });
  expect(reader.annotations).toMatchObject([{ message: expect.stringContaining("was not answered") }]);
});
