import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { reportSchema } from "../../src/core/report.ts";
import { jobResultSchema } from "../../src/core/result.ts";
import { BenchProject, resultFiles } from "../support/bench-project.ts";
import { checkoutState } from "../support/git-backend.ts";
import { ACTIONS_BOT } from "../support/github-objects.ts";

const BOT = ACTIONS_BOT.login;

describe("the shipped action on a pull request", () => {
  it("measures, sets its outputs, uploads the results and comments once", async () => {
    await using project = await BenchProject.create();
    const { result, sha, runId } = await project.pullRequest(7, { steady: { seed: "first" } });
    expect(result).toMatchObject({ code: 0, conclusion: "success", orphans: [], state: {} });
    const key = result.outputs["runner-key"] ?? "";
    expect(key).toMatch(/^[a-z0-9][a-z0-9._-]+$/);
    const name = `finetune-bench-${key}-${runId}-1`;
    const [stored] = project.artifacts.artifacts();
    const [comment] = project.github.comments.of(7);
    expect(result.outputs).toEqual({
      verdict: "no-baseline",
      gate: "neutral",
      "runner-key": key,
      "baseline-saved": "false",
      "results-path": path.join(result.temp, "finetune-bench", name),
      "artifact-url": `${project.serverUrl}/ada/engine/actions/runs/${runId}/artifacts/${stored?.id}`,
      "comment-url": `https://github.com/ada/engine/pull/7#issuecomment-${comment?.id}`,
      "check-run-url": "",
    });
    expect(result.summary).toMatch(/^### ℹ️ Nothing to compare yet/);
    expect(result.summary).toContain("Merge to record");

    const expected = ["device.jsonl", "report.json", "report.md", "result.json"];
    const runs = [1, 2, 3].flatMap((run) => [`head-${run}.jsonl`, `head-${run}.log`]);
    const controls = runs.filter((file) => !file.startsWith("head-3"));
    expected.push(...controls.map((file) => `runs/control.torch-cpu/${file}`));
    expected.push(...runs.map((file) => `runs/steady.torch-cpu/${file}`));
    expect(stored?.name).toBe(name);
    const files = await project.artifacts.files(name);
    expect([...files.keys()].sort()).toEqual(expected);
    expect(await resultFiles(result.outputs["results-path"] ?? "")).toEqual(expected);
    const job = jobResultSchema.parse(JSON.parse(files.get("result.json")?.toString() ?? ""));
    expect(job.job).toMatchObject({ repository: "ada/engine", run_id: runId, sha, pull_request: 7, dirty: false });
    expect(job.benchmarks.map(({ id, runs: all }) => [id, all.map((run) => run.outcome.status)])).toEqual([
      ["steady.torch-cpu", ["ok", "ok", "ok"]],
    ]);
    const report = reportSchema.parse(JSON.parse(files.get("report.json")?.toString() ?? ""));
    expect(report.gate).toMatchObject({ gate: "neutral", verdict: "no-baseline" });
    expect(files.get("report.md")?.toString()).toContain("Nothing to compare yet");
    expect(files.get("runs/steady.torch-cpu/head-1.log")?.toString()).toContain("::error::forged");

    expect(await project.github.git.resolve("finetune-bench")).toBeNull();
    expect(project.violations).toEqual([]);
  });

  it("obeys no command the training program prints", async () => {
    await using project = await BenchProject.create();
    const { result } = await project.pullRequest(7, {});
    expect(result.log).toContain("forged by the training program");
    expect(result.annotations.filter((annotation) => annotation.level === "error")).toEqual([]);
    expect(JSON.stringify(result.annotations)).not.toContain("forged");
    expect(result.log).not.toContain(project.github.token);
  });

  it("keeps to one comment of its own among 35 foreign ones, one of which copies its marker", async () => {
    await using project = await BenchProject.create();
    await project.pullRequest(1, { steady: { seed: "elsewhere" } });
    const copied = project.github.comments.of(1, BOT)[0]?.body ?? "";
    expect(copied).toContain("<!--");
    const { comments } = project.github;
    for (let index = 0; index < 34; index += 1) comments.add(7, `remark ${index}`);
    const copy = comments.add(7, copied);

    const first = await project.pullRequest(7, { steady: { seed: "one" } });
    const own = comments.of(7, BOT);
    expect(own).toHaveLength(1);
    expect(own[0]).toMatchObject({ edits: 0, body: expect.stringContaining("Nothing to compare yet") });
    expect(first.result.outputs["comment-url"]).toMatch(new RegExp(`issuecomment-${own[0]?.id}$`));

    const before = own[0]?.body;
    const second = await project.pullRequest(7, { steady: { seed: "two" } });
    expect(comments.of(7, BOT)).toHaveLength(1);
    expect(comments.of(7, BOT)[0]).toMatchObject({ id: own[0]?.id, edits: 1 });
    expect(comments.of(7, BOT)[0]?.body).not.toBe(before);
    expect(second.result.outputs["comment-url"]).toBe(first.result.outputs["comment-url"]);
    expect(comments.of(7, "octocat").map((comment) => comment.edits)).toEqual(Array.from({ length: 35 }, () => 0));
    expect(comments.get(copy.id).body).toBe(copied);
    expect(project.violations).toEqual([]);
  });

  it("finds its comment behind the first page", async () => {
    await using project = await BenchProject.create();
    const { comments } = project.github;
    for (let index = 0; index < 105; index += 1) comments.add(7, `remark ${index}`);
    await project.pullRequest(7, { steady: { seed: "one" } });
    await project.pullRequest(7, { steady: { seed: "two" } });
    expect(comments.of(7, BOT).map((comment) => comment.edits)).toEqual([1]);
    expect(project.violations).toEqual([]);
  });
});

describe("the shipped action on a push to the default branch", () => {
  it("adds one file to the history branch and leaves everything else alone", async () => {
    await using project = await BenchProject.create();
    const { git } = project.github;
    const first = await project.push({ steady: { seed: "one" } });
    expect(first.result).toMatchObject({ code: 0, conclusion: "success" });
    expect(first.result.outputs).toMatchObject({ "baseline-saved": "true", "comment-url": "", gate: "neutral" });
    const key = first.result.outputs["runner-key"] ?? "";
    const firstFile = `${key}/${first.sha}-${first.runId}-1.json`;
    expect([...(await project.history()).keys()]).toEqual([firstFile]);
    const firstText = await git.readFile("finetune-bench", firstFile);
    // Nothing of the code is on the history branch, nothing of the history on the code's branch.
    expect(await git.run(["rev-list", "--count", "finetune-bench", "^main"])).toBe("1");
    expect(await git.holds(["merge-base", "main", "finetune-bench"])).toBe(false);
    expect(await git.resolve("main")).toBe(first.sha);

    // The checkout is as actions/checkout left it.
    const fresh = path.join(project.workspace, "..", "fresh");
    await git.checkout(fresh, first.sha);
    expect(await checkoutState(project.workspace)).toBe(await checkoutState(fresh));

    const second = await project.push({ steady: { seed: "two" } });
    expect(second.result.outputs).toMatchObject({ verdict: "no-change", gate: "pass", "baseline-saved": "true" });
    const secondFile = `${key}/${second.sha}-${second.runId}-1.json`;
    const history = await project.history();
    expect([...history.keys()].sort()).toEqual([firstFile, secondFile].sort());
    expect(await git.readFile("finetune-bench", firstFile)).toBe(firstText);
    expect(history.get(secondFile)?.job).toMatchObject({ event: "push", sha: second.sha, ref: "refs/heads/main" });
    expect(project.github.comments.of(7)).toEqual([]);

    const pull = await project.pullRequest(7, { steady: { seed: "three" } });
    expect(pull.result.outputs).toMatchObject({ verdict: "no-change", gate: "pass", "baseline-saved": "false" });
    expect(project.github.comments.of(7, BOT)[0]?.body).toContain(second.sha.slice(0, 7));
    expect((await project.history()).size).toBe(2);
    expect(project.violations).toEqual([]);
  });

  it("stores what stands in the artifact", async () => {
    await using project = await BenchProject.create();
    const { result } = await project.push({ steady: { seed: "one" } });
    const [stored] = [...(await project.history()).values()];
    const file = path.join(result.outputs["results-path"] ?? "", "result.json");
    expect(stored).toEqual(jobResultSchema.parse(JSON.parse(await readFile(file, "utf8"))));
  });

  it("loses no point when another runner saves in between", async () => {
    await using project = await BenchProject.create();
    await project.push({ steady: { seed: "one" } });
    const { git } = project.github;
    project.github.fail({
      operation: "git/update-ref",
      before: () => git.commit("finetune-bench", { "other-machine/x.json": "{}\n" }, "another runner"),
    });
    const second = await project.push({ steady: { seed: "two" } });
    expect(second.result.outputs["baseline-saved"]).toBe("true");
    expect(await git.files("finetune-bench")).toHaveLength(3);
    expect(project.github.count("git/update-ref")).toBe(2);
    expect(project.violations).toEqual([]);
  });

  it("does not save jobs of other branches", async () => {
    await using project = await BenchProject.create();
    await project.push({ steady: { seed: "one" } });
    const { git } = project.github;
    await git.run(["branch", "side", "main"]);
    const sha = await git.commit("side", { "notes.txt": "on the side\n" });
    const payload = await project.github.pushPayload("side", sha);
    const { result } = await project.run("push", payload, sha, {});
    expect(result.outputs).toMatchObject({ verdict: "no-change", "baseline-saved": "false" });
    expect((await project.history()).size).toBe(1);
  });
});
