/** What the shipped action makes of a long history: lasting changes of the default branch, and baselines that are too old. */
import { expect, it } from "vitest";
import { reportSchema } from "../../src/core/report.ts";
import { jobResultSchema, type JobResult } from "../../src/core/result.ts";
import { storedPath, storedText } from "../../src/core/stored-result.ts";
import { BenchProject, type Job, type Noise, readReport, readResult } from "../support/bench-project.ts";
import { earlier, store } from "../support/stored-days.ts";

function steady(seed: string): Noise {
  return { steady: { between_cv: 0.003, seed } };
}

async function measuredBy({ result }: Job): Promise<JobResult> {
  return jobResultSchema.parse(await readResult(result.outputs["results-path"] ?? ""));
}

it("finds since when the default branch is slower, by commit range, and blames no pull request", async () => {
  await using project = await BenchProject.create();
  const first = await measuredBy(await project.push(steady("a")));
  // Eight days at a higher level, then five at today's.
  await store(
    project,
    Array.from({ length: 13 }, (_, index) => earlier(first, 13 - index, index < 8 ? 1.08 : 1)),
  );
  const job = await project.push(steady("b"));
  const report = reportSchema.parse(await readReport(job.result.outputs["results-path"] ?? ""));
  expect(report.change_points).toHaveLength(1);
  expect(report.change_points[0]).toMatchObject({
    last_good: "6".padStart(40, "0"),
    first_bad: "5".padStart(40, "0"),
    verdict: "regression",
    pending: false,
  });
  expect(report.change_points[0]?.effect).toBeCloseTo(1 / 1.08 - 1, 2);
  expect(job.result.code).toBe(0);
  expect(job.result.summary).toMatch(/1 lasting change of the default branch/);
  expect(job.result.summary).toMatch(/after `0000000`, up to `0000000`.*−7\.\d.% worse.*settled, 7 jobs since/);
  const pull = await project.pullRequest(7, steady("c"));
  expect(pull.result.outputs).toMatchObject({ verdict: "no-change", gate: "pass" });
  expect(project.violations).toEqual([]);
});

it("judges nothing against a baseline that is too old, says so loudly, and fails where that is asked for", async () => {
  await using project = await BenchProject.create({ suite: "judge: { max-baseline-age: 30d, confirm: never }\n" });
  const fresh = await measuredBy(await project.push(steady("a")));
  const branch = "old-history";
  const old = [45, 46, 47, 48].map((days) => earlier(fresh, days, 1));
  const files = Object.fromEntries(old.map((job) => [storedPath(job), storedText(job)]));
  await project.github.git.commit(branch, files, "old jobs");
  const inputs = { baseline: `branch:${branch}` };
  const job = await project.pullRequest(7, steady("b"), { inputs });
  expect(job.result).toMatchObject({ code: 0, outputs: { verdict: "no-baseline", gate: "neutral" } });
  expect(job.result.summary).toMatch(/45 days old/);
  const strict = await project.pullRequest(7, steady("b"), {
    inputs: { ...inputs, "fail-on": "regression, no-baseline" },
  });
  expect(strict.result).toMatchObject({ code: 1, outputs: { verdict: "no-baseline", gate: "fail" } });
  expect(project.violations).toEqual([]);
});

function nightly(seed: string): Noise {
  return { ...steady(seed), night: { between_cv: 0.003, seed } };
}

it("two suites in two steps of one job: both are stored and uploaded, and each is compared with its own", async () => {
  await using project = await BenchProject.create();
  project.extraFiles["bench/night.yml"] = `version: 1
benchmarks:
  - name: night
    command: [python3, train.py, night]
    backends: [torch-cpu]
`;
  const runId = "9000000500";
  const first = await project.push(nightly("a"), { runId });
  const payload = await project.github.pushPayload("main", first.sha);
  const second = await project.run("push", payload, first.sha, { runId, inputs: { suite: "bench/night.yml" } });
  const [one, two] = [first, second].map(({ result }) => result.outputs);
  expect([one?.["baseline-saved"], two?.["baseline-saved"]]).toEqual(["true", "true"]);
  expect([...(await project.history()).values()].map(({ suite }) => suite.name).sort()).toEqual([
    "bench/night.yml",
    "finetune-bench.yml",
  ]);
  expect(project.artifacts.artifacts()).toHaveLength(2);
  // The second step empties its own folder, and not the one of the first.
  expect(two?.["results-path"]).not.toBe(one?.["results-path"]);
  const pull = await project.pullRequest(7, nightly("b"), { inputs: { suite: "bench/night.yml" } });
  const report = reportSchema.parse(await readReport(pull.result.outputs["results-path"] ?? ""));
  expect(report.comparisons[0]).toMatchObject({ benchmark: "night.torch-cpu", base: { count: 1 } });
  expect(report.failures).toEqual([]);
  expect(project.violations).toEqual([]);
});
