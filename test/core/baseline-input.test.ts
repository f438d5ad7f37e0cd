/** The input `baseline`, against git's own opinion about names of branches. */
import { execa } from "execa";
import fc from "../support/property.ts";
import { expect, test } from "vitest";
import { parseBaselineInput } from "../../src/core/baseline-input.ts";
import { UserError } from "../../src/core/errors.ts";

test("a branch and a folder are read as written", () => {
  expect(parseBaselineInput("branch:finetune-bench")).toEqual({ kind: "branch", name: "finetune-bench" });
  expect(parseBaselineInput(" branch: bench/history ")).toEqual({ kind: "branch", name: "bench/history" });
  expect(parseBaselineInput("branch:refs/heads/bench")).toEqual({ kind: "branch", name: "bench" });
  expect(parseBaselineInput("dir:~/my baselines")).toEqual({ kind: "directory", path: "~/my baselines" });
  expect(parseBaselineInput("dir:C:\\bench")).toEqual({ kind: "directory", path: "C:\\bench" });
});

test.each(["", "finetune-bench", "dir:", "branch: ", "artifact:x", "BRANCH:x", "/srv/bench"])(
  "%j is refused, and both forms are named",
  (text) => {
    expect(() => parseBaselineInput(text)).toThrow(UserError);
    expect(() => parseBaselineInput(text)).toThrow(/branch:NAME .* or dir:PATH/);
  },
);

test("whatever is accepted as a branch, git accepts too", async () => {
  const part = fc.constantFrom(
    "a",
    "B",
    ".",
    "..",
    "/",
    "-",
    "~",
    "^",
    "@",
    "{",
    "@{",
    ".lock",
    "lock",
    " ",
    "\\",
    "é",
    "*",
    "?",
    "[",
    ":",
    "\u0007",
    "HEAD",
  );
  const names = fc
    .sample(fc.array(part, { minLength: 1, maxLength: 4 }), { numRuns: 400, seed: 7 })
    .map((parts) => parts.join(""));
  const fixed = [
    "a..b",
    "a.lock",
    "a/.b",
    "a/b.lock/c",
    "@",
    "-a",
    "a.",
    "a//b",
    "/a",
    "a/",
    "HEAD",
    "a@{b",
    "a/b-1.x_y",
    "é",
  ];
  const accepted = [...new Set([...fixed, ...names])].flatMap((name) => {
    try {
      const input = parseBaselineInput(`branch:${name}`);
      return input.kind === "branch" ? [input.name] : [];
    } catch (error) {
      if (error instanceof UserError) return [];
      throw error;
    }
  });
  expect(accepted).toEqual(expect.arrayContaining(["a/b-1.x_y", "é"]));
  for (const name of fixed.slice(0, 12)) expect(accepted).not.toContain(name);
  for (const name of accepted) await execa("git", ["check-ref-format", "--branch", name]);
}, 120_000);
