/** Which store a person at a terminal means, and with which right. */
import path from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLocalStore } from "../../src/io/local-store.ts";
import { GIT_ENVIRONMENT } from "../support/git-backend.ts";
import { type GitHub, startGitHub } from "../support/github-server.ts";
import { runningTime } from "../../src/io/running-time.ts";
import { RUNNER, sampleResult } from "./sample-result.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

const { signal } = new AbortController();
let github: GitHub;
let folder: TemporaryFolder;

beforeEach(async () => {
  [github, folder] = await Promise.all([startGitHub(), temporaryFolder()]);
  await github.git.commit("main", { "README.md": "# engine\n" });
});
afterEach(async () => {
  await Promise.all([github[Symbol.asyncDispose](), folder[Symbol.asyncDispose]()]);
  if (github.violations.length > 0) throw new Error(github.violations.join("\n"));
});

async function origin(url: string): Promise<void> {
  await execa("git", ["init", "--quiet", folder.path], { env: GIT_ENVIRONMENT });
  await execa("git", ["-C", folder.path, "remote", "add", "origin", url], { env: GIT_ENVIRONMENT });
}

function open(given: string | undefined, env: Record<string, string> = {}) {
  return openLocalStore(given, { cwd: folder.path, env: { GITHUB_API_URL: github.apiUrl, ...env }, signal });
}

test("without a word it is the history of local runs, and dir: takes any folder", async () => {
  expect((await open(undefined)).describe()).toBe(`folder ${path.join(folder.path, ".finetune-bench", "baselines")}`);
  expect((await open("dir:elsewhere")).describe()).toBe(`folder ${path.join(folder.path, "elsewhere")}`);
  await expect(open("elsewhere")).rejects.toThrow(/use branch:NAME .* or dir:PATH/);
});

test.each([
  "https://github.com/ada/engine.git",
  "https://github.com/ada/engine",
  "https://github.com/ada/engine/",
  "https://ada:secret@github.com/ada/engine.git",
  "git@github.com:ada/engine.git",
  "ssh://git@github.com/ada/engine.git",
  "ssh://git@github.com:22/ada/engine",
])("the repository is read off the remote %s", async (url) => {
  await origin(url);
  const store = await open("branch:bench/history", { GITHUB_TOKEN: github.token });
  expect(store.describe()).toBe("branch bench/history of ada/engine");
});

test("GITHUB_REPOSITORY and GH_TOKEN serve where there is no checkout", async () => {
  const store = await open("branch:bench/history", { GH_TOKEN: github.token, GITHUB_REPOSITORY: "ada/engine" });
  expect(await store.save(sampleResult())).toMatchObject({ saved: true });
  expect((await store.read(RUNNER)).results).toEqual([sampleResult()]);
});

test("the token is never sent to a server that only the remote names", async () => {
  await origin("https://git.example.invalid/ada/engine.git");
  const attempt = open("branch:bench/history", { GITHUB_TOKEN: github.token });
  await expect(attempt).rejects.toThrow(/origin is no repository on https:\/\/github\.com; set GITHUB_REPOSITORY/);
  expect(github.calls).toEqual([]);
});

test.each<[string, Record<string, string>, RegExp]>([
  ["no token", { GITHUB_REPOSITORY: "ada/engine" }, /needs a token: set GITHUB_TOKEN or GH_TOKEN/],
  ["an empty token", { GITHUB_TOKEN: "", GITHUB_REPOSITORY: "ada/engine" }, /needs a token/],
  ["no repository", { GITHUB_TOKEN: "x" }, /there is no git remote origin .*set GITHUB_REPOSITORY/],
  ["no owner", { GITHUB_TOKEN: "x", GITHUB_REPOSITORY: "engine" }, /it is owner\/name/],
  ["no address", { GITHUB_TOKEN: "x", GITHUB_API_URL: "ftp://x" }, /GITHUB_API_URL: "ftp:\/\/x" is no address/],
])("%s is said in plain words", async (_, env, words) => {
  await expect(open("branch:bench/history", env)).rejects.toThrow(words);
});

test("a token without access and the default branch are refused", async () => {
  const env = { GITHUB_REPOSITORY: "ada/engine" };
  await expect(open("branch:x", { ...env, GITHUB_TOKEN: "ghp_wrong" })).rejects.toThrow(
    /ada\/engine could not be read: GitHub answered 401/,
  );
  await expect(open("branch:main", { ...env, GITHUB_TOKEN: github.token })).rejects.toThrow(
    /main is the default branch/,
  );
});

test("Ctrl-C ends a request in progress", async () => {
  const stop = new AbortController();
  const env = { GITHUB_API_URL: github.apiUrl, GITHUB_TOKEN: github.token, GITHUB_REPOSITORY: "ada/engine" };
  const store = await openLocalStore("branch:bench/history", { cwd: folder.path, env, signal: stop.signal });
  github.fail({ operation: "git/list-matching-refs", delayMs: 5000 });
  using clock = runningTime();
  setTimeout(() => stop.abort(), 200);
  await expect(store.list(null)).rejects.toThrow(/abort/i);
  expect(clock.ms()).toBeLessThan(3000);
});
