/** What a run's jobs and artifacts are read into, against an API server that checks every request. */
import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { workflowRunSchema } from "../../src/core/workflow-run.ts";
import { collectRun } from "../../src/io/collect.ts";
import { connectGitHub, type GitHubApi } from "../../src/io/github-api.ts";
import { downloadResult, listResults, type RunArtifact } from "../../src/io/run-artifacts.ts";
import { listJobs } from "../../src/io/run-jobs.ts";
import { readRun } from "../../src/io/workflow-run.ts";
import { type ArtifactServer, startArtifacts } from "../support/artifact-server.ts";
import { type GitHub, startGitHub } from "../support/github-server.ts";
import type { RunJob } from "../support/github-workflow-runs.ts";
import { zip } from "../support/zip.ts";

const RUN = 4711;
const NAME = `finetune-bench-box-${RUN}-1`;
let artifacts: ArtifactServer;
let github: GitHub;

beforeEach(async () => {
  artifacts = await startArtifacts();
  github = await startGitHub({ artifacts, visibility: "private", permissions: { actions: "read" } });
});
afterEach(async () => {
  await github[Symbol.asyncDispose]();
  await artifacts[Symbol.asyncDispose]();
  if (github.violations.length > 0) throw new Error(github.violations.join("\n"));
});

async function connect(token = github.token): Promise<GitHubApi> {
  return connectGitHub({
    token,
    repository: github.fullName,
    apiUrl: github.apiUrl,
    serverUrl: "https://github.com",
  });
}

function addRun(jobs: readonly RunJob[] = []): void {
  github.runs.push({
    id: RUN,
    backendId: "backend",
    event: "push",
    headBranch: "main",
    headSha: "a".repeat(40),
    status: "completed",
    conclusion: "failure",
    path: ".github/workflows/bench.yml",
    jobs,
  });
}

async function uploaded(bytes: Buffer): Promise<RunArtifact> {
  artifacts.put("backend", NAME, bytes);
  return listed();
}

async function listed(): Promise<RunArtifact> {
  const api = await connect();
  const [artifact] = (await listResults(api, await readRun(api, `${RUN}`))).artifacts;
  if (artifact === undefined) throw new Error("the artifact is not listed");
  return artifact;
}

test("all jobs are read, over several pages", async () => {
  const jobs = Array.from({ length: 130 }, (_, index) => ({
    name: `measure (${index})`,
    conclusion: "success" as const,
  }));
  addRun([...jobs, { name: "late", conclusion: null, status: "in_progress", steps: { "Set up job": null } }]);
  const api = await connect();
  const found = await listJobs(api, await readRun(api, `${RUN}`));
  expect(found.warnings).toEqual([]);
  expect(found.jobs).toHaveLength(131);
  expect(found.jobs.at(-1)).toEqual({
    name: "late",
    status: "in_progress",
    conclusion: null,
    steps: [{ name: "Set up job", status: "in_progress", conclusion: null }],
  });
});

test("a job that ends while results are read makes no other one look silent", async () => {
  const step = "Run ada/finetune-bench@v1";
  const failed: RunJob = { name: "measure (a)", conclusion: "failure", steps: { [step]: "failure" } };
  const late: RunJob = { name: "measure (b)", conclusion: "success", steps: { [step]: "success" } };
  addRun([failed, { ...late, status: "in_progress", conclusion: null, steps: { [step]: null } }]);
  const [run] = github.runs;
  if (run === undefined) throw new Error("no run");
  artifacts.put("backend", NAME, zip([]));
  github.fail({
    operation: "actions/download-artifact",
    async before() {
      artifacts.put("backend", `finetune-bench-other-${RUN}-1`, zip([]));
      github.runs.splice(0, 1, { ...run, jobs: [failed, late] });
    },
  });
  const api = await connect();
  const { aside } = await collectRun(api, await readRun(api, `${RUN}`));
  // The gate of a failed before failed its job: its result is there, if of no use.
  expect(aside).toEqual([expect.objectContaining({ name: "box", reason: expect.stringContaining("no result.json") })]);
});

test("jobs that may not be listed are one warning", async () => {
  addRun();
  const run = await readRun(await connect(), `${RUN}`);
  const blind = await connect(github.issueToken({ contents: "read" }));
  const { jobs, warnings } = await listJobs(blind, workflowRunSchema.parse(run));
  expect(jobs).toEqual([]);
  expect(warnings).toEqual([expect.stringMatching(/the jobs of run 4711 could not be listed: GitHub answered 403/)]);
});

const RESULT = { name: "result.json", content: "{}" };

test("an archive is used up to the limit and not beyond, whatever size is claimed for it", async () => {
  addRun();
  const bytes = zip([RESULT, { name: "noise", content: randomBytes(5000).toString("hex") }]);
  const artifact = await uploaded(bytes);
  const api = await connect();
  expect(await downloadResult(api, artifact, bytes.length)).toEqual({ text: "{}" });
  const tooLarge = { fault: expect.stringMatching(/^its artifact is larger than [\d.,]+ ki?B$/i) };
  const before = github.calls.length;
  expect(await downloadResult(api, artifact, bytes.length - 1)).toEqual(tooLarge);
  expect(github.calls.slice(before)).toEqual([]);
  expect(await downloadResult(api, { ...artifact, size_in_bytes: 1 }, bytes.length - 1)).toEqual(tooLarge);
});

test("the limit of everyday is 100 MiB, and nothing larger is asked for", async () => {
  addRun();
  const artifact = await uploaded(zip([RESULT]));
  const before = github.calls.length;
  const huge = { ...artifact, size_in_bytes: 100 * 1024 ** 2 + 1 };
  expect(await downloadResult(await connect(), huge)).toEqual({ fault: "its artifact is larger than 100 MiB" });
  expect(github.calls.slice(before)).toEqual([]);
});

test("other bytes than those that were uploaded are not used", async () => {
  addRun();
  const { digest } = await uploaded(zip([RESULT]));
  const [stored] = artifacts.artifacts();
  if (stored?.finalized === undefined || stored.finalized === null) throw new Error("nothing is stored");
  stored.finalized.digest = `sha256:${"0".repeat(64)}`;
  const artifact = await listed();
  const fault = "its artifact is not the one that was uploaded (digest)";
  const api = await connect();
  expect(await downloadResult(api, artifact)).toEqual({ fault });
  expect(await downloadResult(api, { ...artifact, digest })).toEqual({ text: "{}" });
  // Servers that know no digest are believed.
  expect(await downloadResult(api, { ...artifact, digest: null })).toEqual({ text: "{}" });
});
