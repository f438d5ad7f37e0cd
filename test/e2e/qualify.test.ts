/** `finetune-bench qualify` as a person runs it: the shipped command, real child processes, seeded noise. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { qualificationSchema, type Qualification } from "../../src/core/qualification.ts";
import {
  localProject,
  NOISY_TRAINING,
  noisySuite,
  QUIET_PYTHON as QUIET,
  type LocalProject,
} from "../support/local-command.ts";
import { withVariable } from "../support/process-tree.ts";

/** Some forty processes each, on a machine that others may use too. */
const PATIENCE = 600_000;

/** A program that knows nothing of slow-downs. */
const DEAF = `  - name: deaf
    command: [env, -u, FINETUNE_BENCH_SLOWDOWN, python3, ${JSON.stringify(NOISY_TRAINING)}, deaf, noise.json]
    backends: [torch-cpu]
`;

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

async function readQualification(file: string): Promise<Qualification> {
  return qualificationSchema.parse(JSON.parse(await readFile(file, "utf8")));
}

function saved({ folder }: LocalProject): Promise<string[]> {
  return filesBelow(path.join(folder, ".finetune-bench", "baselines"));
}

test(
  "a quiet machine: what it detects comes first, the slow-down is caught where it can be injected, the record stands beside its history",
  async () => {
    await using project = await localProject({
      "finetune-bench.yml": noisySuite(["steady"]) + DEAF,
      "noise.json": JSON.stringify({ steady: { seed: "3" }, deaf: { seed: "4" } }),
    });
    const ended = await project.run(["qualify", "--python", QUIET]);
    // Of the program that knows nothing of slow-downs it is not shown that the gate would catch one.
    expect(ended.code, ended.stderr + ended.stdout).toBe(1);
    const [first = "", second = "", third = ""] = ended.stdout.split("\n");
    expect(first).toMatch(/^This runner detects slow-downs of 2(\.\d)? % and more/);
    expect(second).toBe("The gate caught an injected slow-down of 5 %.");
    expect(third).toMatch(/^No slow-down of 5 % could be injected in deaf\.torch-cpu/);
    expect(ended.stdout).toMatch(/steady\.torch-cpu.*no-change +caught, −\d\.\d %/);
    expect(ended.stdout).toMatch(/deaf\.torch-cpu.*not injected/);
    expect(ended.stdout).toContain("deaf.torch-cpu: the program does not honour FINETUNE_BENCH_SLOWDOWN");
    expect(ended.stdout).not.toMatch(/^\s*::/m);

    const [file = "", ...others] = await saved(project);
    expect(others).toEqual([]);
    const record = await readQualification(file);
    const [steady, deaf] = record.benchmarks;
    expect(steady).toMatchObject({ benchmark: "steady.torch-cpu", unchanged: "no-change" });
    expect(steady?.injected).toMatchObject({ slowdown: 0.05, verdict: "regression", caught: true });
    expect(steady?.injected?.effect).toBeCloseTo(1 / 1.05 - 1, 1);
    expect(deaf?.injected).toBeNull();
    expect(record.disturbances).toEqual([]);
    expect(steady?.confirm_s).toBeGreaterThan(steady?.clear_s ?? Number.POSITIVE_INFINITY);
    // Ordinary results are told by their own folder; this one holds the numbers and every run.
    const own = await filesBelow(path.join(project.folder, ".finetune-bench", "qualify"));
    const numbers = own.find((name) => name.endsWith("qualification.json")) ?? "";
    expect(await readQualification(numbers)).toEqual(record);
    const names = own.map((name) => path.relative(path.dirname(numbers), name));
    expect(names).toContain(path.join("runs", "steady.torch-cpu", "head-10.jsonl"));
    expect(names).toContain(path.join("injected", "runs", "steady.torch-cpu", "base-11.jsonl"));
    expect(names).toContain(path.join("runs", "control.torch-cpu", "head-2.jsonl"));
    expect(await readdir(path.join(project.folder, ".finetune-bench", "results")).catch(() => [])).toEqual([]);

    // The next report of this runner knows of it.
    const run = await project.run(["run", "--python", QUIET]);
    expect(run.code, run.stderr).toBe(0);
    expect((await project.reports())[0]?.qualification).toEqual(record);
  },
  PATIENCE,
);

test(
  "a noisy machine misses the slow-down and fails; what dies is told with its reason",
  async () => {
    await using project = await localProject({
      "finetune-bench.yml": noisySuite(["wild", "dying"]),
      "noise.json": JSON.stringify({ wild: { between_cv: 0.08 }, dying: { failure: "exit", fail_from_repeat: 2 } }),
    });
    const ended = await project.run(["qualify", "--python", QUIET, "--slowdown", "4%", "--no-save"]);
    expect(ended.code, ended.stderr).toBe(1);
    expect(ended.stdout).toMatch(/^This runner detects slow-downs of \d+(\.\d)? % and more/);
    expect(ended.stdout).toContain("would have missed an injected slow-down of 4 % in wild.torch-cpu");
    expect(ended.stdout).toMatch(/Not qualified\n {2}dying\.torch-cpu: .*the data file is missing/);
    expect(ended.stdout).toContain("differ by more than 2 %");
    expect(await saved(project)).toEqual([]);
  },
  PATIENCE,
);

test("Ctrl-C ends every process and records nothing", async () => {
  await using project = await localProject({
    "finetune-bench.yml": noisySuite(["stuck"]),
    "noise.json": JSON.stringify({ stuck: { failure: "hang" } }),
  });
  const mark = path.basename(project.folder);
  const ended = await project.run(["qualify", "--python", QUIET], { RUNNER_TRACKING_ID: mark }, (child) => {
    child.stderr?.on("data", (text: string) => {
      if (text.includes("stuck.torch-cpu, unchanged")) setTimeout(() => child.kill("SIGINT"), 1000);
    });
  });
  expect(ended.code, ended.stderr + ended.stdout).toBe(130);
  expect(ended.stdout).not.toMatch(/\n\s+at /);
  expect(await saved(project)).toEqual([]);
  expect(await withVariable("RUNNER_TRACKING_ID", mark)).toEqual([]);
});

test(
  "time that runs out leaves what was measured, and says what was not",
  async () => {
    await using project = await localProject({
      "finetune-bench.yml": noisySuite(["steady", "stuck"]),
      "alone.yml": noisySuite(["steady"]),
      "noise.json": JSON.stringify({ stuck: { failure: "hang" } }),
    });
    const began = Date.now();
    expect((await project.run(["qualify", "--python", QUIET, "--suite", "alone.yml", "--no-save"])).code).toBe(0);
    const aloneS = (Date.now() - began) / 1000;
    const qualify = (budgetS: number) =>
      project.run(["qualify", "--python", QUIET, "--time-budget", `${Math.ceil(budgetS)}s`]);
    let ended = await qualify(2 * aloneS);
    // Enough for the first benchmark, unless the machine has become much slower since.
    for (const more of [6, 18]) if ((await saved(project)).length === 0) ended = await qualify(more * aloneS);
    expect(ended.code, ended.stderr).toBe(1);
    expect(ended.stdout).toMatch(/Not qualified\n {2}stuck\.torch-cpu: .*the time for pairs was over/);
    const [file = ""] = await saved(project);
    expect((await readQualification(file)).benchmarks.map(({ benchmark }) => benchmark)).toEqual(["steady.torch-cpu"]);
  },
  PATIENCE,
);

test.each([
  [["--slowdown", "0%"], "must be a percentage"],
  [["--slowdown", "5"], "must be a percentage"],
  [["--suite", "other.yml"], "there is no such file"],
  [["--baseline", "branch:finetune-bench"], "needs a token"],
])("%j is bad input, explained", async (args, words) => {
  await using project = await localProject({ "finetune-bench.yml": noisySuite(["steady"]) });
  const ended = await project.run(["qualify", ...args], { GITHUB_TOKEN: "", GH_TOKEN: "" });
  expect(ended).toMatchObject({ code: 2, stdout: "" });
  expect(ended.stderr).toContain(words);
});
