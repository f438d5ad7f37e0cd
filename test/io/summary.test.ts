/** The summary page of the job, within the runner's limit. */
import { readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { MAX_SUMMARY_BYTES, writeSummary } from "../../src/io/summary.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const fullReportUrl = "https://github.com/ada/engine/actions/runs/1/artifacts/2";

test("it is appended to what the step has written already", async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, "summary");
  await writeFile(file, "earlier\n");
  expect(await writeSummary({ markdown: "### ✅ Fine", file, fullReportUrl })).toBeNull();
  expect(await readFile(file, "utf8")).toBe("earlier\n### ✅ Fine\n");
});

test("exactly the limit is written, one byte more becomes the verdict and the place of the rest", async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, "summary");
  const heading = "### ❌ Slower\n";
  await writeFile(file, "");
  const fits = heading + "x".repeat(MAX_SUMMARY_BYTES - Buffer.byteLength(heading) - 1);
  expect(await writeSummary({ markdown: fits, file, fullReportUrl })).toBeNull();
  expect((await stat(file)).size).toBe(MAX_SUMMARY_BYTES);

  await writeFile(file, "");
  expect(await writeSummary({ markdown: `${fits}x`, file, fullReportUrl })).toMatch(/did not fit.*artifacts\/2/);
  const text = await readFile(file, "utf8");
  expect(text).toMatch(/^### ❌ Slower\n\nThe report is larger than a job summary may be \(1 MiB\)/);
  expect(text).toContain(fullReportUrl);
});

test("a runner without summaries, and a file that cannot be written, are warnings", async () => {
  expect(await writeSummary({ markdown: "x", file: undefined, fullReportUrl })).toContain("GITHUB_STEP_SUMMARY");
  const file = "/nowhere/summary";
  expect(await writeSummary({ markdown: "x", file, fullReportUrl })).toMatch(/could not be written: .*\/nowhere/);
});
