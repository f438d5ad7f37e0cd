import { afterEach, beforeEach, expect, test } from "vitest";
import type { ChangePoint } from "../../src/core/comparison.ts";
import type { Report } from "../../src/core/report.ts";
import { connectGitHub } from "../../src/io/github-api.ts";
import { publishIssues } from "../../src/io/issue.ts";
import { type GitHub, startGitHub } from "../support/github-server.ts";
import { SLOWED } from "../support/report-scenes-machine.ts";
import { scene } from "../support/report-scenes.ts";

let github: GitHub;
beforeEach(async () => {
  github = await startGitHub({ permissions: { contents: "write", issues: "write" } });
});
afterEach(async () => {
  const { violations } = github;
  await github[Symbol.asyncDispose]();
  if (violations.length > 0) throw new Error(violations.join("\n"));
});

interface Night {
  readonly run: number;
  readonly points: readonly ChangePoint[];
  readonly runnerKey?: string;
  readonly event?: string;
  readonly token?: string;
}

async function night({ run, points, token = github.token, ...rest }: Night): Promise<string[]> {
  const report = scene("change-point");
  const { event = "schedule", runnerKey = report.runner_key } = rest;
  const job = { ...report.job, run_id: `${run}`, event };
  const seen: Report = { ...report, job, runner_key: runnerKey, change_points: [...points] };
  const { apiUrl, fullName: repository } = github;
  return publishIssues(await connectGitHub({ token, repository, apiUrl, serverUrl: "https://github.com" }), [seen]);
}

const comments = (number: number): string[] => github.comments.of(number).map(({ body }) => body);
const OTHER = { ...SLOWED, benchmark: "my-lora.torch-cuda", title: "my-lora" };

test("one issue lives through nights: opened, renewed, told more, closed, opened again", async () => {
  expect(await night({ run: 1, points: [] })).toEqual([]);
  expect(github.issues.all()).toEqual([]);
  expect(await night({ run: 2, points: [SLOWED] })).toEqual([]);
  const [issue, ...others] = github.issues.all();
  expect(others).toEqual([]);
  if (issue === undefined) throw new Error("no issue");
  const { number, title } = issue;
  expect(issue).toMatchObject({ state: "open", labels: ["finetune-bench"], author: { login: "github-actions[bot]" } });
  await night({ run: 3, points: [{ ...SLOWED, jobs: 7 }] });
  expect(comments(number)).toEqual([]);
  expect(issue.body).toContain("run 3.1");
  await night({ run: 4, points: [OTHER, SLOWED] });
  expect(comments(number)).toEqual([expect.stringContaining("`my-lora`")]);
  await night({ run: 5, points: [] });
  expect(issue).toMatchObject({ state: "closed", stateReason: "completed" });
  expect(comments(number)[1]).toContain("Nothing of this stands any more");
  await night({ run: 6, points: [SLOWED] });
  expect(issue).toMatchObject({ state: "open", stateReason: "reopened", title });
  expect(github.issues.all()).toHaveLength(1);
});

test("another runner has an issue of its own, and nobody else's is touched", async () => {
  await night({ run: 1, points: [SLOWED] });
  const [ours] = github.issues.all();
  const copied = github.issues.add({ title: "me too", body: ours?.body ?? "", labels: ["finetune-bench"] });
  await night({ run: 2, points: [SLOWED], runnerKey: "apple-m4-max-64gb-3f2a" });
  expect(github.issues.all().map(({ title }) => title)).toEqual([
    expect.stringContaining("nvidia-rtx-4090-91c0"),
    "me too",
    expect.stringContaining("apple-m4-max-64gb-3f2a"),
  ]);
  await night({ run: 3, points: [] });
  expect(ours?.state).toBe("closed");
  expect(copied).toMatchObject({ state: "open", edits: 0 });
});

test("only jobs that look after the default branch have an issue", async () => {
  await night({ run: 1, points: [SLOWED], event: "push" });
  expect(github.calls).toEqual([]);
  await night({ run: 3, points: [SLOWED], event: "workflow_dispatch" });
  expect(github.issues.all()).toHaveLength(1);
});

test("without the permission a schedule that has something to say warns with the lines to paste, and nobody else does", async () => {
  const token = github.issueToken({ contents: "write" });
  expect(await night({ run: 1, points: [SLOWED], token })).toEqual([expect.stringMatching(/403.*issues: write/s)]);
  expect(await night({ run: 2, points: [], token })).toEqual([]);
  expect(await night({ run: 3, points: [SLOWED], token, event: "workflow_dispatch" })).toEqual([]);
  github.issues.enabled = false;
  expect(await night({ run: 4, points: [SLOWED] })).toEqual([expect.stringMatching(/410 \(Issues has been disabled/)]);
});

test("an answer that was lost leaves neither two issues nor two comments", async () => {
  github.fail({ operation: "issues/create", cut: "after" });
  github.fail({ operation: "issues/create-comment", cut: "after" });
  expect(await night({ run: 1, points: [SLOWED] })).toEqual([]);
  expect(await night({ run: 2, points: [OTHER, SLOWED] })).toEqual([]);
  const [issue, ...others] = github.issues.all();
  expect(others).toEqual([]);
  expect(comments(issue?.number ?? 0)).toEqual([expect.stringContaining("`my-lora`")]);
  expect([github.count("issues/create"), github.count("issues/create-comment")]).toEqual([1, 1]);
});
