/** Which jobs of a run are said to have left no result: those that measure and ended badly, and never another one. */
import { describe, expect, test } from "vitest";
import { type RunJob, silentJobs } from "../../src/core/silent-jobs.ts";

const ACTION = "Run ada/finetune-bench@0123456789012345678901234567890123456789";
type Ends = Record<string, string | null>;

function job(name: string, conclusion: string | null, ends: Ends = {}): RunJob {
  const steps = Object.entries(ends).map(([step, end]) => ({
    name: step,
    status: end === null ? "in_progress" : "completed",
    conclusion: end,
  }));
  return { name, status: conclusion === null ? "in_progress" : "completed", conclusion, steps };
}
const measured = (name: string) => job(name, "success", { "Set up job": "success", [ACTION]: "success" });
const names = (jobs: readonly RunJob[], arrived: number) => silentJobs(jobs, arrived).map(({ name }) => name);

describe("a job of the matrix that left no result", () => {
  test.each<[string, Ends, string, string]>([
    [
      "whose runner was lost",
      { "Set up job": "success", [ACTION]: null },
      "failure",
      "before the benchmark ended, as when a runner is lost",
    ],
    [
      "that failed before",
      { "Run actions/checkout@v4": "failure", [ACTION]: "skipped" },
      "failure",
      "before the bench",
    ],
    ["whose benchmark failed", { [ACTION]: "failure" }, "failure", "its job failed"],
    ["that timed out", { [ACTION]: "cancelled" }, "timed_out", "its job timed out"],
    ["that no runner took", {}, "cancelled", "its job was cancelled before its first step"],
  ])("%s is named with what became of it", (_what, ends, conclusion, reason) => {
    const jobs = [measured("measure (a)"), job("measure (b)", conclusion, ends), measured("measure (c)")];
    expect(silentJobs(jobs, 2)).toEqual([{ name: "measure (b)", reason: expect.stringContaining(reason) }]);
  });

  test("is named once, though it was to measure several suites", () => {
    const two = job("measure (b)", "failure", { [ACTION]: "failure", "Run ada/finetune-bench@v2": "skipped" });
    expect(names([measured("measure (a)"), two], 1)).toEqual(["measure (b)"]);
  });

  test("is the one that cannot have uploaded, where another that ended badly may have", () => {
    const cancelled = job("measure (a)", "cancelled", { [ACTION]: "cancelled" });
    const lost = job("measure (b)", "failure", { [ACTION]: null });
    expect(names([cancelled, lost], 1)).toEqual(["measure (b)"]);
    expect(names([cancelled, lost], 0)).toEqual(["measure (b)", "measure (a)"]);
  });
});

describe("no alarm is raised", () => {
  test.each<[string, readonly RunJob[], number]>([
    [
      "by another job of the workflow",
      [measured("measure (a)"), job("lint", "failure", { "Run oxlint": "failure" })],
      1,
    ],
    ["by one without steps", [measured("measure (a)"), job("lint", "cancelled"), job("lint (b)", "cancelled")], 1],
    [
      "by the answer to a comment",
      [job("authorize", "failure", { "Run ada/finetune-bench/authorize@v1": "failure" })],
      0,
    ],
    ["by a step of another action", [job("x", "failure", { "Run ada/my-finetune-bench@v1": "failure" })], 0],
    ["by what comes after a job", [job("x", "failure", { "Post Run ada/finetune-bench@v1": "failure" })], 0],
    ["by the job that reports", [measured("measure (a)"), job("report", null, { [ACTION]: null })], 1],
    ["by jobs that were skipped", [measured("measure (a)"), job("measure (b)", "skipped")], 1],
    ["by a step that a job leaves out", [job("measure (a)", "success", { [ACTION]: "skipped" })], 0],
    [
      "by what failed after the benchmark",
      [job("measure (a)", "failure", { [ACTION]: "success", tidy: "failure" })],
      1,
    ],
    ["by a cancelled job whose results came", [job("measure (a)", "cancelled", { [ACTION]: "cancelled" })], 1],
    [
      "by a matrix of which only some measure",
      [measured("test (a)"), job("test (b)", "success", { "Run tests": "success" }), job("test (c)", "failure")],
      1,
    ],
  ])("%s", (_what, jobs, arrived) => {
    expect(silentJobs(jobs, arrived)).toEqual([]);
  });
});
