/** A matrix of runners: jobs that measure, and one that reports for all of them. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { jointReportSchema } from "../../src/core/joint.ts";
import { BenchProject, readJoint, type Job } from "../support/bench-project.ts";
import { ACTIONS_BOT } from "../support/github-objects.ts";
import type { WorkflowRun } from "../support/github-workflow-runs.ts";
import { addPullRun, addRun, openPull, resultOf, uploadResult } from "../support/uploads.ts";

const RUNNERS = ["pool-cuda", "pool-metal", "pool-cpu"];
let project: BenchProject;

beforeEach(async () => {
  project = await BenchProject.create();
});
afterEach(async () => {
  const { violations } = project;
  await project[Symbol.asyncDispose]();
  if (violations.length > 0) throw new Error(violations.join("\n"));
});

const commentsOn = (number: number) => project.github.comments.of(number, ACTIONS_BOT.login);
const after = (run: WorkflowRun, inputs: Record<string, string> = {}) =>
  project.report("workflow_run", project.github.workflowRunPayload(run.id), { inputs });
const jointOf = async ({ result }: Job) =>
  jointReportSchema.parse(await readJoint(result.outputs["results-path"] ?? ""));

/** The head of the default branch, with a run of the event on it. */
async function mainRun(event: string, more: Partial<WorkflowRun> = {}): Promise<WorkflowRun> {
  const { git } = project.github;
  const headSha = await git.commit("main", { "README.md": `${Math.random()}\n` }, "a merge");
  return addRun(project, { event, headBranch: "main", headSha, ...more });
}

describe("three runners of one run", () => {
  it("measure a push without saving, and one job judges and saves for all of them", async () => {
    const sha = await project.merge({ steady: { seed: "one" } });
    const payload = await project.github.pushPayload("main", sha);
    const run = addRun(project, {
      event: "push",
      headBranch: "main",
      headSha: sha,
      status: "in_progress",
      conclusion: null,
    });
    const token = project.github.issueToken({ contents: "read" });
    for (const key of RUNNERS) {
      const inputs = { mode: "measure", "runner-key": key };
      const { result } = await project.run("push", payload, sha, { inputs, token, runId: `${run.id}` });
      expect(result).toMatchObject({ code: 0, outputs: { "runner-key": key, "baseline-saved": "false" } });
    }
    expect(await project.github.git.resolve("finetune-bench")).toBeNull();

    // The last job of the same run: its own artifacts are the ones it collects.
    const { result } = await project.report("push", payload, { runId: `${run.id}` });
    expect(result).toMatchObject({
      code: 0,
      outputs: { verdict: "no-baseline", gate: "neutral", "baseline-saved": "true" },
    });
    expect(result.outputs["runner-key"]).toBe([...RUNNERS].sort().join(","));
    const files = [...(await project.history()).keys()].sort();
    expect(files).toEqual(RUNNERS.map((key) => `${key}/${sha}-${run.id}-1.json`).sort());
    expect(await project.github.git.run(["rev-list", "--count", "finetune-bench"])).toBe("1");
    const { checks } = project.github;
    expect(checks).toMatchObject([{ name: "finetune-bench", headSha: sha, conclusion: "neutral" }]);
    expect(result.outputs["check-run-url"]).toContain(`/runs/${checks[0]?.id}`);
  });

  it("share one comment and one check run, which the next run renews", async () => {
    const main = await mainRun("push");
    for (const day of [1, 2, 3, 4, 5, 6]) {
      const run = await mainRun("push");
      for (const key of RUNNERS) uploadResult(project, run, resultOf(run, key, { speed: 100 + day / 10 }));
      expect((await after(run)).result.outputs["baseline-saved"]).toBe("true");
    }
    expect((await project.history()).size).toBe(18);
    const pull = await openPull(project, 7);
    const run = addPullRun(project, pull);
    const job = { sha: pull.mergeSha };
    for (const key of RUNNERS)
      uploadResult(project, run, resultOf(run, key, { speed: key === "pool-metal" ? 80 : 100.3, job }));
    const first = await after(run, { "fail-on": "regression, unconfirmed" });
    expect(first.result).toMatchObject({ code: 1, outputs: { verdict: "regression", gate: "fail" } });
    const joint = await jointOf(first);
    expect(joint.reports.map(({ runner_key, gate }) => [runner_key, gate.verdict])).toEqual([
      ["pool-cpu", "no-change"],
      ["pool-cuda", "no-change"],
      ["pool-metal", "regression"],
    ]);
    expect(commentsOn(7)).toHaveLength(1);
    expect(commentsOn(7)[0]?.body).toContain("pool-metal");
    const check = project.github.checks.find(({ headSha }) => headSha === pull.head.sha);
    expect(check).toMatchObject({ conclusion: "failure", edits: 0, detailsUrl: first.result.outputs["artifact-url"] });
    expect(check?.annotations).toMatchObject([{ path: "finetune-bench.yml", start_line: 1 }]);

    // Re-run of the one job: the attempts of the others stay valid.
    const again = addPullRun(project, pull, { id: run.id, attempt: 2 });
    uploadResult(project, again, resultOf(again, "pool-metal", { speed: 100.2, job }));
    const second = await after(again);
    expect(second.result).toMatchObject({ code: 0, outputs: { verdict: "no-change", gate: "pass" } });
    expect((await jointOf(second)).reports.map(({ job: { attempt } }) => attempt)).toEqual([1, 1, 2]);
    expect(commentsOn(7)).toMatchObject([{ edits: 1, body: expect.stringContaining(`run ${run.id}.2 -->`) }]);
    expect(project.github.checks.filter(({ headSha }) => headSha === pull.head.sha)).toMatchObject([
      { id: check?.id, conclusion: "success", edits: 1 },
    ]);
    expect(main.id).toBeLessThan(run.id);
    expect((await project.history()).size).toBe(18);
  });

  it("cost a report a bounded number of requests, however many there are", async () => {
    const run = await mainRun("push");
    const keys = Array.from({ length: 12 }, (_, index) => `box-${index}`);
    for (const key of keys) uploadResult(project, run, resultOf(run, key));
    const before = project.github.calls.length;
    expect((await after(run)).result.outputs["baseline-saved"]).toBe("true");
    const made = project.github.calls.slice(before).map(({ operation }) => operation);
    expect(made.filter((operation) => operation === "actions/download-artifact")).toHaveLength(12);
    expect(made.length - 12).toBeLessThanOrEqual(11);
  });
});

describe("twelve runs of one pull request at once", () => {
  it("leave one comment, and it is the newest run's", async () => {
    const pull = await openPull(project, 7);
    const runs = Array.from({ length: 12 }, () => addPullRun(project, pull));
    for (const run of runs) uploadResult(project, run, resultOf(run, "box", { job: { sha: pull.mergeSha } }));
    const jobs = await Promise.all(runs.map((run) => after(run)));
    expect(jobs.map(({ result }) => result.code)).toEqual(runs.map(() => 0));
    expect(commentsOn(7)).toHaveLength(1);
    expect(commentsOn(7)[0]?.body).toContain(`run ${runs.at(-1)?.id}.1 -->`);

    // One of them reports once more, late: what is newer stands.
    const late = await after(runs[3] ?? addPullRun(project, pull));
    expect(late.result.outputs["comment-url"]).toBe(jobs.at(-1)?.result.outputs["comment-url"]);
    expect(commentsOn(7)[0]?.body).toContain(`run ${runs.at(-1)?.id}.1 -->`);
    const [check] = project.github.checks.toReversed();
    expect(check?.externalId).toContain(`run ${runs.at(-1)?.id}.1`);
  });
});

describe("events that are no pull request's", () => {
  it.each([
    ["schedule", true],
    ["workflow_dispatch", true],
    ["merge_group", false],
  ])("%s is reported on without a comment; saved: %s", async (event, isSaved) => {
    const run = await mainRun(event, event === "merge_group" ? { headBranch: "gh-readonly-queue/main/pr-7-abc" } : {});
    uploadResult(project, run, resultOf(run, "box"));
    const { result } = await after(run);
    expect(result).toMatchObject({ code: 0, outputs: { "baseline-saved": `${isSaved}`, "comment-url": "" } });
    expect(project.github.checks).toMatchObject([{ headSha: run.headSha }]);
    expect(project.github.count("issues/create-comment")).toBe(0);
    expect((await project.github.git.resolve("finetune-bench")) !== null).toBe(isSaved);
  });

  it("a dispatch of another branch, and one that measured another commit, are not saved", async () => {
    const side = await mainRun("workflow_dispatch", { headBranch: "side" });
    uploadResult(project, side, resultOf(side, "box"));
    expect((await after(side)).result.outputs["baseline-saved"]).toBe("false");
    const run = await mainRun("workflow_dispatch");
    uploadResult(project, run, resultOf(run, "box", { job: { sha: side.headSha } }));
    const { result } = await after(run);
    expect(result.outputs["baseline-saved"]).toBe("false");
    expect(result.summary).toMatch(/baseline not saved: [0-9a-f]{7} was measured, which is not the head of the run/);
    expect(await project.github.git.resolve("finetune-bench")).toBeNull();
  });
});

describe("a comment that asked for a measurement", () => {
  const comment = {
    id: 1,
    body: "/bench",
    author: { login: "ada", id: 1815, type: "User" },
    association: "OWNER",
  } as const;

  it("is answered on its pull request, and the check run goes to the head that was measured", async () => {
    const pull = await openPull(project, 7);
    const ask = async (sha: string) => {
      const run = await mainRun("issue_comment", { status: "in_progress", conclusion: null });
      uploadResult(project, run, resultOf(run, "box", { job: { sha } }));
      return project.report("issue_comment", project.github.commentPayload(7, comment), { runId: `${run.id}` });
    };
    const { result } = await ask(pull.head.sha);
    expect(result).toMatchObject({ code: 0, outputs: { "baseline-saved": "false" } });
    expect(result.outputs["comment-url"]).toContain("/pull/7#");
    expect(project.github.checks).toMatchObject([{ headSha: pull.head.sha }]);
    expect(result.summary).not.toContain("neither");

    // A result may not choose another commit, such as that of the default branch, to put a check run on.
    const forged = await ask(pull.base.sha);
    expect(forged.result).toMatchObject({ code: 0, outputs: { "check-run-url": "" } });
    expect(project.github.checks).toHaveLength(1);
    expect(commentsOn(7)).toHaveLength(1);

    // Without a result nobody knows which commit was meant: the answer stands in the comment alone.
    const lost = await mainRun("issue_comment", { status: "in_progress", conclusion: null });
    const payload = project.github.commentPayload(7, comment);
    const nothing = await project.report("issue_comment", payload, { runId: `${lost.id}` });
    expect(nothing.result).toMatchObject({ code: 1, outputs: { verdict: "failed", "check-run-url": "" } });
    expect(commentsOn(7)).toMatchObject([
      { body: expect.stringContaining("No result of this run reached the report") },
    ]);
    expect(project.github.checks).toHaveLength(1);
  });
});

describe("a report without what it needs", () => {
  it("names actions: read where it may not see artifacts, and run-id where there are none", async () => {
    const run = await mainRun("push");
    const payload = project.github.workflowRunPayload(run.id);
    const blind = await project.report("workflow_run", payload, {
      token: project.github.issueToken({ contents: "write" }),
    });
    expect(blind.result).toMatchObject({ code: 1, outputs: {} });
    expect(blind.result.annotations.at(-1)?.message).toMatch(/could not be read.*actions: read/s);
    const empty = await after(run);
    expect(empty.result).toMatchObject({ code: 1, outputs: { verdict: "failed", "baseline-saved": "false" } });
    expect(empty.result.summary).toMatch(/No result of this run reached the report[\s\S]*`mode: measure`/);
    expect(await project.github.git.resolve("finetune-bench")).toBeNull();
    const wrong = await after(run, { "run-id": "x1" });
    expect(wrong.result.annotations.at(-1)?.message).toMatch(/input run-id: must be the number/);
  });

  it("says nothing of check runs where it may not write them, and still comments", async () => {
    const pull = await openPull(project, 7);
    const run = addPullRun(project, pull);
    uploadResult(project, run, resultOf(run, "box", { job: { sha: pull.mergeSha } }));
    const token = project.github.issueToken({ actions: "read", contents: "read", "pull-requests": "write" });
    const { result } = await project.report("workflow_run", project.github.workflowRunPayload(run.id), { token });
    expect(result).toMatchObject({ code: 0, outputs: { "check-run-url": "" } });
    expect(result.outputs["comment-url"]).toContain("/pull/7#");
    expect(result.annotations.map(({ level }) => level)).not.toContain("error");
    expect(result.summary).not.toContain("Not everything was published");
    expect(result.log.match(/may not write checks/g)).toHaveLength(1);
    expect(project.github.checks).toEqual([]);
  });
});
