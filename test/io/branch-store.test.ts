/** Baselines on a branch, against a real repository behind an API server that checks every request. */
import { execa } from "execa";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MAX_STORED_BYTES, storedPath, storedText } from "../../src/core/stored-result.ts";
import { branchStore } from "../../src/io/branch-store.ts";
import { connectGitHub } from "../../src/io/github-api.ts";
import { checkoutState } from "../support/git-backend.ts";
import { type GitHub, startGitHub } from "../support/github-server.ts";
import { RUNNER, sampleQualification, sampleResult } from "./sample-result.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const BRANCH = "bench/history";
const EMPTY = { results: [], qualification: null, warnings: [] };
let github: GitHub;

beforeEach(async () => {
  github = await startGitHub();
  await github.git.commit("main", { "README.md": "# engine\n" });
});
afterEach(async () => {
  await github[Symbol.asyncDispose]();
  if (github.violations.length > 0) throw new Error(github.violations.join("\n"));
});

async function openBranch(token = github.token) {
  const { apiUrl, fullName: repository } = github;
  const api = await connectGitHub({ token, repository, apiUrl, serverUrl: "https://github.com" });
  return branchStore({ api, branch: BRANCH, defaultBranch: "main" });
}

test("the first result makes a branch without ancestors, the next ones append, and the checkout stays as it was", async () => {
  await using folder = await temporaryFolder();
  const checkout = path.join(folder.path, "checkout");
  await github.git.checkout(checkout, await github.git.run(["rev-parse", "main"]));
  const before = await checkoutState(checkout);
  const store = await openBranch();
  expect(await store.read(RUNNER)).toEqual(EMPTY);

  const [first, second] = [sampleResult({}, 1), sampleResult({}, 2)];
  const other = sampleResult({}, 3, "another-machine-91c0");
  expect(await store.save(first)).toEqual({
    saved: true,
    where: `https://github.com/ada/engine/blob/${BRANCH}/${storedPath(first)}`,
  });
  await store.save(second);
  await store.save(other);

  expect(await store.read(RUNNER)).toEqual({ results: [first, second], qualification: null, warnings: [] });
  expect(await github.git.files(BRANCH)).toEqual([storedPath(other), storedPath(first), storedPath(second)]);
  const log = await github.git.run(["log", "--format=%s|%P", BRANCH]);
  expect(log.split("\n")).toEqual([
    expect.stringMatching(/^Record 9f8e7d6 on another-machine-91c0\|[0-9a-f]{40}$/),
    expect.stringMatching(/^Record 9f8e7d6 on apple-m4-max-64gb-3f2a\|[0-9a-f]{40}$/),
    "Record 9f8e7d6 on apple-m4-max-64gb-3f2a|",
  ]);
  expect(await checkoutState(checkout)).toBe(before);
});

test("reading costs the same two calls however many files there are, and a save is at most seven", async () => {
  const store = await openBranch();
  await store.save(sampleResult());
  const start = github.calls.length;
  await store.read(RUNNER);
  expect(github.calls.slice(start).map((call) => call.operation)).toEqual([
    "git/list-matching-refs",
    "repos/download-tarball-archive",
  ]);
  const many = Array.from({ length: 300 }, (_, index) => sampleResult({}, index + 1));
  await github.git.commit(BRANCH, Object.fromEntries(many.map((result) => [storedPath(result), storedText(result)])));
  const again = github.calls.length;
  expect((await store.read(RUNNER)).results).toHaveLength(301);
  expect(github.calls).toHaveLength(again + 2);

  const saving = github.calls.length;
  await store.save(sampleResult({}, 900));
  expect(github.calls.length - saving).toBeLessThanOrEqual(7);
}, 120_000);

test("a branch that moves or vanishes under a save is looked at again", async () => {
  const store = await openBranch();
  await store.save(sampleResult({}, 1));
  const foreign = sampleResult({}, 2);
  github.fail({
    operation: "git/update-ref",
    before: () => github.git.commit(BRANCH, { [storedPath(foreign)]: storedText(foreign) }),
  });
  expect(await store.save(sampleResult({}, 3))).toMatchObject({ saved: true });
  expect((await store.read(RUNNER)).results).toHaveLength(3);

  github.fail({
    operation: "git/update-ref",
    before: () => github.git.run(["update-ref", "-d", `refs/heads/${BRANCH}`]),
  });
  expect(await store.save(sampleResult({}, 4))).toMatchObject({ saved: true });
  expect((await store.read(RUNNER)).results).toEqual([sampleResult({}, 4)]);
});

test("an existing name is never rewritten; the same result again is no conflict", async () => {
  const store = await openBranch();
  await store.save(sampleResult());
  expect(await store.save(sampleResult())).toMatchObject({ saved: true });
  expect(await store.save({ ...sampleResult(), measured_s: 99 })).toEqual({
    saved: false,
    warning: expect.stringContaining("never rewritten"),
  });
  expect((await store.read(RUNNER)).results).toEqual([sampleResult()]);
  expect(await github.git.run(["rev-list", "--count", BRANCH])).toBe("1");
});

test("a token that may not write is told the permission and where it goes, after one try", async () => {
  const store = await openBranch(github.issueToken({ contents: "read" }));
  expect(await store.read(RUNNER)).toEqual(EMPTY);
  const outcome = await store.save(sampleResult());
  expect(outcome).toMatchObject({ saved: false });
  expect("warning" in outcome ? outcome.warning : "").toMatch(
    /403 \(Resource not accessible by integration\)[^]*\n\npermissions:\n {2}contents: write$/,
  );
  expect(github.count("git/create-tree")).toBe(1);
});

test("a token that may not read gives a warning, not an empty history without a word", async () => {
  const store = await openBranch(github.issueToken({ "pull-requests": "write" }));
  const { results, unread } = await store.read(RUNNER);
  expect(results).toEqual([]);
  expect(unread).toMatch(/could not be read: GitHub answered 403[^]*contents: read/);
});

test("the words of a repository rule are passed on, and nothing is tried again", async () => {
  const store = await openBranch();
  await store.save(sampleResult({}, 1));
  const message = "Repository rule violations found\n\nCannot update this protected ref.\n\n";
  github.fail({ operation: "git/update-ref", status: 422, message, times: Infinity });
  expect(await store.save(sampleResult({}, 2))).toMatchObject({
    saved: false,
    warning: expect.stringMatching(
      /422 \(Repository rule violations found Cannot update this protected ref\.\).*exclude bench\/history/,
    ),
  });
  expect(github.count("git/update-ref")).toBe(1);
});

test("an API that is down for a moment is asked again, one that stays down is a warning", async () => {
  const store = await openBranch();
  github.fail({ operation: "git/get-commit", status: 502, message: "Bad Gateway" });
  github.fail({ operation: "git/create-commit", cut: "before" });
  github.fail({ operation: "git/create-tree", status: 429, message: "slow down", headers: { "retry-after": "1" } });
  expect(await store.save(sampleResult())).toMatchObject({ saved: true });
  // An answer that is no archive: the proxy in between had something else to say.
  github.fail({ operation: "repos/download-tarball-archive", status: 200, message: "maintenance" });
  expect((await store.read(RUNNER)).results).toHaveLength(1);

  github.fail({ operation: "*", status: 403, message: "limit", headers: { "retry-after": "3600" }, times: Infinity });
  expect((await store.read(RUNNER)).unread).toContain("a rate limit that ends in 3600 s");
});

test("files that cannot serve are named, deeper and foreign ones passed over, links never followed", async () => {
  const store = await openBranch();
  await store.save(sampleResult());
  const large = JSON.stringify({ padding: "x".repeat(MAX_STORED_BYTES) });
  await github.git.commit(BRANCH, {
    [`${RUNNER}/broken.json`]: "{",
    [`${RUNNER}/newer.json`]: JSON.stringify({ schema: 7 }),
    [`${RUNNER}/large.json`]: large,
    [`${RUNNER}/deeper/x.json`]: "{",
    [`${RUNNER}/folder.json/x.txt`]: "{",
    [`${RUNNER}/zero.json`]: "",
    [`${RUNNER}/.hidden.json`]: "{",
    "x.json": "{",
    [`${RUNNER}-2/x.json`]: "{",
  });
  const target = await github.git.writeBlob(`../${RUNNER}/broken.json`);
  const tree = await github.git.writeTree(BRANCH, [{ path: `${RUNNER}/link.json`, mode: "120000", sha: target }]);
  const commit = await github.git.writeCommit({ tree, parents: [], message: "a link" });
  await github.git.run(["update-ref", `refs/heads/${BRANCH}`, commit]);

  const { results, warnings } = await store.read(RUNNER);
  expect(results).toEqual([sampleResult()]);
  expect(warnings.toSorted()).toEqual([
    expect.stringMatching(/broken\.json is not used: it is not valid JSON/),
    expect.stringMatching(/large\.json is not used: it has \d+ bytes/),
    expect.stringMatching(/link\.json is not used: it is a link/),
    expect.stringMatching(/newer\.json is not used: a newer finetune-bench/),
    expect.stringMatching(/zero\.json is not used: it is not valid JSON/),
  ]);
});

test("names as long as they may be survive the archive", async () => {
  const key = `a${"b".repeat(99)}`;
  const result = sampleResult({ run_id: "12345678901234567890" }, 1, key);
  const store = await openBranch();
  await store.save(result);
  expect(await store.read(key)).toEqual({ results: [result], qualification: null, warnings: [] });
});

test("a record of what the runner detects comes with the same two calls", async () => {
  const store = await openBranch();
  await store.save(sampleResult());
  for (const minute of [8, 2])
    expect(await store.saveQualification(sampleQualification(minute))).toMatchObject({ saved: true });
  const start = github.calls.length;
  expect(await store.read(RUNNER)).toEqual({
    results: [sampleResult()],
    qualification: sampleQualification(8),
    warnings: [],
  });
  expect(github.calls).toHaveLength(start + 2);
  expect(await github.git.run(["log", "-1", "--format=%s", BRANCH])).toBe(`Qualify ${RUNNER}`);
});

test("many files are added and removed with one commit each, and a racing job loses nothing", async () => {
  const store = await openBranch();
  const results = Array.from({ length: 30 }, (_, minute) => sampleResult({}, minute));
  const files = results.map((result) => ({ path: storedPath(result), text: storedText(result) }));
  const paths = files.map((file) => file.path);
  expect(await store.add(files, "Import 30")).toEqual({ added: paths, present: [], taken: [], warning: null });
  const changed = files.map((file, index) => (index === 0 ? { ...file, text: `${file.text} ` } : file));
  expect(await store.add(changed, "Import 30")).toEqual({
    added: [],
    present: paths.slice(1),
    taken: paths.slice(0, 1),
    warning: null,
  });
  expect(await github.git.run(["rev-list", "--count", BRANCH])).toBe("1");

  const foreign = sampleResult({}, 50);
  github.fail({
    operation: "git/update-ref",
    before: () => github.git.commit(BRANCH, { [storedPath(foreign)]: storedText(foreign) }),
  });
  const gone = [...paths.slice(0, 28), `${RUNNER}/never-there-1.json`];
  expect(await store.remove(gone, "Prune 28")).toEqual({ removed: paths.slice(0, 28), warning: null });
  expect((await store.read(RUNNER)).results).toEqual([...results.slice(28), foreign]);
  expect(await github.git.run(["log", "--format=%s", BRANCH])).toBe("Prune 28\nchange\nImport 30");
  await expect(store.remove([...paths, storedPath(foreign)], "")).rejects.toThrow(/nothing would be left.*--delete/);
});

test("another branch of a longer name is not taken for this one", async () => {
  await github.git.commit(`${BRANCH}-old`, { [storedPath(sampleResult())]: storedText(sampleResult()) });
  expect(await (await openBranch()).read(RUNNER)).toEqual(EMPTY);
});

test("results are not written among the source", async () => {
  const { apiUrl, fullName: repository, token } = github;
  const api = await connectGitHub({ token, repository, apiUrl, serverUrl: "https://github.com" });
  expect(() => branchStore({ api, branch: "main", defaultBranch: "main" })).toThrow(/main is the default branch/);
});

test("git itself agrees that nothing is broken", async () => {
  const store = await openBranch();
  for (let minute = 0; minute < 3; minute++) await store.save(sampleResult({}, minute));
  const check = await execa("git", ["--git-dir", github.git.folder, "fsck", "--strict"], { all: true });
  expect(check.all).not.toMatch(/error|missing|broken/);
});

test("results of several runners are stored in one commit and read with one download", async () => {
  const store = await openBranch();
  const results = ["box-a", "box-b", "box-c"].map((runner_key) => ({ ...sampleResult(), runner_key }));
  expect(await store.saveEach(results)).toEqual(
    results.map(({ runner_key }) => ({ saved: true, where: expect.stringContaining(`/${runner_key}/`) })),
  );
  expect(await github.git.run(["rev-list", "--count", BRANCH])).toBe("1");
  expect(await github.git.run(["log", "-1", "--format=%B", BRANCH])).toMatch(
    /^Record .* on 3 runners\n\nbox-a\nbox-b\nbox-c/,
  );
  expect(await store.readEach(["box-c", "box-x", "box-a"])).toMatchObject([
    { results: [results[2]] },
    { results: [] },
    { results: [results[0]] },
  ]);
  expect(github.count("repos/download-tarball-archive")).toBe(1);
  const [a, b, c] = results;
  const changed = { ...sampleResult(), runner_key: "box-a", measured_s: 99 };
  expect(await store.saveEach([changed, ...[b, c].flatMap((result) => result ?? [])])).toMatchObject([
    { saved: false, warning: expect.stringContaining("never rewritten") },
    { saved: true },
    { saved: true },
  ]);
  expect((await store.readEach(["box-a"]))[0]?.results).toEqual([a]);
  expect(await store.saveEach([])).toEqual([]);
});
