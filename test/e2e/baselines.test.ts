/** `finetune-bench baselines` as shipped: looking after a folder and a branch of stored results. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { identity } from "../../src/core/identity.ts";
import type { JobResult } from "../../src/core/result.ts";
import { storedPath } from "../../src/core/stored-result.ts";
import { directoryStore } from "../../src/io/directory-store.ts";
import { sampleQualification } from "../io/sample-result.ts";
import { startGitHub } from "../support/github-server.ts";
import { type LocalProject, localProject, NOISY_TRAINING, noisySuite, QUIET_PYTHON } from "../support/local-command.ts";
import { benchmark, jobResult, MEMORY, TOKENS } from "../support/results.ts";

const BOX = "box-1a2b";
const NOBODY = { GITHUB_TOKEN: "", GH_TOKEN: "", GITHUB_REPOSITORY: "" };

/** Day `day` of January 2026: torch was updated on the 6th, and a job ran out of memory on the 3rd. */
function job(day: number, runner_key = BOX): JobResult {
  const software = identity({ python: "3.12", torch: day < 6 ? "2.13.0" : "2.14.0" });
  const speed = day < 6 ? 4100 : 4000;
  const whole = benchmark(
    [
      [TOKENS, [speed - 4, speed, speed + 4]],
      [MEMORY, [2 ** 31, 2 ** 31, 2 ** 31]],
    ],
    { software },
  );
  const status = { state: "failed", reason: "out-of-memory", message: "ran out of memory after 12 s" } as const;
  return jobResult(day, [day === 3 ? { ...whole, runs: [], status } : whole], { runner_key });
}

async function seeded(days: number, runners: readonly string[] = [BOX]): Promise<LocalProject> {
  const project = await localProject();
  const store = directoryStore("history", project.folder);
  for (const runner of runners) {
    for (let day = 1; day <= days; day++) await store.save(job(day, runner));
    await store.saveQualification(sampleQualification(0, runner));
  }
  return project;
}

test("list and show say what is stored, to people and as JSON", async () => {
  await using project = await seeded(9);
  await writeFile(path.join(project.folder, "history", BOX, "nocommit-9-1.json"), "{");
  const list = await project.run(["baselines", "list", "--baseline", "dir:history"]);
  expect(list).toMatchObject({ code: 0, stderr: "" });
  expect(list.stdout).toMatch(/box-1a2b +9 +1 +0000000, \d+ days old +0000000, \d+ days old +2026-03-04\n/);
  expect(list.stdout).toMatch(/not used: box-1a2b\/nocommit-9-1\.json: it is not valid JSON/);
  const json: unknown = JSON.parse(
    (await project.run(["baselines", "list", "--json", "--baseline", "dir:history"])).stdout,
  );
  expect(json).toMatchObject({ runners: [{ runner_key: BOX, jobs: 9, benchmarks: ["lora.torch-cpu"] }] });

  const show = await project.run([
    "baselines",
    "show",
    BOX,
    "--metric",
    "tokens_per_second",
    "--baseline",
    "dir:history",
  ]);
  expect(show.code).toBe(0);
  expect(show.stdout.split("\n").map((line) => line.replaceAll(/ {2,}/g, "  ").trim())).toEqual([
    expect.stringMatching(/^lora\.torch-cpu · tokens_per_second \(higher is better\) {2}\S\S·\S{6}$/),
    "measured  commit  value  runs  state",
    "2026-01-01 08:00  0000000  4,100 tok/s ± 0.1 %  3  not comparable with today",
    "2026-01-02 08:00  0000000  4,100 tok/s ± 0.1 %  3  not comparable with today",
    "2026-01-03 08:00  0000000  failed: ran out of memory after 12 s",
    "2026-01-04 08:00  0000000  4,100 tok/s ± 0.1 %  3  not comparable with today",
    "2026-01-05 08:00  0000000  4,100 tok/s ± 0.1 %  3  not comparable with today",
    "── other identity: torch 2.13.0 → 2.14.0",
    "2026-01-06 08:00  0000000  4,000 tok/s ± 0.1 %  3",
    "2026-01-07 08:00  0000000  4,000 tok/s ± 0.1 %  3",
    "2026-01-08 08:00  0000000  4,000 tok/s ± 0.1 %  3",
    "2026-01-09 08:00  0000000  4,000 tok/s ± 0.1 %  3",
    "baseline: 4 jobs like the newest",
    "",
  ]);
  expect(show.stderr).toMatch(/nocommit-9-1\.json is not used/);
  const short = await project.run(["baselines", "show", BOX, "--last", "2", "--baseline", "dir:history"]);
  expect(short.stdout.match(/… 7 older jobs/g)).toHaveLength(2);
});

test("prune shows what would go, removes it only when told, and never what a series in use rests on", async () => {
  await using project = await seeded(9);
  const stored = async (): Promise<number> => (await readdir(path.join(project.folder, "history", BOX))).length;
  const prune = (...more: string[]) => project.run(["baselines", "prune", "--baseline", "dir:history", ...more]);
  expect(await prune("--older-than", "30d")).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^10 old files kept: among the newest 30 .*\n0 files to remove, 10 to stay\n$/),
  });
  const dry = await prune("--older-than", "30d", "--keep", "4");
  expect(dry.stdout).toMatch(/5 files to remove, 5 to stay\nNothing was removed from folder .*add --yes/);
  expect(await stored()).toBe(10);
  expect(await prune("--older-than", "30d", "--keep", "4", "--yes")).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("Removed 5 files from folder"),
  });
  expect(await stored()).toBe(5);
  expect(await prune()).toMatchObject({ code: 2, stderr: expect.stringMatching(/say what may go/) });
  expect(await prune("--older-than", "soon")).toMatchObject({ code: 2, stderr: expect.stringMatching(/such as 180d/) });
});

test("an export is imported elsewhere once; what differs is reported and never overwritten", async () => {
  await using project = await seeded(5, [BOX, "other"]);
  const file = path.join(project.folder, "all.tar.gz");
  const exported = await project.run(["baselines", "export", "all.tar.gz", "--baseline", "dir:history"]);
  expect(exported).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Wrote 12 files of folder .* to all\.tar\.gz/),
  });
  expect(await project.run(["baselines", "export", "all.tar.gz", "--baseline", "dir:history"])).toMatchObject({
    code: 2,
  });
  expect(
    await project.run(["baselines", "export", "one.tgz", "--runner", BOX, "--baseline", "dir:history"]),
  ).toMatchObject({
    stdout: expect.stringMatching(/^Wrote 6 files/),
  });

  expect((await project.run(["baselines", "import", file])).stdout).toMatch(/^12 files added to folder/);
  expect(await readFile(path.join(project.folder, ".finetune-bench", ".gitignore"), "utf8")).toBe("*\n");
  const again = await project.run(["baselines", "import", file]);
  expect(again).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^0 files added to .*, 12 there already\.\n$/),
  });

  const changed = path.join(project.folder, "changed");
  const rival = { ...job(2), measured_s: 1 };
  await directoryStore(changed, "/").save(rival);
  await directoryStore(changed, "/").save({
    ...job(7),
    job: { ...job(7).job, event: "pull_request", pull_request: 3 },
  });
  const conflict = await project.run(["baselines", "import", "changed"]);
  expect(conflict).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^0 files added to .*, 1 in conflict, 1 refused\.\n$/),
  });
  expect(conflict.stderr).toContain(`conflict: ${storedPath(rival)} holds another result already, which stays`);
  expect(conflict.stderr).toMatch(/refused: .*-700-1\.json: it measured a pull request/);
  const kept = await directoryStore(path.join(".finetune-bench", "baselines"), project.folder).read(BOX);
  expect(kept.results).toEqual([1, 2, 3, 4, 5].map((day) => job(day)));
});

test("a branch is listed, filled and pruned through the API alone, one commit each", async () => {
  await using project = await seeded(9);
  await using github = await startGitHub();
  await github.git.commit("main", { "README.md": "# engine\n" });
  const env = { ...NOBODY, GITHUB_TOKEN: github.token, GITHUB_API_URL: github.apiUrl, GITHUB_REPOSITORY: "ada/engine" };
  const branch = ["--baseline", "branch:bench/history"];
  expect((await project.run(["baselines", "list", ...branch], env)).stdout).toBe(
    "Nothing is stored in branch bench/history of ada/engine.\n",
  );
  const filled = await project.run(["baselines", "import", "history", ...branch], env);
  expect(filled).toMatchObject({ code: 0, stdout: "10 files added to branch bench/history of ada/engine.\n" });
  expect((await project.run(["baselines", "list", ...branch], env)).stdout).toMatch(/box-1a2b +9 +1 /);
  const pruned = await project.run(["baselines", "prune", "--keep", "2", "--yes", ...branch], env);
  expect(pruned).toMatchObject({ code: 0, stdout: expect.stringContaining("Removed 7 files from branch") });
  expect(await github.git.run(["log", "--format=%s", "bench/history"])).toBe("Prune 7 files\nImport 10 files");
  expect(await github.git.files("bench/history")).toHaveLength(3);
  const gone = await project.run(["baselines", "prune", "--keep", "0", "--yes", ...branch], env);
  expect(gone).toMatchObject({ code: 2, stderr: expect.stringContaining("git push origin --delete bench/history") });
  expect(await github.git.run(["log", "--format=%s", "main"])).toBe("change");
  expect(github.violations).toEqual([]);

  const mistyped = await project.run(["baselines", "show", "box-1a2c", ...branch], env);
  expect(mistyped).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/it holds box-1a2b; did you mean "box-1a2b"\?/),
  });
  const nobody = await project.run(["baselines", "list", ...branch], NOBODY);
  expect(nobody).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(/needs a token: set GITHUB_TOKEN/),
  });
});

test("the results folder of a run is imported as it is", async () => {
  await using project = await localProject({
    "finetune-bench.yml": noisySuite(["steady"]),
    "noise.json": "{}",
  });
  await execa("cp", [NOISY_TRAINING, project.folder]);
  expect(await project.run(["run", "--repeats", "1", "--python", QUIET_PYTHON])).toMatchObject({ code: 0 });
  const [name = ""] = await readdir(path.join(project.folder, ".finetune-bench", "results"));
  const folder = path.join(".finetune-bench", "results", name);
  const imported = await project.run(["baselines", "import", folder, "--baseline", "dir:kept"]);
  expect(imported).toMatchObject({ code: 0, stdout: expect.stringMatching(/^1 file added to folder/) });
  const list = await project.run(["baselines", "list", "--baseline", "dir:kept"]);
  expect(list.stdout).toMatch(/ 1 +1 +no commit, less than a day old/);
});

test("every documented command has the options it is shown with", async () => {
  await using project = await localProject();
  const docs = await readFile(path.join(import.meta.dirname, "..", "..", "docs", "baselines.md"), "utf8");
  const commands = [...docs.matchAll(/^finetune-bench baselines (\S+)(.*)$/gm)];
  expect(new Set(commands.map(([, name]) => name))).toEqual(new Set(["list", "show", "prune", "export", "import"]));
  for (const name of new Set(commands.map(([, word = ""]) => word))) {
    const { stdout } = await project.run(["baselines", name, "--help"]);
    const options = commands
      .filter(([, word]) => word === name)
      .flatMap(([, , rest = ""]) => rest.match(/--[a-z-]+/g) ?? []);
    for (const option of options) expect(stdout, name).toContain(`${option} `);
  }
});
