import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, vi } from "vitest";
import { makeResultsFolder } from "../../src/io/results-folder.ts";

it("a home folder with backslashes, as Windows has them, is named in no file, JSON or not", async () => {
  const root = await mkdtemp(path.join(tmpdir(), "results-"));
  const home = String.raw`C:\Users\alice`;
  vi.stubEnv("HOME", home).stubEnv("USERPROFILE", home);
  try {
    const folder = await makeResultsFolder(root, "job");
    await folder.writeJson("result.json", { warnings: [String.raw`no file ${home}\weights.bin`] });
    await folder.write("report.md", String.raw`no file ${home}\weights.bin`);
    const json: unknown = JSON.parse(await readFile(path.join(folder.path, "result.json"), "utf8"));
    expect(json).toEqual({ warnings: [String.raw`no file ~\weights.bin`] });
    expect(await readFile(path.join(folder.path, "report.md"), "utf8")).toBe(String.raw`no file ~\weights.bin`);
  } finally {
    vi.unstubAllEnvs();
    await rm(root, { recursive: true, force: true });
  }
});
