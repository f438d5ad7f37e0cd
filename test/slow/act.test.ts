import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ActResult, findAct, runAct } from "../support/act.ts";
import { BenchProject } from "../support/bench-project.ts";
import { ACTIONS_BOT } from "../support/github-objects.ts";
import { QUIET_PYTHON } from "../support/local-command.ts";

const act = findAct();
const FILE = path.join(import.meta.dirname, "..", "..", "workflows", "finetune-bench.yml");
const CHECKOUT = "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd";
const ACTION = "OWNER/finetune-bench@0000000000000000000000000000000000000000";

function stepsOf(job: string, result: "success" | "failure"): Record<string, string> {
  return {
    [`${job}/Set up job`]: "success",
    [`${job}/${CHECKOUT}`]: "success",
    [`${job}/${ACTION}`]: result,
    [`${job}/Complete job`]: "success",
  };
}

describe("workflows/finetune-bench.yml, executed by act", () => {
  let project: BenchProject;
  let workflow: string;
  let runs = 0;

  beforeAll(async () => {
    project = await BenchProject.create();
    workflow = path.join(project.temp, "..", "workflow.yml");
    const text = await readFile(FILE, "utf8");
    // Stolen time of a shared machine would keep honest results out of the history.
    const quiet = `\n        with:\n          python: ${JSON.stringify(QUIET_PYTHON)}\n`;
    const steady = text.replaceAll(new RegExp(`(uses: ${ACTION}).*\n`, "g"), `$1${quiet}`);
    // act is older than `queue`, and concurrency means nothing to it.
    await writeFile(workflow, steady.replace("\n  queue: max\n", "\n"));
  });

  afterAll(async () => {
    await project[Symbol.asyncDispose]();
  });

  async function run(event: string, payload: object): Promise<ActResult> {
    runs += 1;
    const result = await runAct(act, {
      repository: project.workspace,
      workflow,
      event,
      payload,
      github: project.github,
      artifacts: project.artifacts,
      actions: { [ACTION]: project.actionDir },
      runId: `${runs}`,
    });
    // An unmatched `runs-on` would skip the job without a word.
    expect(result.log).not.toMatch(/Skipping unsupported platform/);
    expect(project.violations).toEqual([]);
    return result;
  }

  it("comments on the pull request that adds it, records the merge, and compares the next one", async () => {
    const { comments } = project.github;
    await project.propose(7, { steady: { seed: "a" } });
    const first = await run("pull_request", project.github.pullPayload(7, "opened"));
    expect(first).toMatchObject({
      code: 0,
      jobs: { "pull-request": "success" },
      steps: stepsOf("pull-request", "success"),
    });
    expect(Object.keys(first.jobs)).toEqual(["pull-request"]);
    expect(first.outputs).toMatchObject({ verdict: "no-baseline", gate: "neutral", "baseline-saved": "false" });
    expect(first.summaries).toEqual([expect.stringContaining("Merge to record")]);
    expect(comments.of(7).map((comment) => comment.author.login)).toEqual([ACTIONS_BOT.login]);

    const sha = await project.merge({ steady: { seed: "b" } });
    const merged = await run("push", await project.github.pushPayload("main", sha));
    expect(merged).toMatchObject({ code: 0, steps: stepsOf("history", "success") });
    expect(merged.jobs).toEqual({ history: "success" });
    expect(merged.outputs["baseline-saved"]).toBe("true");
    // act copies the checkout without its .git, so the commit is not known there.
    const key = merged.outputs["runner-key"];
    expect([...(await project.history()).keys()]).toEqual([expect.stringMatching(`^${key}/\\w+-2-1\\.json$`)]);

    await project.propose(8, { steady: { seed: "c" } });
    const second = await run("pull_request", project.github.pullPayload(8));
    expect(second.outputs).toMatchObject({ verdict: "no-change", gate: "pass", "baseline-saved": "false" });
    expect(comments.of(8)).toHaveLength(1);
    expect(project.artifacts.artifacts().map((artifact) => artifact.run)).toEqual(["act-1", "act-2", "act-3"]);
    expect((await project.history()).size).toBe(1);
  });

  it("fails the job of a pull request whose benchmark dies", async () => {
    await project.propose(9, { steady: { seed: "d", failure: "kill" } });
    const result = await run("pull_request", project.github.pullPayload(9));
    expect(result).toMatchObject({ code: 1, steps: stepsOf("pull-request", "failure") });
    expect(result.jobs).toEqual({ "pull-request": "failure" });
    expect(result.outputs).toMatchObject({ verdict: "failed", gate: "fail" });
    expect(project.github.comments.of(9)[0]?.body).toContain("❌");
  });

  it("runs no code of forks, nor for pushes to other branches", async () => {
    await project.propose(10, { steady: { seed: "e" } });
    const fork = { login: "mallory", id: 666, type: "User" } as const;
    await project.github.pulls.open({ number: 10, head: "change-10", fork });
    const calls = project.github.calls.length;
    const foreign = await run("pull_request", project.github.pullPayload(10));
    expect(foreign).toMatchObject({ code: 0, jobs: {}, steps: {}, outputs: {} });
    const { git } = project.github;
    const side = await git.commit("change-10", { "notes.txt": "on the side\n" });
    const pushed = await run("push", await project.github.pushPayload("change-10", side));
    expect(pushed).toMatchObject({ code: 0, jobs: {}, steps: {}, outputs: {} });
    expect(project.github.calls).toHaveLength(calls);
  });
});
