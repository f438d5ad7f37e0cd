/** The files for one machine, executed by act: pull requests, the history, the night. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ACTION, ActProject, CHECKOUT, type Executed } from "../support/act-project.ts";
import type { BenchProject } from "../support/bench-project.ts";
import { schedulePayload } from "../support/github-events.ts";
import { ACTIONS_BOT } from "../support/github-objects.ts";
import { earlier, store } from "../support/stored-days.ts";

let acted: ActProject;
let project: BenchProject;

function forEachFile(): void {
  beforeAll(async () => {
    acted = await ActProject.create({ suite: "repeats: 2\n" });
    ({ project } = acted);
  });
  afterEach(() => {
    if (project.violations.length > 0) throw new Error(project.violations.join("\n"));
  });
  afterAll(async () => {
    await acted[Symbol.asyncDispose]();
  });
}

/** Steps that ran, of the two that a job consists of, besides act's own. */
function stepsOf({ steps }: Executed): Record<string, string> {
  return Object.fromEntries(Object.entries(steps).filter(([name]) => !/\/(?:Set up|Complete) job$|\/Post /.test(name)));
}

const bothSteps = (job: string, result: "success" | "failure"): Record<string, string> => ({
  [`${job}/${CHECKOUT}`]: "success",
  [`${job}/${ACTION}`]: result,
});

async function push(file: string, seed: string): Promise<Executed & { sha: string }> {
  const sha = await project.merge({ steady: { seed } });
  const payload = await project.github.pushPayload("main", sha);
  return { ...(await acted.run(file, { event: "push", payload, sha })), sha };
}

describe("workflows/finetune-bench.yml", () => {
  forEachFile();
  const FILE = "finetune-bench.yml";

  async function pullRequest(number: number, noise: Record<string, string>): Promise<Executed> {
    const pull = await project.propose(number, { steady: noise });
    const payload = project.github.pullPayload(number);
    return acted.run(FILE, { event: "pull_request", payload, sha: pull.mergeSha, headSha: pull.head.sha });
  }

  it("comments on the pull request that adds it, records the merge, and compares the next one", async () => {
    const { comments } = project.github;
    const first = await pullRequest(7, { seed: "a" });
    expect(first).toMatchObject({ code: 0, jobs: { "pull-request": "success" } });
    expect(Object.keys(first.jobs)).toEqual(["pull-request"]);
    expect(stepsOf(first)).toEqual(bothSteps("pull-request", "success"));
    expect(first.outputs).toMatchObject({ verdict: "no-baseline", gate: "neutral", "baseline-saved": "false" });
    expect(first.summaries).toEqual([expect.stringContaining("Merge to record")]);
    expect(comments.of(7).map((comment) => comment.author.login)).toEqual([ACTIONS_BOT.login]);

    const merged = await push(FILE, "b");
    expect(merged).toMatchObject({ code: 0, jobs: { history: "success" } });
    expect(Object.keys(merged.jobs)).toEqual(["history"]);
    expect(stepsOf(merged)).toEqual(bothSteps("history", "success"));
    expect(merged.outputs["baseline-saved"]).toBe("true");
    const stored = `${merged.outputs["runner-key"]}/${merged.sha}-${merged.runId}-1.json`;
    expect([...(await project.history()).keys()]).toEqual([stored]);

    const second = await pullRequest(8, { seed: "c" });
    expect(second.outputs).toMatchObject({ verdict: "no-change", gate: "pass", "baseline-saved": "false" });
    expect(comments.of(8)).toHaveLength(1);
    expect(project.artifacts.artifacts()).toHaveLength(3);
    expect((await project.history()).size).toBe(1);
  });

  it("fails the job of a pull request whose benchmark dies", async () => {
    const result = await pullRequest(9, { seed: "d", failure: "kill" });
    expect(result).toMatchObject({ code: 1, jobs: { "pull-request": "failure" } });
    expect(stepsOf(result)).toEqual(bothSteps("pull-request", "failure"));
    expect(result.outputs).toMatchObject({ verdict: "failed", gate: "fail" });
    expect(project.github.comments.of(9)[0]?.body).toContain("❌");
  });

  it("runs no code of forks, nor for pushes to other branches", async () => {
    const { github } = project;
    await project.propose(10, { steady: { seed: "e" } });
    const fork = { login: "mallory", id: 666, type: "User" } as const;
    const { mergeSha } = await github.pulls.open({ number: 10, head: "change-10", fork });
    const calls = github.calls.length;
    const foreign = await acted.run(FILE, {
      event: "pull_request",
      payload: github.pullPayload(10),
      sha: mergeSha,
      fork,
    });
    expect(foreign).toMatchObject({ code: 0, jobs: {}, steps: {}, outputs: {} });
    const side = await github.git.commit("change-10", { "notes.txt": "on the side\n" });
    const payload = await github.pushPayload("change-10", side);
    expect(await acted.run(FILE, { event: "push", payload, sha: side })).toMatchObject({
      code: 0,
      jobs: {},
      steps: {},
    });
    expect(github.calls).toHaveLength(calls);
  });
});

describe("workflows/record.yml", () => {
  forEachFile();

  it("records a push to the default branch, and nothing else", async () => {
    const recorded = await push("record.yml", "a");
    expect(recorded).toMatchObject({ code: 0, jobs: { record: "success" }, outputs: { "baseline-saved": "true" } });
    expect(stepsOf(recorded)).toEqual(bothSteps("record", "success"));
    await project.github.git.run(["branch", "side", "main"]);
    const side = await project.github.git.commit("side", { "notes.txt": "on the side\n" });
    const payload = await project.github.pushPayload("side", side);
    expect(await acted.run("record.yml", { event: "push", payload, sha: side })).toMatchObject({ jobs: {}, steps: {} });
    expect((await project.history()).size).toBe(1);
  });
});

async function night(factor: (day: number) => number): Promise<Executed> {
  const sha = (await project.github.git.resolve("main")) ?? "";
  const [measured] = (await project.history()).values();
  if (measured === undefined) throw new Error("nothing is stored");
  await project.github.git.run(["update-ref", "-d", "refs/heads/finetune-bench"]);
  const days = Array.from({ length: 13 }, (_, index) => earlier(measured, 13 - index, factor(index)));
  await store(project, days);
  return acted.run("nightly.yml", { event: "schedule", payload: schedulePayload(), sha });
}

describe("workflows/nightly.yml", () => {
  forEachFile();

  it("opens one issue for a confirmed regression, and closes it when that is gone", async () => {
    await push("record.yml", "a");
    const found = await night((day) => (day < 8 ? 1.08 : 1));
    expect(found).toMatchObject({ code: 0, jobs: { nightly: "success" }, outputs: { "baseline-saved": "true" } });
    const { issues, comments } = project.github;
    const [issue, ...others] = issues.all();
    expect(others).toEqual([]);
    expect(issue).toMatchObject({ state: "open", author: ACTIONS_BOT });
    expect(issue?.body).toMatch(/`steady` · torch-cpu .*−7\.\d.% worse/);
    expect(await night(() => 1)).toMatchObject({ code: 0 });
    expect(issue).toMatchObject({ state: "closed", stateReason: "completed" });
    expect(comments.of(issue?.number ?? 0)).toHaveLength(1);
  });
});
