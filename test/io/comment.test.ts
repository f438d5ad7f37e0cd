/** The one comment of a pull request, against an API server that checks every request. */
import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { NO_SUITE, writeMarker } from "../../src/core/comment-marker.ts";
import { type CommentOutcome, MAX_COMMENT_CHARACTERS, publishComment, suiteKeysOn } from "../../src/io/comment.ts";
import { connectGitHub, type GitHubApi } from "../../src/io/github-api.ts";
import { ACTIONS_BOT } from "../support/github-objects.ts";
import { type GitHub, startGitHub } from "../support/github-server.ts";
import { listen, readBody } from "../support/loopback.ts";

const PULL = 7;
const OTHER_BOT = { login: "somebodys-helper[bot]", id: 77, type: "Bot" } as const;
const marker = (runId: string, attempt = 1, suiteKey = "builtin-quick") => ({ suiteKey, runId, attempt });
let github: GitHub;

beforeEach(async () => {
  github = await startGitHub({ permissions: { contents: "read", "pull-requests": "write" } });
  await github.git.commit("main", { "README.md": "# engine\n" });
  await github.git.run(["update-ref", "refs/heads/change", "main"]);
  await github.git.commit("change", { "README.md": "# engine, faster\n" });
  await github.pulls.open({ number: PULL, head: "change" });
});
afterEach(async () => {
  await github[Symbol.asyncDispose]();
  if (github.violations.length > 0) throw new Error(github.violations.join("\n"));
});

async function connect(token = github.token, apiUrl = github.apiUrl): Promise<GitHubApi> {
  return connectGitHub({ token, repository: github.fullName, apiUrl, serverUrl: "https://github.com" });
}

async function post(runId: string, body = `### run ${runId}`, api?: GitHubApi): Promise<CommentOutcome> {
  const request = { pullRequest: PULL, marker: marker(runId), body, fullReportUrl: null };
  return publishComment(api ?? (await connect()), request);
}

const ours = () => github.comments.of(PULL, ACTIONS_BOT.login);
const warningOf = (outcome: CommentOutcome): string => (outcome.state === "failed" ? outcome.warning : "");

/** 35 comments of other people, among them copies of our marker by a person and by another app, over two pages. */
function addForeign(count = 35): void {
  const copy = `${writeMarker(marker("999999"))}\n### ✅ Everything is fine`;
  github.comments.add(PULL, copy);
  github.comments.add(PULL, copy, OTHER_BOT);
  github.comments.add(PULL, `They wrote:\n\n> ${writeMarker(marker("1"))}`, ACTIONS_BOT);
  github.comments.add(PULL, `${writeMarker(marker("1", 1, "another-suite"))}\nanother suite`, ACTIONS_BOT);
  while (github.comments.of(PULL).length < count) github.comments.add(PULL, "Looks good to me");
}

test("the first run creates a comment, the next one updates it, and nobody else's is touched", async () => {
  await using front = await graphqlFront("github-actions[bot]");
  addForeign(135);
  const foreign = structuredClone(github.comments.of(PULL));
  const first = await post("100", "### first", await connect(github.token, front.url));
  expect(first).toMatchObject({ state: "created", url: expect.stringContaining(`/pull/${PULL}#issuecomment-`) });
  const second = await post("101", "### second", await connect(github.token, front.url));
  expect(second).toEqual({ ...first, state: "updated" });

  const mine = github.comments.of(PULL).filter((comment) => !foreign.some(({ id }) => id === comment.id));
  expect(mine).toMatchObject([{ author: ACTIONS_BOT, edits: 1, body: `${writeMarker(marker("101"))}\n### second` }]);
  expect(github.comments.of(PULL).filter((comment) => comment.id !== mine[0]?.id)).toEqual(foreign);
});

test("where nobody copied the marker the second run costs two lists, one refused question and one update", async () => {
  await post("100");
  const start = github.calls.length;
  await post("101");
  expect(github.calls.slice(start).map((call) => `${call.operation} ${call.status}`)).toEqual([
    "issues/list-comments 200",
    "users/get-authenticated 403",
    "issues/update-comment 200",
    "issues/list-comments 200",
  ]);
});

test("the suites of a pull request are those that we ourselves commented on", async () => {
  await using front = await graphqlFront("github-actions[bot]");
  const api = await connect(github.token, front.url);
  expect(await suiteKeysOn(api, PULL)).toEqual([NO_SUITE]);
  addForeign();
  expect(await suiteKeysOn(api, PULL)).toEqual(["another-suite"]);
  await post("100", "### one more suite", api);
  expect(await suiteKeysOn(api, PULL)).toEqual(["another-suite", "builtin-quick"]);
});

test("a comment of no suite is taken over by the next suite, unless it is newer", async () => {
  const nothing = { pullRequest: PULL, marker: marker("100", 1, NO_SUITE), body: "### nothing", fullReportUrl: null };
  const first = await publishComment(await connect(), nothing);
  expect(await post("99")).toMatchObject({ state: "kept-newer" });
  expect(ours().map(({ body }) => body)).toEqual([expect.stringContaining("nothing")]);
  expect(await post("101")).toEqual({ ...first, state: "updated" });
  expect(ours().map(({ body }) => body)).toEqual([expect.stringContaining("run 101")]);
});

test("an older run, or an older attempt, never overwrites what a newer one wrote", async () => {
  await post("100");
  for (const older of ["99", "20"]) expect(await post(older)).toMatchObject({ state: "kept-newer" });
  const again = { pullRequest: PULL, marker: marker("100", 2), body: "### again", fullReportUrl: null };
  expect(await publishComment(await connect(), again)).toMatchObject({ state: "updated" });
  expect(await post("100", "### late")).toMatchObject({ state: "kept-newer" });
  expect(ours()).toMatchObject([{ body: expect.stringContaining("### again") }]);
});

test("jobs that create at the same time leave one comment with the newest text", async () => {
  const runs = ["103", "101", "104", "102"];
  const outcomes = await Promise.all(runs.map((run) => post(run)));
  expect(outcomes.map((outcome) => outcome.state)).not.toContain("failed");
  expect(ours()).toMatchObject([{ body: expect.stringContaining("### run 104") }]);
});

test("an older run whose writing lands a moment late does not keep the newest one out", async () => {
  await post("100");
  const newest: Promise<CommentOutcome>[] = [];
  github.fail({
    operation: "issues/update-comment",
    before: async () => {
      newest.push(post("102"));
      while (ours()[0]?.body.includes("### run 102") !== true) await sleep(10);
    },
  });
  expect(await post("101")).not.toMatchObject({ state: "failed" });
  expect(await Promise.all(newest)).toMatchObject([{ state: "updated" }]);
  expect(ours()).toMatchObject([{ body: expect.stringContaining("### run 102") }]);
});

test.each([
  ["newer", "90", "### mine"],
  ["older", "110", "### theirs"],
])("a rival that wins the creation and is %s leaves one comment", async (_, rivalRun, expected) => {
  github.fail({
    operation: "issues/create-comment",
    before: async () => github.comments.add(PULL, `${writeMarker(marker(rivalRun))}\n### theirs`, ACTIONS_BOT),
  });
  expect(await post("100", "### mine")).not.toMatchObject({ state: "failed" });
  expect(ours()).toMatchObject([{ body: expect.stringContaining(expected) }]);
});

test("a creation whose answer was lost does not leave two comments", async () => {
  github.fail({
    operation: "issues/create-comment",
    status: 502,
    before: async () => github.comments.add(PULL, `${writeMarker(marker("100"))}\n### run 100`, ACTIONS_BOT),
  });
  expect(await post("100")).toMatchObject({ state: "created" });
  expect(ours()).toHaveLength(1);
  expect(github.count("issues/create-comment")).toBe(1);
});

test("a comment that somebody deletes under our hands is created anew", async () => {
  await post("100");
  github.fail({
    operation: "issues/update-comment",
    before: async () => github.comments.delete(ours()[0]?.id ?? 0),
  });
  expect(await post("101")).toMatchObject({ state: "created" });
  expect(ours()).toMatchObject([{ body: expect.stringContaining("### run 101") }]);
});

test("a token without the permission gives a warning with the lines to paste", async () => {
  const api = await connect(github.issueToken({ contents: "read", "pull-requests": "read" }));
  const warning = warningOf(await post("100", "### text", api));
  expect(warning).toContain("403 (Resource not accessible by integration)");
  expect(warning).toContain("lacks pull-requests: write");
  expect(warning).toContain("\n\npermissions:\n  contents: read\n  pull-requests: write");
  expect(github.comments.of(PULL)).toEqual([]);
});

test("a comment that is only to be renewed is not begun", async () => {
  const request = { pullRequest: PULL, marker: marker("100"), body: "### fine", fullReportUrl: null, onlyUpdate: true };
  expect(await publishComment(await connect(), request)).toEqual({ state: "none" });
  expect(github.comments.of(PULL)).toEqual([]);
  await post("99");
  expect(await publishComment(await connect(), request)).toMatchObject({ state: "updated" });
  expect(ours()).toMatchObject([{ body: expect.stringContaining("### fine") }]);
});

test("a locked conversation is not taken for a missing permission", async () => {
  const message = "Unable to create comment because issue is locked.";
  github.fail({ operation: "issues/create-comment", status: 403, message });
  const warning = warningOf(await post("100"));
  expect(warning).toContain(message);
  expect(warning).not.toContain("permissions:");
});

test("a wrong token is called one", async () => {
  expect(warningOf(await post("100", "text", await connect("ghs_nonsense")))).toMatch(/401.*check the input token/);
});

test("a personal token and an app's token find their own comments again", async () => {
  const ada = { login: "ada", id: 1815, type: "User" } as const;
  const personal = await connect(github.issueToken({ "pull-requests": "write" }, "personal", ada));
  addForeign();
  await post("100", "### first", personal);
  expect(await post("101", "### second", personal)).toMatchObject({ state: "updated" });
  expect(github.comments.of(PULL, "ada")).toHaveLength(1);

  await using front = await graphqlFront("bench-app[bot]");
  const app = { login: "bench-app[bot]", id: 12, type: "Bot" } as const;
  const token = github.issueToken({ "pull-requests": "write" }, "installation", app);
  await post("102", "### first", await connect(token, front.url));
  expect(await post("103", "### second", await connect(token, front.url))).toMatchObject({ state: "updated" });
  expect(github.comments.of(PULL, app.login)).toMatchObject([{ edits: 1 }]);
  expect(github.comments.of(PULL, "ada")).toMatchObject([{ body: expect.stringContaining("### second") }]);
});

test("short failures are waited out; refused text is not sent again; a long limit is not waited for", async () => {
  github.fail({ operation: "issues/list-comments", cut: "before" });
  github.fail({ operation: "issues/create-comment", status: 403, headers: { "retry-after": "1" } });
  expect(await post("100")).toMatchObject({ state: "created" });
  expect(github.count("issues/create-comment")).toBe(2);

  github.fail({ operation: "issues/update-comment", status: 422, message: "Validation Failed", times: Infinity });
  expect(warningOf(await post("101"))).toContain("422 (Validation Failed)");
  expect(github.count("issues/update-comment")).toBe(1);

  const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": `${Math.ceil(Date.now() / 1000) + 1800}` };
  github.fail({ operation: "issues/list-comments", status: 403, message: "API rate limit exceeded", headers });
  expect(warningOf(await post("102"))).toMatch(/rate limit that ends in 1[78]\d\d s/);
});

test("a report that is too long becomes its first paragraphs and the place of the rest", async () => {
  const table = `| a |\n|---|\n${"| row |\n".repeat(9000)}`;
  const body = `### ❌ Slower\n\nWhat to do.\n\n${table}`;
  const fullReportUrl = "https://github.com/ada/engine/actions/runs/100/artifacts/5";
  expect(body.length).toBeGreaterThan(MAX_COMMENT_CHARACTERS);
  const outcome = await publishComment(await connect(), {
    pullRequest: PULL,
    marker: marker("1"),
    body,
    fullReportUrl,
  });
  expect(outcome).toMatchObject({ state: "created" });
  expect(ours()[0]?.body).toBe(
    `${writeMarker(marker("1"))}\n### ❌ Slower\n\nWhat to do.\n\n` +
      `The report is longer than a comment may be; the whole of it is in [the job](${fullReportUrl}).\n`,
  );
});

/** The API with the one GraphQL query in front of it, which GitHub's REST description does not cover. */
async function graphqlFront(login: string) {
  return listen((request, response) => {
    void answerOrPass(request, login).then(({ status, text, headers }) =>
      response.writeHead(status, headers).end(text),
    );
  });
}

async function answerOrPass(request: IncomingMessage, login: string) {
  const body = await readBody(request);
  if (request.url === "/graphql") {
    const known = body.toString() === JSON.stringify({ query: "query { viewer { login } }" });
    const answer = known ? { data: { viewer: { login } } } : { errors: [{ message: "unknown query" }] };
    return { status: 200, text: JSON.stringify(answer), headers: { "content-type": "application/json" } };
  }
  const passed = await fetch(`${github.apiUrl}${request.url}`, {
    method: request.method ?? "GET",
    headers: { authorization: request.headers.authorization ?? "", "user-agent": "front" },
    ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
  });
  const type = passed.headers.get("content-type");
  return { status: passed.status, text: await passed.text(), headers: type === null ? {} : { "content-type": type } };
}
