/** The files whose jobs measure on one machine and report on another, executed by act. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ActProject, type Executed } from "../support/act-project.ts";
import type { BenchProject } from "../support/bench-project.ts";
import { ACTIONS_BOT, type Account } from "../support/github-objects.ts";

const MALLORY: Account = { login: "mallory", id: 666, type: "User" };
const ADA: Account = { login: "ada", id: 1815, type: "User" };

let acted: ActProject;
let project: BenchProject;

beforeEach(async () => {
  acted = await ActProject.create({ suite: "repeats: 2\njudge: { confirm: never }\n" });
  ({ project } = acted);
});
afterEach(async () => {
  const { violations } = project;
  await acted[Symbol.asyncDispose]();
  if (violations.length > 0) throw new Error(violations.join("\n"));
});

const commentsOn = (number: number) => project.github.comments.of(number, ACTIONS_BOT.login).map(({ body }) => body);

async function pullRequest(file: string, number: number, seed: string, fork?: Account): Promise<Executed> {
  await project.propose(number, { steady: { seed } });
  const head = `change-${number}`;
  const pull = await project.github.pulls.open({ number, head, ...(fork === undefined ? {} : { fork }) });
  return acted.run(file, {
    event: "pull_request",
    payload: project.github.pullPayload(number),
    sha: pull.mergeSha,
    headSha: pull.head.sha,
    headBranch: head,
    ...(fork === undefined ? {} : { fork }),
  });
}

async function push(file: string, seed: string): Promise<Executed> {
  const sha = await project.merge({ steady: { seed } });
  return acted.run(file, { event: "push", payload: await project.github.pushPayload("main", sha), sha });
}

describe("workflows/matrix.yml", () => {
  it("records two machines after a push, and says in one comment what a pull request does on both", async () => {
    const recorded = await push("matrix.yml", "a");
    expect(recorded).toMatchObject({ code: 0, jobs: { measure: "success", "report-push": "success" } });
    expect(recorded.jobs).not.toHaveProperty("report-pull-request", "success");
    const keys = [...(await project.history()).keys()].map((file) => file.split("/")[0]);
    expect(new Set(keys).size).toBe(2);
    const proposed = await pullRequest("matrix.yml", 7, "b");
    expect(proposed).toMatchObject({ code: 0, jobs: { measure: "success", "report-pull-request": "success" } });
    const [comment, ...others] = commentsOn(7);
    expect(others).toEqual([]);
    expect(comment).toMatch(/on 2 runners/);
    for (const key of keys) expect(comment).toContain(key);
    expect((await project.history()).size).toBe(2);
  });

  it("starts nothing for a fork", async () => {
    const { jobs, steps } = await pullRequest("matrix.yml", 7, "a", MALLORY);
    expect(Object.values(jobs)).not.toContain("success");
    expect(steps).toEqual({});
  });
});

describe("workflows/fork-measure.yml and fork-report.yml", () => {
  it("measure a fork without the right to write, and comment from the run that follows", async () => {
    const measured = await pullRequest("fork-measure.yml", 7, "a", MALLORY);
    expect(measured).toMatchObject({ code: 0, jobs: { measure: "success" } });
    expect(commentsOn(7)).toEqual([]);
    const writes = project.github.calls.filter(({ method, operation }) => method !== "GET" && operation !== "git");
    expect(writes).toEqual([]);
    const sha = (await project.github.git.resolve("main")) ?? "";
    const payload = project.github.workflowRunPayload(measured.runId);
    const reported = await acted.run("fork-report.yml", { event: "workflow_run", payload, sha });
    expect(reported).toMatchObject({ code: 0, jobs: { report: "success" } });
    expect(commentsOn(7)).toHaveLength(1);
    expect(project.github.checks).toMatchObject([{ headSha: project.github.pulls.get(7).head.sha }]);
    expect(await project.github.git.resolve("finetune-bench")).toBeNull();
  });
});

async function say(body: string, author: Account, association: string): Promise<Executed> {
  const { id } = project.github.comments.add(7, body, author);
  const payload = project.github.commentPayload(7, {
    id,
    body,
    author,
    association,
    createdAt: "2026-11-26T10:00:00Z",
  });
  const sha = (await project.github.git.resolve("main")) ?? "";
  return acted.run("on-demand.yml", { event: "issue_comment", payload, sha });
}

describe("workflows/on-demand.yml", () => {
  it("measures the frozen commit of a fork for those who may write, and nothing for anybody else", async () => {
    const { github } = project;
    github.people.set("ada", "write");
    await project.propose(7, { steady: { seed: "a" } });
    const open = (pushedAt: string) => github.pulls.open({ number: 7, head: "change-7", fork: MALLORY, pushedAt });
    const { head } = await open("2026-11-26T09:00:00Z");
    expect(await say("/bench", MALLORY, "CONTRIBUTOR")).toMatchObject({ jobs: {}, steps: {} });
    expect(await say("looks good", ADA, "MEMBER")).toMatchObject({ jobs: {}, steps: {} });

    const asked = await say("/bench", ADA, "MEMBER");
    expect(asked).toMatchObject({ code: 0, jobs: { authorize: "success", measure: "success", report: "success" } });
    expect(asked.outputs["sha"]).toBe(head.sha);
    const [comment, ...others] = commentsOn(7);
    expect(others).toEqual([]);
    expect(comment).toContain(head.sha);
    expect(comment).not.toContain("neither");
    expect(github.checks).toMatchObject([{ headSha: head.sha }]);

    await open("2026-11-26T10:00:05Z");
    const late = await say("/bench", ADA, "MEMBER");
    expect(late.jobs).toMatchObject({ authorize: "success" });
    expect(Object.keys(late.steps).filter((step) => !step.startsWith("authorize/"))).toEqual([]);
    expect(commentsOn(7).at(-1)).toContain("Nothing was measured");
  });
});
