/** Pull requests of forks in two phases: measured with a token that can only read, reported by a job that runs none of their code. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { jointReportSchema } from "../../src/core/joint.ts";
import type { Job } from "../../src/core/result.ts";
import { BenchProject, readJoint } from "../support/bench-project.ts";
import { ACTIONS_BOT } from "../support/github-objects.ts";
import type { Pull } from "../support/github-repository.ts";
import type { WorkflowRun } from "../support/github-workflow-runs.ts";
import { addPullRun, MALLORY, openPull, resultOf, uploadResult } from "../support/uploads.ts";
import { zip } from "../support/zip.ts";

let project: BenchProject;
let pull: Pull;
let run: WorkflowRun;

beforeEach(async () => {
  project = await BenchProject.create();
  pull = await openPull(project, 7, MALLORY);
  await openPull(project, 8);
  run = addPullRun(project, pull);
});
afterEach(async () => {
  const { violations } = project;
  await project[Symbol.asyncDispose]();
  if (violations.length > 0) throw new Error(violations.join("\n"));
});

const commentsOn = (number: number) => project.github.comments.of(number, ACTIONS_BOT.login).map(({ body }) => body);
const report = (inputs: Record<string, string> = {}) =>
  project.report("workflow_run", project.github.workflowRunPayload(run.id), { inputs });
const resultsOf = (key: string, job = {}) => resultOf(run, key, { job: { sha: pull.mergeSha, ...job } });

describe("a pull request of a fork", () => {
  it("is measured with a read-only token, and commented on from the run that this one triggers", async () => {
    const mergeable = await project.propose(9, { steady: { seed: "one" } });
    const foreign = await project.github.pulls.open({ number: 9, head: "change-9", fork: MALLORY });
    const { id } = (run = addPullRun(project, foreign));
    const token = project.github.issueToken({ contents: "read" });
    const inputs = { mode: "measure", "allow-forks": "true" };
    const payload = project.github.pullPayload(9);
    const measured = await project.run("pull_request", payload, mergeable.mergeSha, {
      token,
      inputs,
      runId: `${id}`,
    });
    expect(measured.result).toMatchObject({ code: 0, outputs: { gate: "neutral", "comment-url": "" } });
    expect(measured.result.summary).toMatch(/^> \[!NOTE\]\n> This is one runner's part/);
    expect(measured.result.summary).not.toContain("Not everything was published");
    expect(commentsOn(9)).toEqual([]);
    // Git reads by POST as well.
    const writes = project.github.calls.filter(
      ({ method, path }) => method !== "GET" && !path.endsWith("/git-upload-pack"),
    );
    expect(writes).toEqual([]);

    const { result } = await report();
    expect(result).toMatchObject({ code: 0, outputs: { verdict: "no-baseline", "baseline-saved": "false" } });
    expect(result.outputs["runner-key"]).toBe(measured.result.outputs["runner-key"]);
    const [body, ...others] = commentsOn(9);
    expect(others).toEqual([]);
    expect(body).toContain(`run ${id}.1 -->`);
    expect(body).toContain("could have written these numbers itself");
    expect(project.github.checks).toMatchObject([{ headSha: foreign.head.sha, conclusion: "neutral" }]);
    expect(await project.github.git.resolve("finetune-bench")).toBeNull();
  });

  it("is refused on this machine unless forks are allowed, Dependabot's too", async () => {
    const inputs = { mode: "measure" };
    const payload = project.github.pullPayload(7);
    const refused = await project.run("pull_request", payload, pull.mergeSha, { inputs });
    expect(refused.result).toMatchObject({ code: 1, outputs: {} });
    expect(refused.result.annotations.at(-1)?.message).toMatch(/#7 comes from a fork.*allow-forks/s);
    const bot = JSON.stringify(project.github.pullPayload(8)).replaceAll('"login":"ada"', '"login":"dependabot[bot]"');
    const own: object = JSON.parse(bot);
    const sha = project.github.pulls.get(8).mergeSha;
    const update = await project.run("pull_request", own, sha, { inputs });
    expect(update.result.annotations.at(-1)?.message).toMatch(/#8 was opened by Dependabot/);
  });
});

describe("a result that somebody forged", () => {
  it("names another pull request, another branch and another page: what GitHub knows is shown", async () => {
    const run_url = "https://evil.example/";
    uploadResult(project, run, resultsOf("box", { pull_request: 8, ref: "refs/heads/main", run_url }));
    const { result } = await report();
    expect(result).toMatchObject({ code: 0 });
    expect(result.outputs["comment-url"]).toContain("/pull/7#");
    expect(commentsOn(8)).toEqual([]);
    expect(commentsOn(7)).toHaveLength(1);
    expect(commentsOn(7).join("")).not.toContain("evil.example");
  });

  const ACTION = `Run ada/finetune-bench@${"0".repeat(40)}`;
  const EVIL = "](https://evil.example) <img src=x> @everyone | `x` ::error::hi";
  it("carries markdown: it is drawn as text", async () => {
    const evil = resultsOf("box");
    const [benchmark] = evil.benchmarks;
    const title = EVIL.slice(0, 100);
    const renamed = { ...benchmark, title, id: `${title}.torch-cpu` };
    const text = JSON.stringify({ ...evil, benchmarks: [renamed], warnings: [EVIL], version: EVIL });
    uploadResult(project, run, evil, { bytes: zip([{ name: "result.json", content: text }]) });
    const { result } = await report();
    expect(result.code).toBe(0);
    for (const drawn of [...commentsOn(7), result.summary ?? "", project.github.checks[0]?.summary ?? ""]) {
      expect(drawn).toContain("evil.example");
      const bare = drawn.replaceAll(/`[^`\n]*`/g, "").replaceAll(/```[\s\S]*?```/g, "");
      expect(bare).not.toMatch(/evil\.example|<img|@everyone/);
    }
    expect(result.annotations.map(({ message }) => message)).not.toContain("hi");
  });

  it("is set aside whatever is wrong with it, with the reason, and the others are used", async () => {
    const inner = { name: "result.json", content: "{}" };
    const archives: Record<string, [Buffer, string]> = {
      "leads-out": [zip([inner, { name: "../../etc/passwd", content: "x" }]), "it is no archive that can be read"],
      absolute: [zip([inner, { name: "/etc/passwd", content: "x" }]), "it is no archive that can be read"],
      link: [zip([inner, { name: "x", content: "/etc/passwd", mode: 0o120777 }]), "it holds a link or a device"],
      twice: [zip([inner, inner]), "it holds a name twice"],
      bomb: [zip([{ ...inner, content: "0".repeat(50_000_000) }]), "has more than the 4194304 bytes"],
      "other-schema": [zip([inner]), "does not follow schema 1"],
      "no-json": [zip([{ ...inner, content: "{" }]), "is not valid JSON"],
      empty: [zip([]), "it holds no result.json"],
      nested: [zip([{ ...inner, name: "deep/result.json" }]), "it holds no result.json"],
      nonsense: [Buffer.from("PK nonsense"), "it is no archive that can be read"],
    };
    const claims: Record<string, [Partial<Job>, string]> = {
      "other-commit": [{ sha: "d".repeat(40) }, "the commit ddddddd that it names could not be read"],
      "base-commit": [{ sha: pull.base.sha }, "nor a merge of it"],
      "other-run": [{ run_id: "12345" }, "it names another run"],
      "other-repository": [{ repository: "mallory/engine" }, "it names another repository"],
      "other-event": [{ event: "push" }, "it names another event than pull_request"],
      "last-year": [{ started_at: "2024-01-01T00:00:00Z" }, "outside the time of its run"],
      "later-attempt": [{ attempt: 2 }, "runner, suite and attempt are not those in the name"],
    };
    for (const [key, [bytes]] of Object.entries(archives)) uploadResult(project, run, resultsOf(key), { bytes });
    for (const [key, [job]] of Object.entries(claims)) {
      uploadResult(project, run, resultsOf(key, job), { name: `finetune-bench-${key}-${run.id}-1` });
    }
    uploadResult(project, run, resultsOf("other-runner"), { name: `finetune-bench-somebody-${run.id}-1` });
    uploadResult(project, run, resultsOf("honest-box"));

    const { result } = await report();
    expect(result).toMatchObject({ code: 1, outputs: { gate: "fail", verdict: "failed", "runner-key": "honest-box" } });
    const { missing } = jointReportSchema.parse(await readJoint(result.outputs["results-path"] ?? ""));
    const reasons = new Map(missing.map(({ name, reason }) => [name, reason ?? ""]));
    for (const [key, [, reason]] of Object.entries({ ...archives, ...claims })) {
      expect(`${key}: ${reasons.get(key)}`).toContain(reason);
    }
    expect(reasons.get("somebody")).toContain("runner, suite and attempt are not those in the name");
    expect(reasons.size).toBe(18);
    const [body, ...others] = commentsOn(7);
    expect(others).toEqual([]);
    expect(body).toContain("honest-box");
    expect(body).toContain("link or a device");
  });

  it("is all there is: comment, check run and summary say so, and no older verdict stands", async () => {
    const suite = { ...resultsOf("box").suite, name: "bench/gpu.yml" };
    const broken = { bytes: zip([{ name: "result.json", content: "{}" }]) };
    uploadResult(project, run, { ...resultsOf("box"), suite });
    const before = await report();
    expect(before.result.code).toBe(0);
    run = addPullRun(project, pull, {
      conclusion: "failure",
      jobs: [
        { name: "measure (box)", conclusion: "success", steps: { [ACTION]: "success" } },
        { name: EVIL, conclusion: "failure", steps: { [ACTION]: null } },
      ],
    });
    uploadResult(project, run, resultsOf("box"), broken);
    const { result } = await report();
    expect(result).toMatchObject({
      code: 1,
      outputs: { verdict: "failed", gate: "fail", "runner-key": "", "baseline-saved": "false" },
    });
    expect(result.outputs["comment-url"]).toBe(before.result.outputs["comment-url"]);
    expect(commentsOn(7)).toHaveLength(1);
    const check = project.github.checks.find(({ name }) => name === "finetune-bench");
    expect(check).toMatchObject({ conclusion: "failure", headSha: pull.head.sha });
    for (const drawn of [...commentsOn(7), result.summary ?? "", check?.summary ?? ""]) {
      expect(drawn).toContain("### ❌ No result of this run reached the report");
      expect(drawn).toContain("`box` reached this report: its result");
      expect(drawn).toContain("as when a runner is lost");
      expect(drawn).toContain(`/actions/runs/${run.id}`);
      expect(drawn.replaceAll(/`[^`\n]*`/g, "").replaceAll(/```[\s\S]*?```/g, "")).not.toMatch(/<img|@everyone/);
    }
    expect(result.annotations.map(({ message }) => message)).not.toContain("hi");

    // As soon as one can be used, the same comment tells of it.
    run = addPullRun(project, pull);
    uploadResult(project, run, { ...resultsOf("box"), suite });
    expect((await report()).result.outputs["comment-url"]).toBe(before.result.outputs["comment-url"]);
    expect(commentsOn(7).join("")).not.toContain("No result of this run");
  });

  it("is none, and fail-on does not list it: the comment warns, and the next report of a suite takes it over", async () => {
    const nothing = await report({ "fail-on": "regression" });
    expect(nothing.result).toMatchObject({ code: 0, outputs: { verdict: "failed", gate: "neutral" } });
    expect(commentsOn(7)).toEqual([expect.stringContaining("No result of this run reached the report")]);
    expect(commentsOn(7)[0]).toContain("`mode: measure`");
    expect(project.github.checks).toMatchObject([{ conclusion: "neutral" }]);
    run = addPullRun(project, pull);
    uploadResult(project, run, resultsOf("box"));
    const { result } = await report({ comment: "on-change" });
    expect(result.outputs["comment-url"]).toBe(nothing.result.outputs["comment-url"]);
    expect(commentsOn(7)).toEqual([expect.not.stringContaining("No result of this run")]);
    run = addPullRun(project, pull);
    expect((await report({ comment: "never" })).result).toMatchObject({ code: 1, outputs: { "comment-url": "" } });
    expect(commentsOn(7)).toEqual([expect.not.stringContaining("No result of this run")]);
  });

  it("cannot become history, whatever event and branch it names", async () => {
    uploadResult(project, run, resultsOf("box", { event: "push", ref: "refs/heads/main" }));
    expect((await report()).result.code).toBe(1);
    run = addPullRun(project, pull, { id: run.id, headBranch: "main", event: "push" });
    uploadResult(project, run, resultOf(run, "box"));
    const { result } = await report();
    expect(result.outputs).toMatchObject({ "baseline-saved": "false", "comment-url": "" });
    expect(await project.github.git.resolve("finetune-bench")).toBeNull();
  });
});

describe("the pull request of a run", () => {
  it("gets no comment once its branch was pushed to, and the summary says so", async () => {
    uploadResult(project, run, resultsOf("box"));
    await openPull(project, 7, MALLORY);
    const { result } = await report();
    expect(result.code).toBe(0);
    expect(commentsOn(7)).toEqual([]);
    expect(result.summary).toMatch(
      /no pull request was commented on: no open pull request has [0-9a-f]{7} as its head/,
    );
  });

  it("is none for a run of another workflow's file or another event", async () => {
    run = addPullRun(project, pull, { path: "mallory/x/.github/workflows/a.yml@main" });
    uploadResult(project, run, resultsOf("box"));
    expect((await report()).result.summary).toContain("no workflow file of this repository");
    run = addPullRun(project, pull, { event: "pull_request_target" });
    uploadResult(project, run, resultOf(run, "box"));
    expect((await report()).result.code).toBe(0);
    expect(commentsOn(7)).toEqual([]);
  });
});
