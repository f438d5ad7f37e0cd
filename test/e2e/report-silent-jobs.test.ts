/** Jobs of a matrix that died without a result: found in GitHub's list of the run's jobs, and told in the one report. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { jointReportSchema } from "../../src/core/joint.ts";
import { BenchProject, readJoint } from "../support/bench-project.ts";
import { ACTIONS_BOT } from "../support/github-objects.ts";
import type { RunJob, WorkflowRun } from "../support/github-workflow-runs.ts";
import { addPullRun, addRun, openPull, resultOf, uploadResult } from "../support/uploads.ts";

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
const after = (run: WorkflowRun) => project.report("workflow_run", project.github.workflowRunPayload(run.id));

describe("a machine that was lost before it measured anything", () => {
  const ACTION = `Run ada/finetune-bench@${"0".repeat(40)}`;
  const steps = { "Set up job": "success", [ACTION]: "success" } as const;
  const jobs: readonly RunJob[] = [
    { name: "measure (cuda)", conclusion: "success", steps },
    { name: "measure (metal)", conclusion: "success", steps },
    { name: "measure (cpu)", conclusion: "failure", steps: { "Set up job": "success", [ACTION]: null } },
    { name: "lint", conclusion: "failure", steps: { "Run npm run lint": "failure" } },
  ];

  it("is named in headline and gate, and another job that failed is not", async () => {
    const pull = await openPull(project, 7);
    const run = addPullRun(project, pull, { conclusion: "failure", jobs });
    for (const key of ["pool-cuda", "pool-metal"])
      uploadResult(project, run, resultOf(run, key, { job: { sha: pull.mergeSha } }));
    const { result } = await after(run);
    expect(result).toMatchObject({ code: 1, outputs: { verdict: "failed", gate: "fail" } });
    const [body = "", ...others] = commentsOn(7).map((comment) => comment.body);
    expect(others).toEqual([]);
    expect(body).toContain("### ❌ Nothing came from `measure (cpu)`");
    expect(body).toMatch(
      /No result of `measure \(cpu\)` reached this report: its job failed .*as when a runner is lost/,
    );
    for (const text of [body, result.summary, result.log]) expect(text).not.toMatch(/\blint\b|may have left no result/);
    const check = project.github.checks.find(({ headSha }) => headSha === pull.head.sha);
    expect(check).toMatchObject({
      conclusion: "failure",
      annotations: [{ title: "No result of measure (cpu)" }],
    });

    // Once it was run again and delivered, nothing is missing any more.
    const [cuda, metal] = jobs;
    const again = addPullRun(project, pull, {
      id: run.id,
      attempt: 2,
      jobs: [cuda, metal, { name: "measure (cpu)", conclusion: "success", steps } as const].filter(
        (job) => job !== undefined,
      ),
    });
    uploadResult(project, again, resultOf(again, "pool-cpu", { job: { sha: pull.mergeSha } }));
    expect((await after(again)).result).toMatchObject({ code: 0, outputs: { verdict: "no-baseline" } });
    expect(
      commentsOn(7)
        .map((comment) => comment.body)
        .join(""),
    ).not.toContain("Nothing came from");
  });

  it("cannot be named where the jobs may not be listed: one warning, and all else is as it was", async () => {
    const pull = await openPull(project, 7);
    const run = addPullRun(project, pull, { conclusion: "failure", jobs });
    uploadResult(project, run, resultOf(run, "pool-cuda", { job: { sha: pull.mergeSha } }));
    project.github.fail({ operation: "actions/list-jobs-for-workflow-run", status: 403, message: "Not for you" });
    const { result } = await after(run);
    expect(result).toMatchObject({ code: 0, outputs: { verdict: "no-baseline" } });
    const [body = ""] = commentsOn(7).map((comment) => comment.body);
    expect(body.match(/the jobs of run .* could not be listed: .*Not for you/g)).toHaveLength(1);
    expect(body).toContain("may have left no result");
  });

  it("is found by the last job of the same run as well, which leaves itself out", async () => {
    const report: RunJob = { name: "report", status: "in_progress", conclusion: null, steps: { [ACTION]: null } };
    const never: RunJob = { name: "measure (rocm)", conclusion: "cancelled" };
    const headSha = await project.github.git.commit("main", { "README.md": "# engine\n" }, "a merge");
    const all = [...jobs, never, report];
    const run = addRun(project, {
      event: "push",
      headBranch: "main",
      headSha,
      status: "in_progress",
      conclusion: null,
      jobs: all,
    });
    for (const key of ["pool-cuda", "pool-metal"]) uploadResult(project, run, resultOf(run, key));
    const payload = await project.github.pushPayload("main", run.headSha);
    const { result } = await project.report("push", payload, {
      runId: `${run.id}`,
      inputs: { "fail-on": "regression" },
    });
    expect(result).toMatchObject({ code: 0, outputs: { verdict: "failed", gate: "neutral" } });
    const { missing } = jointReportSchema.parse(await readJoint(result.outputs["results-path"] ?? ""));
    expect(missing.map(({ name }) => name)).toEqual(["measure (cpu)", "measure (rocm)"]);
    expect(result.summary).toContain("Nothing came from 2 of 4 runners");
  });
});
