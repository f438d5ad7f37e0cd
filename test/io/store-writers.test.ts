/** Many jobs that store their results at the same moment, as processes of their own: nothing is lost or damaged. */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { expect, test } from "vitest";
import type { BaselineStore } from "../../src/io/baseline-store.ts";
import { branchStore } from "../../src/io/branch-store.ts";
import { directoryStore } from "../../src/io/directory-store.ts";
import { connectGitHub } from "../../src/io/github-api.ts";
import { startGitHub } from "../support/github-server.ts";
import { writeAtOnce } from "../support/store-writers.ts";
import { RUNNER, sampleResult } from "./sample-result.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Reads until `writing` ends; returns every warning met on the way. */
async function readWhile(writing: Promise<unknown>, store: BaselineStore): Promise<string[]> {
  const warnings: string[] = [];
  const ended = new AbortController();
  const end = writing.finally(() => ended.abort());
  while (!ended.signal.aborted) {
    const read = await store.read(RUNNER);
    warnings.push(...read.warnings);
    if (read.unread !== undefined) warnings.push(read.unread);
    await sleep(200);
  }
  await end;
  return warnings;
}

test("64 writers at once lose nothing in a folder, and a reader beside them never meets half a file", async () => {
  await using folder = await temporaryFolder();
  const place = path.join(folder.path, "history");
  const store = directoryStore(place, "/");
  const cache = path.join(folder.path, "cache");
  // The first one alone: it compiles what the others load.
  expect(await writeAtOnce(1, { folder: path.join(folder.path, "first") }, cache)).toEqual([]);
  const writing = writeAtOnce(64, { folder: place }, cache);
  expect(await readWhile(writing, store)).toEqual([]);
  expect(await writing).toEqual([]);
  const { results, warnings } = await store.read(RUNNER);
  expect(warnings).toEqual([]);
  expect(results).toEqual(Array.from({ length: 64 }, (_, minute) => sampleResult({}, minute)));
  expect(await readdir(path.join(place, RUNNER))).toHaveLength(64);
}, 120_000);

test("12 writers at once lose nothing on a branch that none of them found", async () => {
  await using folder = await temporaryFolder();
  await using github = await startGitHub();
  await github.git.commit("main", { "README.md": "# engine\n" });
  const { apiUrl, fullName: repository, token } = github;
  const branch = { name: "bench/history", apiUrl, repository, token };
  const cache = path.join(folder.path, "cache");
  expect(await writeAtOnce(1, { branch: { ...branch, name: "bench/first" } }, cache)).toEqual([]);
  expect(await writeAtOnce(12, { branch }, cache)).toEqual([]);

  const api = await connectGitHub({ ...branch, serverUrl: "https://github.com" });
  const { results, warnings } = await branchStore({ api, branch: branch.name, defaultBranch: "main" }).read(RUNNER);
  expect(warnings).toEqual([]);
  expect(results).toEqual(Array.from({ length: 12 }, (_, minute) => sampleResult({}, minute)));
  // One commit each, in one line, and no damage.
  expect(await github.git.run(["rev-list", "--count", "--first-parent", branch.name])).toBe("12");
  const check = await execa("git", ["--git-dir", github.git.folder, "fsck", "--strict"], { all: true });
  expect(check.all).not.toMatch(/error|missing|broken/);
  expect(github.violations).toEqual([]);
}, 120_000);
