/** `finetune-bench report` as shipped: results of several machines judged together, without GitHub. */
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { jointReportSchema } from "../../src/core/joint.ts";
import type { JobResult } from "../../src/core/result.ts";
import { directoryStore } from "../../src/io/directory-store.ts";
import { type LocalProject, localProject } from "../support/local-command.ts";
import { benchmark, jobResult, MEMORY, TOKENS } from "../support/results.ts";
import { zip } from "../support/zip.ts";

const SLOW = "box-slow";

function job(day: number, runner_key: string, speed = 4000): JobResult {
  const columns = [
    [TOKENS, [speed - 2, speed, speed + 2]],
    [MEMORY, [2 ** 31, 2 ** 31, 2 ** 31]],
  ] as const;
  return jobResult(day, [benchmark(columns)], { runner_key, listed: ["lora.torch-cpu"] });
}

async function seeded(): Promise<LocalProject> {
  const project = await localProject();
  const store = directoryStore("history", project.folder);
  for (const runner of ["box-a", SLOW])
    for (let day = 1; day <= 6; day++) await store.save(job(day, runner, 4000 + day));
  await project.write("artifacts/a/result.json", JSON.stringify(job(7, "box-a")));
  await project.write("artifacts/b/result.json", JSON.stringify(job(7, SLOW, 3000)));
  await project.write("artifacts/coverage/index.html", "<html>");
  return project;
}

async function jointOf(project: LocalProject) {
  const results = path.join(project.folder, ".finetune-bench", "results");
  const [name = ""] = (await readdir(results)).sort().toReversed();
  return jointReportSchema.parse(JSON.parse(await readFile(path.join(results, name, "joint-report.json"), "utf8")));
}

test("judges a folder of artifacts together, and stores nothing unasked", async () => {
  await using project = await seeded();
  const { code, stdout } = await project.run(["report", "artifacts", "--baseline", "dir:history"]);
  expect(stdout).toMatch(/25\.1 % slower on box-slow \(unconfirmed\)/);
  expect(stdout).toContain("box-a");
  expect(code).toBe(0);
  const joint = await jointOf(project);
  expect(joint.reports.map(({ runner_key, gate }) => [runner_key, gate.verdict])).toEqual([
    ["box-a", "no-change"],
    [SLOW, "regression"],
  ]);
  expect(await readdir(path.join(project.folder, "history", SLOW))).toHaveLength(6);
  const strict = await project.run(["report", "artifacts", "--baseline", "dir:history", "--fail-on", "unconfirmed"]);
  expect(strict.code).toBe(1);
});

test("takes single folders, files and downloaded archives, and records where it is asked to", async () => {
  await using project = await seeded();
  const archive = zip([{ name: "result.json", content: JSON.stringify(job(8, "box-zip")) }]);
  await writeFile(path.join(project.folder, "artifact.zip"), archive);
  const given = ["artifacts/a", "artifacts/b/result.json", "artifact.zip"];
  const { code, stdout } = await project.run(["report", ...given, "--baseline", "dir:history", "--save"]);
  expect(code).toBe(0);
  expect((await jointOf(project)).reports.map(({ runner_key }) => runner_key)).toEqual(["box-a", SLOW, "box-zip"]);
  expect(stdout).toContain("box-zip");
  for (const [runner, count] of [
    ["box-a", 7],
    [SLOW, 7],
    ["box-zip", 1],
  ] as const) {
    expect(await readdir(path.join(project.folder, "history", runner))).toHaveLength(count);
  }
});

test("sets aside what is no result, and fails for it", async () => {
  await using project = await seeded();
  await project.write("artifacts/c/result.json", '{"schema":1}');
  await mkdir(path.join(project.folder, "artifacts", "d"));
  await symlink("/etc/passwd", path.join(project.folder, "artifacts", "d", "result.json"));
  const { code, stdout } = await project.run(["report", "artifacts", "--baseline", "dir:history"]);
  expect(code).toBe(1);
  expect(stdout).toContain("does not follow schema 1");
  expect((await jointOf(project)).missing.map(({ reason }) => reason)).toEqual([
    expect.stringContaining("does not follow schema 1"),
    expect.stringContaining("a link"),
  ]);
});

test.each([
  [["nowhere"], /nowhere cannot be read/],
  [["artifacts/coverage"], /holds no result\.json: name the results folder/],
  [["artifacts", "again"], /are both of box-a and suite finetune-bench\.yml/],
  [[], /missing required argument 'dir'/],
])("refuses %s with a reason", async (given, reason) => {
  await using project = await seeded();
  await project.write("again/result.json", JSON.stringify(job(9, "box-a")));
  const { code, stderr } = await project.run(["report", ...given]);
  expect(code).toBe(2);
  expect(stderr).toMatch(reason);
});
