/** What is told of a call of the harness that failed: its own sentence, once, whatever libraries printed around it. */
import { expect, test } from "vitest";
import { lastWords } from "../../src/io/harness.ts";

const FAILED = {
  code: 2,
  signal: null,
  timedOut: false,
  cancelled: false,
  startError: null,
  startedMs: 0,
  durationS: 1,
};

test.each([
  ["its error, without the word", ["weights: made", "error: not one step"], "not one step"],
  ["an error of several lines", ["error: no space", "free some"], "no space\nfree some"],
  ["what a library said last", ["Traceback", "ImportError: no torch"], "Traceback\nImportError: no torch"],
  ["how it ended, where it said nothing", [], "it did not work (exit 2)"],
])("%s", (_name, tail, words) => {
  expect(lastWords({ ...FAILED, tail }, "it did not work")).toBe(words);
});
