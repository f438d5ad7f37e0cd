/** The shipped local command, with real child processes: verdicts, mistakes, deaths and interruptions. */
import { globSync, readFileSync } from "node:fs";
import { chmod, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { jobResultSchema } from "../../src/core/result.ts";
import { localProject, noisySuite, QUIET_PYTHON } from "../support/local-command.ts";
import { withVariable } from "../support/process-tree.ts";

/** Stolen time of a shared machine would keep honest results out of the history. */
const RUN = ["run", "--python", QUIET_PYTHON];

const noise = (settings: Record<string, Record<string, string | number>>): string => JSON.stringify(settings);

test("a first run is recorded loudly, a second is compared, and without --save nothing is stored", async () => {
  await using project = await localProject({
    "finetune-bench.yml": noisySuite(["steady"]),
    "noise.json": noise({ steady: { seed: "1" } }),
  });
  const first = await project.run([...RUN, "--save"]);
  expect(first.code, first.stderr).toBe(0);
  expect(first.stdout.split("\n")[0]).toMatch(/no baseline/i);
  await project.write("noise.json", noise({ steady: { seed: "2" } }));
  const second = await project.run([...RUN]);
  expect(second.code, second.stderr).toBe(0);
  expect(second.stdout.split("\n")[0]).toMatch(/no change/i);
  expect(await project.stored()).toHaveLength(1);
  const reports = await project.reports();
  expect(reports.map((report) => [report.recorded, report.gate.verdict])).toEqual([
    ["yes", "no-baseline"],
    ["no", "no-change"],
  ]);
  // The verdict comes first, then the table, then where the files are.
  expect(second.stdout.indexOf("steady")).toBeLessThan(second.stdout.indexOf("result.json"));
});

test("a slow-down against history alone is unconfirmed, and fails the gate only when that is asked for", async () => {
  await using project = await localProject({
    "finetune-bench.yml": noisySuite(["steady"]),
    "noise.json": noise({ steady: { seed: "1" } }),
  });
  expect((await project.run([...RUN, "--save"])).code).toBe(0);
  await project.write("noise.json", noise({ steady: { seed: "2", slowdown: 1.25 } }));
  const lenient = await project.run([...RUN]);
  expect(lenient.code).toBe(0);
  expect(lenient.stdout).toMatch(/slower.*unconfirmed/);
  const strict = await project.run([...RUN, "--fail-on", "unconfirmed"]);
  expect(strict.code).toBe(1);
});

test.each([
  ["kill", /killed|SIGKILL/],
  ["nan", /NaN/i],
  ["oom", /memory/],
  ["garbage", /JSON|event/],
  ["truncated", /middle of a line|truncated/],
  ["exit", /exit/],
])("a benchmark that dies by %s is failed, the other one is kept", async (failure, words) => {
  await using project = await localProject({
    "finetune-bench.yml": noisySuite(["dying", "steady"]),
    "noise.json": noise({ dying: { failure, fail_from_repeat: 2 } }),
  });
  const ended = await project.run([...RUN, "--save"]);
  expect(ended.code, ended.stderr).toBe(1);
  expect(ended.stdout.split("\n")[0]).toMatch(/1 of 2 benchmarks failed/);
  const [report] = await project.reports();
  expect(report?.failures[0]?.message).toMatch(words);
  const [file = ""] = await project.stored();
  const result = jobResultSchema.parse(JSON.parse(await readFile(file, "utf8")));
  const [dying, steady] = result.benchmarks;
  expect(dying).toMatchObject({ id: "dying.torch-cpu", status: { state: "failed" } });
  expect(dying?.runs.map((run) => run.outcome.status)).toEqual(["ok", "failed"]);
  expect(steady).toMatchObject({ id: "steady.torch-cpu", status: { state: "complete" } });
  expect(steady?.runs).toHaveLength(3);
  // What failed is no history: the next run has nothing to compare that benchmark with.
  await project.write("noise.json", noise({}));
  await project.run([...RUN]);
  const next = (await project.reports()).at(-1);
  const verdicts = Object.fromEntries(
    (next?.comparisons ?? []).flatMap((row) => (row.metric?.primary === true ? [[row.benchmark, row.verdict]] : [])),
  );
  expect(verdicts["dying.torch-cpu"]).toBe("no-baseline");
  expect(verdicts["steady.torch-cpu"]).not.toBe("no-baseline");
});

test("a benchmark that hangs is ended at its limit, however far it came; the other one is kept", async () => {
  const [, steady = ""] = noisySuite(["steady"]).split("benchmarks:\n");
  await using project = await localProject({
    "finetune-bench.yml": noisySuite(["dying"], "    timeout: 2s\n") + steady,
    "noise.json": noise({ dying: { failure: "hang" } }),
  });
  const ended = await project.run([...RUN, "--save"]);
  expect(ended.code, ended.stderr).toBe(1);
  const [report] = await project.reports();
  expect(report?.failures).toMatchObject([
    { benchmark: "dying.torch-cpu", reason: "timeout", message: expect.stringContaining("no end after 2 s") },
  ]);
  const [file = ""] = await project.stored();
  const { benchmarks } = jobResultSchema.parse(JSON.parse(await readFile(file, "utf8")));
  expect(benchmarks.map(({ status, runs }) => [status.state, runs.length])).toEqual([
    ["failed", 1],
    ["complete", 3],
  ]);
});

/** Resolves once the program says that it hangs. */
async function stuckIn(folder: string): Promise<void> {
  const log = ".finetune-bench/results/*/runs/stuck.torch-cpu/head-1.log";
  const said = (): string =>
    globSync(log, { cwd: folder }).map((file) => readFileSync(path.join(folder, file), "utf8"))[0] ?? "";
  await expect.poll(said, { timeout: 300_000 }).toContain("hanging");
}

test("Ctrl-C ends every process, keeps what was measured and says so with its exit status", async () => {
  await using project = await localProject({
    "finetune-bench.yml": noisySuite(["steady", "stuck"]),
    "noise.json": noise({ stuck: { failure: "stubborn" } }),
  });
  const mark = path.basename(project.folder);
  const marked = (): Promise<number[]> => withVariable("RUNNER_TRACKING_ID", mark);
  let during: number[] = [];
  const ended = await project.run([...RUN, "--save"], { RUNNER_TRACKING_ID: mark }, (child) => {
    void stuckIn(project.folder)
      .then(async () => (during = await marked()))
      .finally(() => child.kill("SIGINT"));
  });
  expect(ended.code, ended.stderr).toBe(130);
  const [report] = await project.reports();
  expect(report?.failures.map((failure) => failure.reason)).toContain("cancelled");
  expect(await project.stored()).toEqual([]);
  const [name = ""] = await readdir(path.join(project.folder, ".finetune-bench", "results"));
  const folder = path.join(project.folder, ".finetune-bench", "results", name);
  const result = jobResultSchema.parse(JSON.parse(await readFile(path.join(folder, "result.json"), "utf8")));
  expect(result.benchmarks[0]?.runs[0]?.outcome.status).toBe("ok");
  const events = await readFile(path.join(folder, "runs", "stuck.torch-cpu", "head-1.jsonl"), "utf8");
  expect(events.trim().split("\n").length).toBeGreaterThan(1);
  // The command itself, the program and the child it left behind; then none of them.
  expect(during.length).toBeGreaterThanOrEqual(3);
  expect(await marked()).toEqual([]);
});

test.each([150, 300, 450, 600, 900])("an interruption %i ms after the start is no bug", async (delay) => {
  await using project = await localProject({
    "finetune-bench.yml": noisySuite(["steady"]),
    "noise.json": noise({ steady: { failure: "hang" } }),
  });
  const ended = await project.run([...RUN], {}, (child) => void setTimeout(delay).then(() => child.kill("SIGINT")));
  // Null: the signal came before the program itself was up.
  expect([130, null], ended.stderr).toContain(ended.code);
  expect(ended.stderr).not.toMatch(/a bug|\n\s+at /);
});

test("mistakes in the input are explained without a stack, with exit status 2", async () => {
  await using project = await localProject({
    "finetune-bench.yml": "version: 1\nbenchmarks:\n  - workload: lora\n    size: tiny\n",
  });
  const workload = await project.run(["run"]);
  expect(workload).toMatchObject({ code: 2, stdout: "" });
  expect(workload.stderr).toMatch(/^finetune-bench: finetune-bench.yml:3:15: .*there is no workload "lora"/m);
  expect(workload.stderr).not.toMatch(/\n\s+at /);
  expect((await project.run(["validate"])).code).toBe(2);
  const missing = await project.run(["run", "--suite", "other.yml"]);
  expect(missing).toMatchObject({ code: 2 });
  expect(missing.stderr).toContain('suite "other.yml": there is no such file');
  const budget = await project.run(["run", "--suite", "builtin:quick", "--time-budget", "soon"]);
  expect(budget).toMatchObject({ code: 2 });
  expect(budget.stderr).toContain("time-budget");
  const option = await project.run(["run", "--sweet", "x"]);
  expect(option).toMatchObject({ code: 2 });
  expect(option.stderr).toMatch(/--sweet[^]*--help/);
});

test("a Python that is too old, or missing, is named with what was found", async () => {
  await using project = await localProject({ "finetune-bench.yml": noisySuite(["steady"]) });
  const old = path.join(project.folder, "old-python");
  await writeFile(
    old,
    `#!/bin/sh\necho '{"executable": "${old}", "version": "3.9.6", "tag": "cp39", "platform": "linux_x86_64", "venv": true}'\n`,
  );
  await chmod(old, 0o755);
  const tooOld = await project.run(["run", "--python", old]);
  expect(tooOld).toMatchObject({ code: 2 });
  expect(tooOld.stderr).toContain("3.9.6");
  expect(tooOld.stderr).toContain("3.11");
  const none = await project.run(["run", "--python", path.join(project.folder, "nothing")]);
  expect(none).toMatchObject({ code: 2 });
  expect(none.stderr).toContain("there is no such program");
});

test("a backend named for this run that is not here fails it; the others still run", async () => {
  await using project = await localProject({
    "finetune-bench.yml": noisySuite(["steady"]).replace("[torch-cpu]", "[torch-cpu, mlx-metal]"),
  });
  const ended = await project.run([...RUN, "--backend", "torch-cpu", "--backend", "mlx-metal"]);
  expect(ended.code, ended.stderr).toBe(1);
  const [report] = await project.reports();
  expect(report?.failures).toMatchObject([{ benchmark: "steady.mlx-metal", reason: "backend-unavailable" }]);
  expect(report?.comparisons.find((row) => row.benchmark === "steady.torch-cpu")?.head).not.toBeNull();
});

test("a damaged baseline file is set aside by name; the sound ones serve", async () => {
  await using project = await localProject({ "finetune-bench.yml": noisySuite(["steady"]) });
  await project.run([...RUN, "--save"]);
  const [sound = ""] = await project.stored();
  await writeFile(path.join(path.dirname(sound), `${"0".repeat(40)}-7-1.json`), '{"schema": 1, "trunc');
  const ended = await project.run([...RUN]);
  expect(ended.code, ended.stderr).toBe(0);
  const report = (await project.reports()).at(-1);
  expect(report?.baseline?.jobs).toBe(1);
  expect(report?.warnings.map((warning) => warning.message).join("\n")).toContain(`${"0".repeat(40)}-7-1.json`);
});

test("a suite that outgrows the time budget is cut from its end and says so", async () => {
  await using project = await localProject({
    "finetune-bench.yml": noisySuite(["steady", "sleeper"]),
    "noise.json": noise({ sleeper: { failure: "hang", fail_at: 20 } }),
  });
  const ended = await project.run([...RUN, "--time-budget", "4s"]);
  expect(ended.code, ended.stderr).toBe(0);
  const [report] = await project.reports();
  expect(report?.cut.map((left) => left.benchmark)).toContain("sleeper.torch-cpu");
  expect(report?.gate.gate).toBe("neutral");
});
