/** Several suites in one run: each has its own report, and says nothing of the others' runners. */
import { expect, it } from "vitest";
import type { JobResult } from "../../src/core/result.ts";
import { BenchProject } from "../support/bench-project.ts";
import { ACTIONS_BOT } from "../support/github-objects.ts";
import type { WorkflowRun } from "../support/github-workflow-runs.ts";
import { addPullRun, addRun, openPull, resultOf, uploadResult } from "../support/uploads.ts";

const ofNight = (result: JobResult): JobResult => ({ ...result, suite: { ...result.suite, name: "ci/night.yml" } });

it("two suites give two comments and two check runs, and only what changed is commented where that is wished", async () => {
  await using project = await BenchProject.create();
  const report = (run: WorkflowRun, inputs: Record<string, string> = {}) =>
    project.report("workflow_run", project.github.workflowRunPayload(run.id), { inputs });
  const comments = () => project.github.comments.of(7, ACTIONS_BOT.login).map(({ body }) => body);
  for (const day of [1, 2, 3, 4, 5, 6]) {
    const headSha = await project.github.git.commit("main", { "day.txt": `${day}\n` }, "a merge");
    const run = addRun(project, { event: "push", headBranch: "main", headSha });
    const one = resultOf(run, "box", { speed: 100 + day / 10 });
    for (const result of [one, ofNight(one)]) uploadResult(project, run, result);
    expect((await report(run)).result.outputs["baseline-saved"]).toBe("true");
  }
  expect((await project.history()).size).toBe(12);

  const pull = await openPull(project, 7);
  const run = addPullRun(project, pull);
  const measured = (key: string, speed: number) => resultOf(run, key, { speed, job: { sha: pull.mergeSha } });
  uploadResult(project, run, measured("box", 100.3));
  uploadResult(project, run, ofNight(measured("box", 80)));
  uploadResult(project, run, ofNight(measured("broken", 80)), { bytes: Buffer.from("no archive") });
  const changed = await report(run, { comment: "on-change", "fail-on": "failed" });
  expect(changed.result).toMatchObject({ code: 1, outputs: { verdict: "failed", gate: "fail" } });
  expect(comments()).toHaveLength(1);
  expect(comments()[0]).toContain("finetune-bench:ci-night.yml run");
  expect(comments()[0]).toContain("broken");

  const both = await report(run);
  expect(both.result.outputs["comment-url"]).toContain("/pull/7#");
  const marks = new Set(comments().map((body) => /finetune-bench:(\S+) run/.exec(body)?.[1]));
  expect(comments()).toHaveLength(2);
  expect(marks).toEqual(new Set(["ci-night.yml", "finetune-bench.yml"]));
  expect(comments().find((body) => body.includes("finetune-bench:finetune-bench.yml"))).not.toContain("broken");
  const checks = project.github.checks.filter(({ headSha }) => headSha === pull.head.sha);
  expect(checks).toHaveLength(2);
  expect(Object.fromEntries(checks.map(({ name, conclusion }) => [name, conclusion]))).toEqual({
    "finetune-bench": "success",
    "finetune-bench (ci/night.yml)": "failure",
  });
  expect(project.violations).toEqual([]);
});
