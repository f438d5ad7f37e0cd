/** One job of a repository that has a history, met by faults; and what must hold afterwards whatever they were. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "vitest";
import { jobResultSchema } from "../../src/core/result.ts";
import { BenchProject, type Noise } from "./bench-project.ts";
import type { Fault } from "./github-faults.ts";
import { ACTIONS_BOT } from "./github-objects.ts";
import type { ActionResult } from "./runner.ts";

const BRANCH = "finetune-bench";
/** A silent service is given up after this many seconds; an upload of results after ten times as many. */
const PATIENCE_S = 4;

/** What a fault does, without the operation it meets. */
export type FaultKind = Omit<Fault, "operation">;

export interface FaultJob {
  readonly event: "push" | "pull_request";
  /** Of GitHub's API and its git server. */
  readonly faults?: readonly Fault[];
  /** Of the artifact service. */
  readonly artifactFaults?: readonly Fault[];
  readonly noise?: Noise;
  readonly serverUrl?: string;
}

export interface FaultOutcome {
  readonly result: ActionResult;
  /** Bodies of our comments. */
  readonly comments: readonly string[];
  /** Files of the history branch after the job; one was there before. */
  readonly stored: number;
  /** Names of complete artifacts. */
  readonly artifacts: readonly string[];
  /** Warnings of the job that are about GitHub. */
  readonly warnings: readonly string[];
}

/** A file of history measured once, for every job of these tests: path and text. */
export async function measureHistory(): Promise<{ path: string; text: string }> {
  await using project = await BenchProject.create(OPTIONS);
  await project.push({ steady: { seed: "one" } }, { runId: "8000000001" });
  const [file = ""] = await project.github.git.files(BRANCH);
  return { path: file, text: await project.github.git.readFile(BRANCH, file) };
}

const OPTIONS = { suite: "repeats: 2\njudge: { confirm: never }\n" } as const;

/**
 * Runs the job and asserts what no fault may break: the exit status is the gate's, the verdict stands in the summary, what
 * was measured is kept, nothing is doubled, every warning stands in summary and annotations, and no request was improper.
 */
export async function runFaultJob(history: { path: string; text: string }, job: FaultJob): Promise<FaultOutcome> {
  await using project = await BenchProject.create(OPTIONS);
  const { github, artifacts } = project;
  await github.git.commit(BRANCH, { [history.path]: history.text }, "one measured job");
  for (const fault of job.faults ?? []) github.fail(fault);
  for (const fault of job.artifactFaults ?? []) artifacts.fail(fault);
  const noise = job.noise ?? { steady: { seed: "two" } };
  const options = {
    env: { FINETUNE_BENCH_GITHUB_TIMEOUT: `${PATIENCE_S}s` },
    ...(job.serverUrl === undefined ? {} : { serverUrl: job.serverUrl }),
  };
  const { result } =
    job.event === "push" ? await project.push(noise, options) : await project.pullRequest(7, noise, options);

  const { gate, verdict } = result.outputs;
  expect(["pass", "neutral", "fail"], result.log).toContain(gate);
  expect(result.code).toBe(gate === "fail" ? 1 : 0);
  expect(result.log).not.toContain("met a bug");
  expect(result.log).not.toContain(github.token);
  expect(result.summary).toContain(SAID[verdict ?? ""]);

  const measured = await readFile(path.join(result.outputs["results-path"] ?? "", "result.json"), "utf8");
  const complete = artifacts.artifacts().map((artifact) => artifact.name);
  expect(complete.length).toBeLessThanOrEqual(1);
  expect(complete.length === 1).toBe(result.outputs["artifact-url"] !== "");
  for (const name of complete) expect((await artifacts.files(name)).get("result.json")?.toString()).toBe(measured);

  const comments = github.comments.of(7, ACTIONS_BOT.login).map((comment) => comment.body);
  expect(comments.length).toBeLessThanOrEqual(1);
  const stored = await github.git.files(BRANCH);
  if (result.outputs["baseline-saved"] === "true") {
    expect(stored).toHaveLength(2);
    const newest = stored.find((file) => file !== history.path) ?? "";
    const text = await github.git.readFile(BRANCH, newest);
    expect(jobResultSchema.parse(JSON.parse(text))).toEqual(jobResultSchema.parse(JSON.parse(measured)));
  }

  const warnings = result.annotations.flatMap(({ level, message }) =>
    level === "warning" && /GitHub|artifact|baseline/i.test(message) ? [message] : [],
  );
  expect(project.violations).toEqual([]);
  return { result, comments, stored: stored.length, artifacts: complete, warnings };
}

/** The beginning of the summary for each verdict of these jobs. */
const SAID: Readonly<Record<string, string>> = {
  "no-change": "No change",
  "no-baseline": "### ",
  failed: "failed",
};
