/** The check run of a commit, against an API server that checks every request. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { CheckAnnotation, CheckRun } from "../../src/core/check-run.ts";
import { publishCheckRun } from "../../src/io/check-run.ts";
import { connectGitHub } from "../../src/io/github-api.ts";
import type { Permissions } from "../support/github-permissions.ts";
import { type GitHub, startGitHub } from "../support/github-server.ts";

let github: GitHub;
let headSha: string;

beforeEach(async () => {
  github = await startGitHub({ permissions: { checks: "write" } });
  headSha = await github.git.commit("main", { "README.md": "# engine\n" });
});
afterEach(async () => {
  await github[Symbol.asyncDispose]();
  if (github.violations.length > 0) throw new Error(github.violations.join("\n"));
});

function annotation(index: number): CheckAnnotation {
  const place = { path: "finetune-bench.yml", start_line: 1, end_line: 1 };
  return { ...place, annotation_level: "warning", title: `finding ${index}`, message: "slower" };
}

const api = (permissions?: Permissions) =>
  connectGitHub({
    token: permissions === undefined ? github.token : github.issueToken(permissions),
    repository: github.fullName,
    apiUrl: github.apiUrl,
    serverUrl: "https://github.com",
  });

async function post(runId: string, more: Partial<CheckRun> = {}, permissions?: Permissions) {
  const drawing = {
    name: "finetune-bench",
    conclusion: "neutral",
    title: `run ${runId}`,
    summary: `### run ${runId}`,
    annotations: [],
    ...more,
  } as const;
  const marker = { suiteKey: "finetune-bench.yml", runId, attempt: 1 };
  return publishCheckRun(await api(permissions), { headSha, marker, drawing, detailsUrl: "https://github.com/x" });
}

test("one check run of a name is made and renewed, never by an older run", async () => {
  expect(await post("100")).toMatchObject({ state: "created", url: expect.stringContaining("/runs/") });
  expect(await post("101", { conclusion: "failure" })).toMatchObject({ state: "updated" });
  expect(await post("99", { conclusion: "success" })).toMatchObject({ state: "kept-newer" });
  expect(github.checks).toMatchObject([
    { headSha, status: "completed", conclusion: "failure", title: "run 101", summary: "### run 101", edits: 1 },
  ]);
});

test("a check run of the same name that is not ours stays as it is", async () => {
  const { octokit, owner, repo } = await api();
  await octokit.rest.checks.create({ owner, repo, name: "finetune-bench", head_sha: headSha, status: "in_progress" });
  expect(await post("100")).toMatchObject({ state: "created" });
  expect(github.checks).toMatchObject([{ status: "in_progress", edits: 0 }, { title: "run 100" }]);
});

test("annotations go in requests of fifty, and are not told twice", async () => {
  const all = Array.from({ length: 120 }, (_, index) => annotation(index));
  const annotations = [all.slice(0, 50), all.slice(50, 100), all.slice(100)];
  await post("100", { annotations });
  expect(github.checks[0]?.annotations).toHaveLength(120);
  await post("101", { annotations });
  expect(github.checks[0]?.annotations).toHaveLength(120);
});

test("an older run that is as quick does not have the last word", async () => {
  github.fail({ operation: "checks/create", before: () => post("101", { conclusion: "failure" }) });
  expect(await post("100", { conclusion: "success" })).toMatchObject({ state: "created" });
  const newest = { title: "run 101", conclusion: "failure", externalId: expect.stringContaining("run 101.1") };
  expect(github.checks).toMatchObject([newest, newest]);
});

test("a token that may not write checks is no fault, an API that is down is a warning", async () => {
  expect(await post("100", {}, { contents: "write" })).toEqual({ state: "not-allowed" });
  expect(await post("100", {}, { checks: "read" })).toEqual({ state: "not-allowed" });
  github.fail({ operation: "checks/create", status: 422, message: "Invalid request" });
  expect(await post("100")).toEqual({ state: "failed", warning: expect.stringContaining("GitHub answered 422") });
});
