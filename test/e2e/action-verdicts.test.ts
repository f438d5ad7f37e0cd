import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BenchProject, type Noise } from "../support/bench-project.ts";

/** Between-run noise of a dedicated machine: 0.5 %. */
const QUIET = { between_cv: 0.005 };

/** Of a poor one. */
function wild(seed: string): Noise {
  return { steady: { between_cv: 0.025, seed } };
}

let project: BenchProject;
let pulls = 10;

beforeAll(async () => {
  project = await BenchProject.create();
  for (const seed of ["a", "b", "c"]) await project.push({ steady: { ...QUIET, seed } });
});

afterAll(async () => {
  await project[Symbol.asyncDispose]();
});

async function judge(noise: Noise, inputs: Record<string, string> = {}) {
  pulls += 1;
  const { result } = await project.pullRequest(pulls, noise, { inputs });
  const body = project.github.comments.of(pulls)[0]?.body ?? "";
  expect(project.violations).toEqual([]);
  return { result, body };
}

describe("the verdict of the shipped action, at 0.5 % noise", () => {
  it("is no-change for the same speed, and says what that rules out", async () => {
    const { result, body } = await judge({ steady: { ...QUIET, seed: "d" } });
    expect(result).toMatchObject({ code: 0, outputs: { verdict: "no-change", gate: "pass" } });
    expect(result.summary).toMatch(/^### ✅ No change in 1 benchmark/);
    expect(body).toMatch(/rules out slow-downs above [1-4]\.\d %/i);
  });

  it("is an improvement for 15 % less time", async () => {
    const { result, body } = await judge({ steady: { ...QUIET, seed: "f", slowdown: 0.85 } });
    expect(result).toMatchObject({ code: 0, outputs: { verdict: "improvement" } });
    expect(body).toMatch(/### ✅ .*1[78]\.?\d? % faster/);
  });

  it("is a regression of memory without noise to hide behind", async () => {
    const { result, body } = await judge({ steady: { ...QUIET, seed: "g", peak_bytes: 2_100_000_000 } });
    expect(result).toMatchObject({ code: 1, outputs: { verdict: "regression", gate: "fail" } });
    expect(body).toMatch(/5(?:\.0)? % more (?:peak )?memory/);
  });

  it("is failed for a program that dies, and fails the job", async () => {
    const { result, body } = await judge({ steady: { ...QUIET, seed: "h", failure: "exit" } });
    expect(result).toMatchObject({ code: 1, conclusion: "failure", outputs: { verdict: "failed", gate: "fail" } });
    expect(body).toMatch(/### ❌ .*steady.*ended with an error/);
    expect(body).toContain("the data file is missing");
    const never = await judge({ steady: { ...QUIET, seed: "h", failure: "exit" } }, { "fail-on": "never" });
    expect(never.result).toMatchObject({ code: 0, outputs: { verdict: "failed" } });
  });

  it("comments on changes alone when it is told so", async () => {
    const quiet = await judge({ steady: { ...QUIET, seed: "i" } }, { comment: "on-change" });
    expect(quiet.result.outputs).toMatchObject({ verdict: "no-change", "comment-url": "" });
    expect(quiet.body).toBe("");
    const changed = await judge({ steady: { ...QUIET, seed: "i", slowdown: 1.25 } }, { comment: "on-change" });
    expect(changed.body).toContain("slower");
    const never = await judge({ steady: { ...QUIET, seed: "i", slowdown: 1.25 } }, { comment: "never" });
    expect(never.body).toBe("");
    expect(never.result.summary).toContain("slower");
  });
});

describe("the verdict of the shipped action without confirmation", () => {
  it("is an unconfirmed regression for 20 % less, which is neutral unless it is asked to fail", async () => {
    await using alone = await BenchProject.create({ suite: "judge: { confirm: never }\n" });
    for (const seed of ["a", "b", "c"]) await alone.push({ steady: { ...QUIET, seed } });
    const slow = { steady: { ...QUIET, seed: "e", slowdown: 1.25 } };
    const { result } = await alone.pullRequest(5, slow);
    expect(result).toMatchObject({
      code: 0,
      conclusion: "success",
      outputs: { verdict: "regression", gate: "neutral" },
    });
    expect(result.summary).toMatch(/### ⚠️ .*(19\.\d|20(?:\.\d)?|20) % slower.*unconfirmed/);
    const strict = await alone.pullRequest(5, slow, { inputs: { "fail-on": "regression, failed, unconfirmed" } });
    expect(strict.result).toMatchObject({
      code: 1,
      conclusion: "failure",
      outputs: { verdict: "regression", gate: "fail" },
    });
    expect(strict.result.annotations).toContainEqual(
      expect.objectContaining({ level: "error", message: expect.stringContaining("unconfirmed") }),
    );
    expect(strict.result.log).not.toContain("Confirm:");
    expect(alone.violations).toEqual([]);
  });

  it("is inconclusive at 2.5 % noise, and says which change it could have seen", async () => {
    await using noisy = await BenchProject.create({ suite: "judge: { confirm: never }\n" });
    for (const seed of ["a", "b", "c"]) await noisy.push(wild(seed));
    const { result } = await noisy.pullRequest(7, wild("d"));
    expect(result).toMatchObject({ code: 0, outputs: { verdict: "inconclusive", gate: "neutral" } });
    expect(result.summary).toMatch(/^### ❔ /);
    expect(result.summary).toMatch(/A change below \d+\.\d % could not have been seen/);
    const strict = await noisy.pullRequest(7, wild("d"), { inputs: { "fail-on": "inconclusive" } });
    expect(strict.result).toMatchObject({ code: 1, outputs: { gate: "fail" } });
    expect(noisy.violations).toEqual([]);
  });
});
