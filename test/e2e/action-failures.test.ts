import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { type JobResult, jobResultSchema } from "../../src/core/result.ts";
import { BenchProject, type Job } from "../support/bench-project.ts";

/** How each program dies, and what is to be said of it. */
const DEATHS = {
  kill: "killed",
  nan: "not-finite",
  oom: "out-of-memory",
  garbage: "bad-events",
  truncated: "bad-events",
  exit: "exit-code",
  hang: "timeout",
} as const;

const names = Object.keys(DEATHS);

async function resultOf({ result }: Job): Promise<JobResult> {
  const file = path.join(result.outputs["results-path"] ?? "", "result.json");
  return jobResultSchema.parse(JSON.parse(await readFile(file, "utf8")));
}

describe("a benchmark of the shipped action that dies half-way", () => {
  it("is failed with its reason, whatever it died of, and the others go on", async () => {
    const benchmarks = ["before", ...names, "after"];
    await using project = await BenchProject.create({ benchmarks, timeouts: { hang: "4s" } });
    const deaths = names.map((name) => [name, { failure: name, fail_from_repeat: name === "hang" ? 1 : 2 }]);
    const job = await project.push(Object.fromEntries(deaths));
    expect(job.result).toMatchObject({ code: 1, conclusion: "failure", orphans: [] });
    expect(job.result.outputs).toMatchObject({ verdict: "failed", gate: "fail", "baseline-saved": "true" });

    const measured = (await resultOf(job)).benchmarks;
    const states = measured.map(({ id, status }) => [
      id.split(".")[0],
      status.state === "failed" ? status.reason : status.state,
    ]);
    expect(Object.fromEntries(states)).toEqual({ before: "complete", ...DEATHS, after: "complete" });
    // The repeat that went well before is kept, and so is every event written before the end.
    const files = await project.artifacts.files(`finetune-bench-${job.result.outputs["runner-key"]}-${job.runId}-1`);
    for (const name of names.filter((death) => death !== "hang")) {
      const runs = measured.find(({ id }) => id === `${name}.torch-cpu`)?.runs ?? [];
      expect(runs.map((run) => run.outcome.status)).toEqual(["ok", "failed"]);
      expect(runs[0]?.values["tokens_per_second"]).toBeGreaterThan(4000);
      const events = files.get(`runs/${name}.torch-cpu/head-2.jsonl`)?.toString() ?? "";
      expect(events.split("\n").filter((line) => line.startsWith('{"event": "step"')).length).toBeGreaterThanOrEqual(
        11,
      );
    }
    for (const name of names) expect(job.result.summary).toContain(`\`${name}\` · torch-cpu`);
    expect(job.result.summary).toMatch(/### ❌ 7 of 9 benchmarks failed/);

    // A failed benchmark is kept in the file and never compared with; one that worked is.
    const next = await project.pullRequest(7, {});
    expect(next.result.outputs).toMatchObject({ verdict: "no-baseline", gate: "neutral" });
    expect(next.result.summary).toMatch(/`before` · torch-cpu.*tokens per second.*no-change/);
    expect(project.violations).toEqual([]);
  });
});

describe("bad input to the shipped action", () => {
  it("is explained in one line, without a stack, and nothing is run", async () => {
    await using project = await BenchProject.create();
    const cases: [Record<string, string>, RegExp][] = [
      [{ "fail-on": "regresion" }, /input fail-on \(--fail-on\): "regresion" is not accepted.*regression/],
      [{ "time-budget": "half an hour" }, /input time-budget \(--time-budget\): must be a duration such as 90s/],
      [{ suite: "bench.yml" }, /bench\.yml/],
      [{ backends: "cuda" }, /input backends \(--backend\): "cuda" is not accepted/],
      [{ baseline: "bucket:x" }, /baseline.*"bucket:x"/],
    ];
    for (const [inputs, message] of cases) {
      const { result } = await project.pullRequest(7, {}, { inputs });
      expect(result).toMatchObject({ code: 1, conclusion: "failure", outputs: {} });
      const errors = result.annotations.filter((annotation) => annotation.level === "error");
      expect(errors.map((error) => error.message)).toEqual([expect.stringMatching(message)]);
      expect(result.log).not.toMatch(/^ +at /m);
      expect(result.log).not.toContain("forged");
    }
    expect(project.github.comments.of(7)).toEqual([]);
    expect(project.violations).toEqual([]);
  });

  it("names line and column of a mistake in the suite file", async () => {
    await using project = await BenchProject.create({ suite: "repeats: many\n" });
    const { result } = await project.pullRequest(7, {});
    expect(result.code).toBe(1);
    expect(result.annotations.at(-1)?.message).toMatch(/finetune-bench\.yml:2:\d+.*repeats/s);
  });

  it("fails a backend that is named and not there, and runs the others", async () => {
    await using project = await BenchProject.create({ backends: ["torch-cpu", "torch-mps"] });
    const { result } = await project.pullRequest(7, {}, { inputs: { backends: "torch-cpu, torch-mps" } });
    expect(result).toMatchObject({ code: 1, outputs: { verdict: "failed", gate: "fail" } });
    expect(result.summary).toContain("torch-mps");
    expect(result.summary).toMatch(/`steady` · torch-cpu/);
  });

  it("leaves a backend of the suite out on a machine that does not have it", async () => {
    await using project = await BenchProject.create({ backends: ["torch-cpu", "torch-mps"] });
    const { result } = await project.push({});
    expect(result).toMatchObject({ code: 0, outputs: { verdict: "no-baseline", "baseline-saved": "true" } });
  });

  it("warns of a damaged baseline file by its name and compares with the others", async () => {
    await using project = await BenchProject.create();
    const first = await project.push({ steady: { seed: "one" } });
    const damaged = `${first.result.outputs["runner-key"]}/${"b".repeat(40)}-1-1.json`;
    await project.github.git.commit("finetune-bench", { [damaged]: '{"schema":1,' }, "damaged");
    const { result } = await project.pullRequest(7, { steady: { seed: "two" } });
    expect(result).toMatchObject({ code: 0, outputs: { verdict: "no-change", gate: "pass" } });
    expect(result.summary).toContain(damaged);
  });
});
