/** What the shipped action does where history cannot clear a pull request: pairs with the base commit, in one job. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { jobResultSchema, type JobResult } from "../../src/core/result.ts";
import { BenchProject, type Job, type Noise, readResult } from "../support/bench-project.ts";

const QUIET = { between_cv: 0.003 };

function steady(seed: string, more: Record<string, string | number> = {}): Noise {
  return { steady: { ...QUIET, seed, ...more } };
}

/** Of a poor runner. */
function wild(seed: string): Noise {
  return { steady: { between_cv: 0.025, seed } };
}

/** What the job measured, as it stands in its results folder. */
async function resultOf({ result }: Job): Promise<JobResult> {
  return jobResultSchema.parse(await readResult(result.outputs["results-path"] ?? ""));
}

async function quietRunner(): Promise<BenchProject> {
  const project = await BenchProject.create();
  for (const seed of ["a", "b", "c", "d", "e"]) await project.push(steady(seed));
  return project;
}

describe("a pull request on a quiet runner with a history", () => {
  let project: BenchProject;
  beforeAll(async () => {
    project = await quietRunner();
  });
  afterEach(() => {
    if (project.violations.length > 0) throw new Error(project.violations.join("\n"));
  });
  afterAll(() => project[Symbol.asyncDispose]());

  it("unchanged: is cleared by history alone, and no base is checked out", async () => {
    const job = await project.pullRequest(21, steady("f"));
    expect(job.result).toMatchObject({ code: 0, outputs: { verdict: "no-change", gate: "pass" } });
    const { benchmarks, confirmation, control } = await resultOf(job);
    expect(benchmarks[0]?.paired).toBeNull();
    // First and last in the job.
    expect(control.map(({ runs }) => runs.length)).toEqual([2]);
    expect(confirmation).toMatchObject({ spent_s: 0 });
    expect(job.result.log).not.toContain("Confirm:");
  });

  it("15 % slower: is confirmed by four interleaved pairs, and fails", async () => {
    const job = await project.pullRequest(22, steady("g", { slowdown: 1 / 0.85 }));
    expect(job.result).toMatchObject({
      code: 1,
      conclusion: "failure",
      outputs: { verdict: "regression", gate: "fail" },
    });
    const body = project.github.comments.of(22)[0]?.body ?? "";
    expect(body).toMatch(/^### ❌ .*1[45](\.\d)? % slower/m);
    expect(body).not.toContain("unconfirmed");
    expect(body).toContain("4 interleaved");
    const { benchmarks, confirmation, control } = await resultOf(job);
    // And once more after the pairs, so that their machine is watched too.
    expect(control.map(({ runs }) => runs.length)).toEqual([3]);
    const paired = benchmarks[0]?.paired;
    expect(paired).toMatchObject({ stopped: null });
    expect([paired?.base.length, paired?.head.length]).toEqual([4, 4]);
    expect(confirmation?.base_sha).toBe(await project.github.git.resolve("main"));
    expect(confirmation?.spent_s).toBeGreaterThan(0);
    expect(job.result.log).toMatch(/Confirm: 1 benchmark beside [0-9a-f]{7}, what the pull request is merged into/);
    expect(job.result.log).toMatch(/pairs: 4 pairs of 1 benchmark, about \d/);
    // A B B A, after one discarded run of each side.
    const order = [...job.result.log.matchAll(/\(pairs, (base|head), \d+ of \d+ runs\)/g)].map(([, side]) => side?.[0]);
    expect(order.join("")).toBe("bhbhhbbhhb");
  });

  it("12 % faster: is an improvement that pairs confirm", async () => {
    const job = await project.pullRequest(23, steady("h", { slowdown: 0.89 }));
    expect(job.result).toMatchObject({ code: 0, outputs: { verdict: "improvement", gate: "pass" } });
  });

  it("more memory, same speed: the base of today is asked by one pair, no more", async () => {
    const job = await project.pullRequest(24, steady("i", { peak_bytes: 2_100_000_000 }));
    expect(job.result).toMatchObject({ code: 1, outputs: { verdict: "regression", gate: "fail" } });
    expect((await resultOf(job)).benchmarks[0]?.paired?.base).toHaveLength(1);
  });

  it("a slow base as well: the environment moved, and the pull request is not blamed", async () => {
    // Whatever slows both sides down today is not in the repository: a variable of the job does it here.
    const job = await project.pullRequest(25, steady("j"), { env: { FINETUNE_BENCH_SLOWDOWN: "0.15" } });
    expect(job.result).toMatchObject({ code: 0, outputs: { verdict: "no-change", gate: "pass" } });
    expect((await resultOf(job)).benchmarks[0]?.paired?.base.length).toBeGreaterThanOrEqual(4);
  });

  it("a machine that slows its control is blamed itself, and nothing is confirmed", async () => {
    const slow = { FINETUNE_BENCH_SLOWDOWN: "0.15", FINETUNE_BENCH_TEST_CONTROL_SLOWDOWN: "1.15" };
    const job = await project.pullRequest(26, steady("k"), { env: slow });
    expect(job.result).toMatchObject({ code: 0, outputs: { verdict: "inconclusive", gate: "neutral" } });
    const body = project.github.comments.of(26)[0]?.body ?? "";
    expect(body).toMatch(
      /^### ⚠️ The machine moved: the control workload on \S+ .*1[45](\.\d)? % .*than in its history/m,
    );
    expect((await resultOf(job)).benchmarks[0]?.paired).toBeNull();
  });

  it("no time left for pairs: is inconclusive and says so", async () => {
    // Three runs leave less than a second, and pairs would take ten runs more, on the quickest machine.
    const slow = steady("l", { slowdown: 1.2, wait_s: 1 });
    const job = await project.pullRequest(27, slow, { inputs: { "time-budget": "4s" } });
    expect(job.result.outputs).toMatchObject({ verdict: "inconclusive", gate: "neutral" });
    expect(job.result.summary).toContain("time budget");
  });
});

it("an accepted change passes, starts a new baseline when it lands, and is spent then", async () => {
  // Of its own, because it moves the default branch.
  await using project = await quietRunner();
  const slower = steady("m", { slowdown: 1 / 0.85 });
  const refused = await project.pullRequest(28, slower);
  expect(refused.result.outputs).toMatchObject({ gate: "fail" });
  const body = project.github.comments.of(28)[0]?.body ?? "";
  const yaml = /```ya?ml\n([^`]*)```/.exec(body)?.[1] ?? "";
  expect(yaml).toContain("benchmark: steady.torch-cpu");
  const accept = yaml.replace(/reason: ""[^\n]*/, "reason: exact accumulation");
  project.extraFiles["finetune-bench.accept.yml"] = accept;
  const job = await project.pullRequest(28, slower);
  expect(job.result).toMatchObject({ code: 0, outputs: { verdict: "no-change", gate: "pass" } });
  expect(project.github.comments.of(28)[0]?.body).toMatch(/^### ✅ 1 accepted change on .*, nothing else/m);
  await project.push(slower);
  const later = await project.pullRequest(29, steady("n", { slowdown: 1 / 0.85 }));
  expect(later.result.outputs).toMatchObject({ verdict: "no-change", gate: "pass" });
  const more = await project.pullRequest(30, steady("o", { slowdown: 1 / 0.7 }));
  expect(more.result.outputs).toMatchObject({ verdict: "regression", gate: "fail" });
  expect(project.violations).toEqual([]);
});

describe("a pull request on a poor runner", () => {
  it("unchanged and noisy: goes to pairs, and is cleared or left inconclusive", async () => {
    await using project = await BenchProject.create();
    for (const seed of ["a", "b", "c"]) await project.push(wild(seed));
    for (const [number, seed] of [
      [31, "d"],
      [32, "e"],
    ] as const) {
      const job = await project.pullRequest(number, wild(seed));
      expect(["no-change", "inconclusive"]).toContain(job.result.outputs["verdict"]);
      expect(job.result.code).toBe(0);
      expect((await resultOf(job)).benchmarks[0]?.paired?.base.length).toBeGreaterThanOrEqual(4);
    }
    expect(project.violations).toEqual([]);
  });
});

describe("a pull request without any history", () => {
  it("is judged by pairs alone, or has no baseline where the base does not know the benchmark", async () => {
    await using project = await BenchProject.create();
    const first = await project.pullRequest(41, steady("a"));
    expect(first.result.outputs).toMatchObject({ verdict: "no-baseline" });
    expect(first.result.summary).toContain("Nothing to compare yet");
    await project.merge(steady("a"));
    const second = await project.pullRequest(42, steady("b", { slowdown: 1.2 }));
    expect(second.result.outputs).toMatchObject({ verdict: "regression", gate: "fail" });
    const third = await project.pullRequest(43, steady("c"));
    expect(third.result.outputs).toMatchObject({ verdict: "no-change" });
    expect(project.violations).toEqual([]);
  });
});
