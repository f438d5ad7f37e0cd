/** When a job's result becomes a point of the history, and when never. */
import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { Host } from "../../src/io/host.ts";
import { directoryStore } from "../../src/io/directory-store.ts";
import { readJobContext } from "../../src/io/job-context.ts";
import { plainProgress } from "../../src/io/progress.ts";
import { recordResult } from "../../src/io/record.ts";
import { RUNNER, sampleResult } from "./sample-result.ts";
import { temporaryFolder } from "./temporary-folder.ts";

function host(folder: string, record: Host["record"], signal = new AbortController().signal) {
  return { record, store: directoryStore(folder, "/"), progress: plainProgress(() => {}), signal };
}

test("a job that is to be recorded is, before anybody judged it", async () => {
  await using folder = await temporaryFolder();
  expect(await recordResult(sampleResult(), host(folder.path, "now"))).toEqual({ recorded: "yes", fault: null });
  expect((await directoryStore(folder.path, "/").read(RUNNER)).results).toEqual([sampleResult()]);
});

test("any other job writes nothing", async () => {
  await using folder = await temporaryFolder();
  expect(await recordResult(sampleResult(), host(folder.path, "never"))).toEqual({ recorded: "no", fault: null });
  expect(await recordResult(sampleResult(), host(folder.path, "later"))).toEqual({ recorded: "later", fault: null });
  expect(await readdir(folder.path)).toEqual([]);
});

test("a cancelled job writes nothing and says so", async () => {
  await using folder = await temporaryFolder();
  const outcome = await recordResult(sampleResult(), host(folder.path, "now", AbortSignal.abort()));
  expect(outcome).toEqual({ recorded: "no", fault: expect.stringMatching(/cancelled/) });
  expect(await readdir(folder.path)).toEqual([]);
});

test("a store that cannot be written is a loud fault, not an end", async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, "file");
  await writeFile(file, "");
  const outcome = await recordResult(sampleResult(), host(file, "now"));
  expect(outcome).toEqual({
    recorded: "failed",
    fault: expect.stringMatching(/^baseline not saved: .*could not be stored/),
  });
});

test.each(["pull_request", "pull_request_target", "merge_group", "issue_comment", "workflow_run", "release"])(
  "a job after %s is none to be recorded, even with the default branch checked out",
  async (event) => {
    await using folder = await temporaryFolder();
    const payload = path.join(folder.path, "event.json");
    const repository = { full_name: "ada/engine", default_branch: "main", fork: false };
    const head = { sha: "a".repeat(40), ref: "main", repo: repository };
    const pull = { number: 7, head, base: { ...head, sha: "b".repeat(40) }, user: { login: "ada" } };
    const merge_group = { head_sha: head.sha, base_sha: pull.base.sha, base_ref: "refs/heads/main" };
    const workflow_run = { id: 8, head_repository: repository };
    await writeFile(
      payload,
      JSON.stringify({ repository, pull_request: pull, merge_group, issue: { number: 7 }, workflow_run }),
    );
    const env = {
      GITHUB_ACTIONS: "true",
      GITHUB_REPOSITORY: "ada/engine",
      GITHUB_RUN_ID: "9000000001",
      GITHUB_EVENT_NAME: event,
      GITHUB_EVENT_PATH: payload,
      GITHUB_REF: "refs/heads/main",
      GITHUB_SHA: "a".repeat(40),
    };
    expect((await readJobContext({ env, cwd: folder.path })).isDefaultBranch).toBe(false);
    expect(
      (await readJobContext({ env: { ...env, GITHUB_EVENT_NAME: "push" }, cwd: folder.path })).isDefaultBranch,
    ).toBe(true);
  },
);
