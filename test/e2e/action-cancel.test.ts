import { existsSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { jobResultSchema } from "../../src/core/result.ts";
import { BenchProject, readResult } from "../support/bench-project.ts";

/** What a run of a benchmark has printed so far. */
function printed(runs: string | null, run = "head-1"): string {
  const log = path.join(runs ?? "", `${run}.log`);
  return runs !== null && existsSync(log) ? readFileSync(log, "utf8") : "";
}

describe("the shipped action when its job is cancelled", () => {
  it.each(["hang", "stubborn"])("leaves no process behind and keeps what it has (%s)", async (failure) => {
    await using project = await BenchProject.create({ benchmarks: ["quick", "stuck"] });
    const { result, runId } = await project.push(
      { stuck: { failure } },
      { cancelWhen: () => printed(project.runsOf("stuck.torch-cpu")).includes("hanging") },
    );
    // The runner's own SIGTERM, 7.5 s later, was not needed.
    expect(result).toMatchObject({ conclusion: "cancelled", signals: ["SIGINT"], orphans: [] });
    expect(result.code).not.toBe(0);
    expect(result.cancelMs).toBeLessThan(7500);

    const folder = path.join(
      result.temp,
      "finetune-bench",
      `finetune-bench-${result.outputs["runner-key"]}-${runId}-1`,
    );
    const job = jobResultSchema.parse(JSON.parse(await readFile(path.join(folder, "result.json"), "utf8")));
    expect(
      job.benchmarks.map(({ id, status }) => [id, status.state === "failed" ? status.reason : status.state]),
    ).toEqual([
      ["quick.torch-cpu", "cancelled"],
      ["stuck.torch-cpu", "cancelled"],
    ]);
    expect(job.benchmarks[0]?.runs.map((run) => run.outcome.status)).toEqual(["ok"]);
    const events = await readFile(path.join(folder, "runs", "stuck.torch-cpu", "head-1.jsonl"), "utf8");
    expect(events.trimEnd().split("\n")).toHaveLength(11);
    expect(result.annotations.map((annotation) => annotation.message).join("\n")).toMatch(/cancelled/);
    // A cancelled job is no point of the history.
    expect(result.outputs["baseline-saved"]).not.toBe("true");
    expect((await project.history()).size).toBe(0);
  });

  it("says in its summary what it had no time left to publish", async () => {
    await using project = await BenchProject.create();
    let isAsked = false;
    project.artifacts.fail({
      operation: "CreateArtifact",
      hang: true,
      before: async () => void (isAsked = true),
    });
    const { result } = await project.push({}, { cancelWhen: () => isAsked });
    expect(result).toMatchObject({ conclusion: "cancelled", signals: ["SIGINT"], orphans: [] });
    expect(result.code).not.toBe(0);
    expect(result.cancelMs).toBeLessThan(7500);
    expect(result.summary).toMatch(/was not uploaded: the job was cancelled, and its time was over/);
    expect(result.outputs["results-path"]).not.toBe("");
  });

  it("keeps the pairs it has when it is cancelled between them, removes the base, and gives no verdict on half of them", async () => {
    await using project = await BenchProject.create();
    for (const seed of ["a", "b", "c"]) await project.push({ steady: { seed } });
    const { result } = await project.pullRequest(
      7,
      { steady: { slowdown: 1.2, failure: "hang", fail_from_repeat: 6 } },
      { cancelWhen: () => printed(project.runsOf("steady.torch-cpu"), "head-6").includes("hanging") },
    );
    expect(result).toMatchObject({ conclusion: "cancelled", signals: ["SIGINT"], orphans: [] });
    expect(result.outputs).toMatchObject({ verdict: "inconclusive" });
    const job = jobResultSchema.parse(await readResult(result.outputs["results-path"] ?? ""));
    expect(job.benchmarks[0]?.status.state).toBe("complete");
    expect(job.benchmarks[0]?.paired?.base).toHaveLength(2);
    expect(job.benchmarks[0]?.paired?.stopped).toMatchObject({ reason: "cancelled" });
    expect(job.control[0]?.runs).toHaveLength(2);
    expect(await readdir(result.temp)).toEqual(expect.not.arrayContaining([expect.stringMatching(/^finetune-bench-/)]));
  });
});
