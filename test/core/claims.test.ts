/** Results of other people's jobs, held against what GitHub says of their run. */
import { describe, expect, test } from "vitest";
import { newestAttempts, parseArtifactName, artifactName, reportName } from "../../src/core/artifact-name.ts";
import { faultOfClaims, faultOfCommit, faultOfContents, withTrustedFacts } from "../../src/core/claims.ts";
import { readResult } from "../../src/core/read-result.ts";
import type { Job, JobResult } from "../../src/core/result.ts";
import { isOfFile, isOwn, isRecorded, pullOfRun, type WorkflowRun } from "../../src/core/workflow-run.ts";
import { benchmark, jobResult, TOKENS } from "../support/results.ts";

const HEAD = "a".repeat(40);
const MERGE = "b".repeat(40);
const SUITE = "finetune-bench.yml";
const NAME = artifactName("box-1a2b", "42", 1, SUITE);
const NOW = Date.parse("2026-01-05T12:00:00Z");

function run(more: Partial<WorkflowRun> = {}): WorkflowRun {
  const repository = { full_name: "owner/name" };
  return {
    id: 42,
    run_attempt: 1,
    event: "pull_request",
    status: "completed",
    conclusion: "success",
    head_sha: HEAD,
    head_branch: "change",
    path: ".github/workflows/bench.yml",
    created_at: "2026-01-05T07:00:00Z",
    repository,
    head_repository: { ...repository, owner: { login: "owner" } },
    ...more,
  };
}

function result(job: Partial<Job> = {}, more: Partial<Omit<JobResult, "job">> = {}): JobResult {
  const facts = { run_id: "42", event: "pull_request", sha: MERGE, ...job };
  return jobResult(5, [benchmark([[TOKENS, [100, 101, 102]]])], { ...more, job: facts });
}

const pull = (number: number, sha = HEAD, base = "owner/name") => ({
  number,
  head: { sha },
  base: { repo: { full_name: base } },
});

const parse = (name: string) => parseArtifactName(name, "9876");

const claim = (given: JobResult, of = run(), name = NAME) => faultOfClaims({ result: given, name, run: of, now: NOW });

describe("what a result claims of its run", () => {
  test("holds where it is what GitHub says", () => {
    expect(claim(result())).toBeNull();
    expect(claim(result({ repository: "Owner/Name" }))).toBeNull();
    expect(claim(result({ attempt: 2 }), run({ run_attempt: 3 }), "finetune-bench-box-1a2b-42-2")).toBeNull();
    expect(claim(result(), run(), `${NAME}-2`)).toBeNull();
    const builtin = result();
    const other = { ...builtin, suite: { ...builtin.suite, name: "builtin:quick" } };
    expect(claim(other, run(), `${NAME}-builtin-quick-3`)).toBeNull();
  });

  test.each([
    ["runner key", result({}, { runner_key: "other-box" }), /not those in the name/],
    ["run", result({ run_id: "43" }), /another run/],
    ["attempt", result({ attempt: 2 }), /not those in the name/],
    ["repository", result({ repository: "mallory/name" }), /another repository/],
    ["event", result({ event: "push" }), /another event than pull_request/],
    ["end", result({ finished_at: "2026-01-05T07:59:00Z" }), /ended before it began/],
    ["past", result({ started_at: "2025-01-05T08:00:00Z" }), /outside the time of its run/],
    ["future", result({ finished_at: "2027-01-05T08:00:00Z" }), /outside the time of its run/],
  ])("falls with a forged %s", (_what, given, fault) => {
    expect(claim(given)).toMatch(fault);
  });

  test("falls with an attempt that has not been, and with another run in its name", () => {
    expect(claim(result({ attempt: 2 }), run(), "finetune-bench-box-1a2b-42-2")).toMatch(
      /attempt 2 of a run that has 1/,
    );
    expect(claim(result({ run_id: "41" }), run(), "finetune-bench-box-1a2b-41-1")).toMatch(/another run/);
    expect(claim(result(), run(), `${NAME}-other-suite`)).toMatch(/not those in the name/);
    expect(claim(result(), run(), `${NAME}-23`)).toMatch(/not those in the name/);
  });
});

test("a commit is the head of its run or a merge of it", () => {
  expect(faultOfCommit(HEAD, run(), null)).toBeNull();
  expect(faultOfCommit(MERGE, run(), ["c".repeat(40), HEAD])).toBeNull();
  expect(faultOfCommit(null, run(), null)).toBeNull();
  expect(faultOfCommit(MERGE, run(), ["c".repeat(40)])).toMatch(/bbbbbbb is neither aaaaaaa/);
  expect(faultOfCommit(MERGE, run(), null)).toMatch(/neither/);
});

test("known facts replace claimed ones, numbers stay", () => {
  const claimed = result({ pull_request: 666, ref: "refs/heads/main", run_url: "https://evil.example/", attempt: 2 });
  const trusted = withTrustedFacts(claimed, { run: run(), serverUrl: "https://github.com", pullRequest: 7 });
  expect(trusted.job).toMatchObject({
    pull_request: 7,
    ref: "refs/pull/7/merge",
    run_url: "https://github.com/owner/name/actions/runs/42/attempts/2",
  });
  expect(trusted.benchmarks).toEqual(claimed.benchmarks);
  const none = withTrustedFacts(claimed, { run: run(), serverUrl: "https://github.com", pullRequest: null });
  expect(none.job).toMatchObject({ pull_request: null, ref: "refs/heads/change" });
});

describe("what a result holds", () => {
  const one = benchmark([[TOKENS, [1]]]);
  const [first] = one.runs;
  const many = (count: number) => Array.from({ length: count }, () => first ?? one.runs[0]).flatMap((r) => r ?? []);
  const values = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`m${index}`, 1]));
  test.each([
    ["a benchmark twice", [one, one], /a benchmark twice/],
    ["another id", [{ ...one, id: "x.torch-cpu" }], /id of a benchmark/],
    ["too many benchmarks", Array.from({ length: 201 }, () => one), /more than 200 benchmarks/],
    ["too many runs", [{ ...one, runs: many(201) }], /more than 200 runs/],
    ["too many metrics", [{ ...one, metrics: Array.from({ length: 51 }, () => TOKENS) }], /more than 50 metrics/],
    ["a metric twice", [{ ...one, metrics: [TOKENS, TOKENS] }], /a metric twice/],
    ["too many values", [{ ...one, runs: many(1).map((r) => ({ ...r, values })) }], /more than 100 values/],
  ])("is refused with %s", (_what, benchmarks, fault) => {
    expect(faultOfContents(jobResult(5, benchmarks))).toMatch(fault);
  });

  test("is refused with a run id that would lead out of a store", () => {
    expect(faultOfContents(result({ run_id: "../../x" }))).toMatch(/run id cannot be part of a file name/);
  });

  test("is read strictly", () => {
    expect(readResult(JSON.stringify(result()))).toEqual({ result: result() });
    expect(readResult("{")).toEqual({ fault: expect.stringContaining("not valid JSON") });
    expect(readResult('{"schema":1}')).toEqual({ fault: expect.stringContaining("does not follow schema 1") });
    const more = JSON.stringify({ ...result(), markdown: "# hello" });
    expect(readResult(more)).toEqual({ fault: expect.stringContaining("markdown") });
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    expect(readResult(deep)).toEqual({ fault: expect.any(String) });
  });
});

describe("the pull request of a run", () => {
  test("is the one open pull request with its head, whatever an artifact claims", () => {
    const open = [pull(7), pull(8, MERGE), pull(9, HEAD, "mallory/name")];
    expect(pullOfRun(run(), open, [])).toEqual({ number: 7 });
    expect(pullOfRun(run(), open, [8])).toEqual({ number: 7 });
    expect(pullOfRun(run(), open, [666])).toEqual({ number: 7 });
  });

  test("is none once it is closed or was pushed to", () => {
    expect(pullOfRun(run(), [], [7])).toEqual({ reason: expect.stringContaining("no open pull request") });
    expect(pullOfRun(run(), [pull(7, MERGE)], [7])).toEqual({ reason: expect.stringContaining("pushed to since") });
  });

  test("among several of one head the claimed number decides, and no other", () => {
    const open = [pull(7), pull(8)];
    expect(pullOfRun(run(), open, [8, 8])).toEqual({ number: 8 });
    expect(pullOfRun(run(), open, [666, null])).toEqual({ reason: expect.stringContaining("2 open pull requests") });
    expect(pullOfRun(run(), open, [7, 8])).toEqual({ reason: expect.stringContaining("2 open") });
  });
});

describe("what may become history", () => {
  const push = { event: "push", head_branch: "main" } as const;
  const fork = { full_name: "mallory/name", owner: { login: "mallory" } };

  test("is measured for the default branch of this very repository", () => {
    expect(isRecorded(run(push), "main")).toBe(true);
    expect(isRecorded(run({ ...push, event: "workflow_dispatch" }), "main")).toBe(true);
    expect(isRecorded(run({ ...push, event: "schedule" }), null)).toBe(true);
    expect(isRecorded(run(push), null)).toBe(false);
    expect(isRecorded(run({ ...push, head_branch: "side" }), "main")).toBe(false);
    expect(isRecorded(run({ ...push, head_repository: fork }), "main")).toBe(false);
    expect(isRecorded(run({ ...push, head_repository: null }), "main")).toBe(false);
    expect(isRecorded(run({ ...push, path: "other/repo/.github/workflows/x.yml@main" }), "main")).toBe(false);
    for (const event of ["pull_request", "pull_request_target", "merge_group", "workflow_run", "issue_comment"]) {
      expect(isRecorded(run({ ...push, event }), "main")).toBe(false);
    }
  });

  test("a run belongs to a workflow file of the repository", () => {
    expect(isOfFile(run({ path: ".github/workflows/a.yaml@refs/heads/main" }))).toBe(true);
    expect(isOfFile(run({ path: ".github/workflows/sub/a.yml" }))).toBe(false);
    expect(isOfFile(run({ path: "dynamic/pages/pages-build-deployment" }))).toBe(false);
    expect(isOwn(run({ head_repository: { ...fork, full_name: "OWNER/name" } }))).toBe(true);
  });
});

describe("the names of artifacts", () => {
  test("are read back as they were made", () => {
    expect(parse(artifactName("apple-m4-max-64gb-3f2a", "9876", 12, SUITE))).toEqual({
      runnerKey: "apple-m4-max-64gb-3f2a",
      attempt: 12,
      end: "",
    });
    expect(parse(artifactName("pool-7-8", "9876", 1, "builtin:quick"))).toEqual({
      runnerKey: "pool-7-8",
      attempt: 1,
      end: "-builtin-quick",
    });
  });

  test.each([
    "coverage",
    reportName("9876", 1),
    "finetune-bench-../x-9876-1",
    "finetune-bench-9876-1",
    "finetune-bench-A-9876-1",
    "finetune-bench-box-9875-1",
    "finetune-bench-box-9876-0",
  ])("are not taken for results: %s", (name) => {
    expect(parse(name)).toBeNull();
  });

  test("give the newest attempt of every runner and suite", () => {
    const found = ["b-9-1", "a-9-2", "a-9-10", "a-9-1", "a-9-1-quick", "a-9-10-2"].flatMap((end) => {
      const name = `finetune-bench-${end}`;
      const parsed = parseArtifactName(name, "9");
      return parsed === null ? [] : [{ name, parsed }];
    });
    expect(newestAttempts(found).map(({ name }) => name)).toEqual([
      "finetune-bench-a-9-10",
      "finetune-bench-a-9-10-2",
      "finetune-bench-a-9-1-quick",
      "finetune-bench-b-9-1",
    ]);
  });
});
