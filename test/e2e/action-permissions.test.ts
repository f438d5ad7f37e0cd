import { describe, expect, it } from "vitest";
import { BenchProject } from "../support/bench-project.ts";

const warnings = (annotations: readonly { level: string; message: string }[]) =>
  annotations.filter((annotation) => annotation.level === "warning").map((annotation) => annotation.message);

describe("the shipped action with too few permissions", () => {
  it("shows everything in the summary and names pull-requests: write when it may not comment", async () => {
    await using project = await BenchProject.create({ permissions: { contents: "read", "pull-requests": "read" } });
    const { result } = await project.pullRequest(7, {});
    expect(result).toMatchObject({
      code: 0,
      conclusion: "success",
      outputs: { verdict: "no-baseline", "comment-url": "" },
    });
    expect(result.outputs["artifact-url"]).toMatch(/\/artifacts\/\d+$/);
    expect(result.summary).toContain("Nothing to compare yet");
    expect(result.summary).toContain("pull-requests: write");
    expect(warnings(result.annotations)).toContainEqual(expect.stringContaining("pull-requests: write"));
    expect(project.github.comments.of(7)).toEqual([]);
    expect(project.violations).toEqual([]);
  });

  it("names the permission too where it may not even read comments", async () => {
    await using project = await BenchProject.create({ permissions: { contents: "read" } });
    const { result } = await project.pullRequest(7, {});
    expect(result).toMatchObject({ code: 0, outputs: { verdict: "no-baseline", "comment-url": "" } });
    expect(result.summary).toContain("pull-requests: write");
  });

  it("judges the run and names contents: write when it may not save", async () => {
    await using project = await BenchProject.create();
    await project.push({ steady: { seed: "one" } });
    const reader = project.github.issueToken({ contents: "read" });
    const { result } = await project.push({ steady: { seed: "two" } }, { token: reader });
    expect(result.outputs).toMatchObject({ verdict: "no-change", gate: "pass", "baseline-saved": "false" });
    expect(result.code).toBe(0);
    expect(result.summary).toContain("contents: write");
    const annotations = result.annotations.map((annotation) => annotation.message);
    expect(annotations).toContainEqual(expect.stringMatching(/baseline not saved.*contents: write/s));
    expect((await project.history()).size).toBe(1);
    expect(project.violations).toEqual([]);
  });

  it("refuses the code of forks, and runs it when it is allowed to", async () => {
    await using project = await BenchProject.create();
    const mallory = { login: "mallory", id: 666, type: "User" } as const;
    await project.pullRequest(7, {});
    const pull = await project.github.pulls.open({ number: 7, head: "change-7", fork: mallory });
    const token = project.github.issueToken({ contents: "read", "pull-requests": "read" });
    const comments = project.github.comments.of(7).length;
    const run = (inputs: Record<string, string>) =>
      project.run("pull_request", project.github.pullPayload(7), pull.mergeSha, { token, inputs });
    const refused = await run({});
    expect(refused.result).toMatchObject({ code: 1, outputs: {} });
    expect(refused.result.annotations.at(-1)?.message).toMatch(/comes from a fork.*allow-forks/s);
    expect(refused.result.log).not.toContain("forged");
    const allowed = await run({ "allow-forks": "true" });
    expect(allowed.result).toMatchObject({ code: 0, outputs: { verdict: "no-baseline", "comment-url": "" } });
    expect(project.github.comments.of(7)).toHaveLength(comments);
  });
});

describe("the shipped action while GitHub is in trouble", () => {
  it("tries again what failed for a moment", async () => {
    await using project = await BenchProject.create();
    project.github.fail({ operation: "issues/create-comment", status: 502 });
    const { result } = await project.pullRequest(7, {});
    expect(result.code).toBe(0);
    expect(project.github.comments.of(7)).toHaveLength(1);
    expect(result.outputs["comment-url"]).toContain("#issuecomment-");
  });

  it("writes its results although the artifact storage refuses", async () => {
    await using project = await BenchProject.create();
    project.artifacts.fail({
      operation: "CreateArtifact",
      status: 403,
      message: "artifact storage quota has been hit",
    });
    const { result } = await project.pullRequest(7, {});
    expect(result).toMatchObject({ code: 0, outputs: { verdict: "no-baseline", "artifact-url": "" } });
    expect(result.outputs["comment-url"]).toContain("#issuecomment-");
    expect(warnings(result.annotations)).toContainEqual(expect.stringContaining("quota has been hit"));
  });

  it("judges by pairs when the history cannot be read, and says so", async () => {
    await using project = await BenchProject.create();
    await project.push({ steady: { seed: "one" } });
    project.github.fail({ operation: "repos/download-tarball-archive", times: Infinity, status: 500 });
    const { result } = await project.pullRequest(7, { steady: { seed: "two" } });
    expect(result).toMatchObject({ code: 0, outputs: { verdict: "no-change", gate: "pass" } });
    expect(result.summary).toMatch(/could not be read: GitHub answered 500/);
  });

  it("does not look green when neither history nor base can be read", async () => {
    await using project = await BenchProject.create({ suite: "judge: { confirm: never }\n" });
    await project.push({ steady: { seed: "one" } });
    project.github.fail({ operation: "repos/download-tarball-archive", times: Infinity, status: 500 });
    const { result } = await project.pullRequest(7, { steady: { seed: "two" } });
    expect(result).toMatchObject({ code: 0, outputs: { verdict: "no-baseline", gate: "neutral" } });
    expect(result.summary).toMatch(/could not be read: GitHub answered 500/);
  });
});
