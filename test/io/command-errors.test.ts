/** What a user reads who typed something wrong: what was given, what is accepted, and where to change it. */
import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { temporaryFolder } from "./temporary-folder.ts";

const cli = path.resolve(import.meta.dirname, "..", "..", "src", "cli.ts");

const run = (cwd: string, args: readonly string[]) =>
  execa(process.execPath, [cli, ...args], { cwd, reject: false, input: "" });

test.each([
  [["rum"], /unknown command 'rum'\n\(Did you mean run\?\)\n\(finetune-bench --help/],
  [["run", "--bakend", "x"], /unknown option '--bakend'\n\(Did you mean --backend\?\)\n\(finetune-bench run --help/],
  [["baselines", "show"], /missing required argument 'runner'\n\(finetune-bench baselines show --help/],
  [["run", "--repeats", "0"], /is invalid\. It must be a whole number from 1 to 50\.\n/],
  [
    ["run", "--backend", "torch-cpux"],
    /\(--backend\): "torch-cpux" is not accepted; use .*did you mean "torch-cpu"\?$/,
  ],
  [["run", "--fail-on", "regresion"], /\(--fail-on\): .* did you mean "regression"\?$/],
  [["run", "--time-budget", "5x"], /\(--time-budget\): must be a duration such as 90s, 10m or 1h30m; given "5x"$/],
  [["run", "--baseline", "nowhere"], /\(--baseline\): "nowhere" is not accepted; use branch:NAME .* or dir:PATH/],
  [
    ["validate", "none.yml"],
    /"none\.yml": there is no such file in .*; give a path from there, or one of builtin:quick/,
  ],
])("%s", async (args, words) => {
  await using folder = await temporaryFolder();
  const { stderr, exitCode } = await run(folder.path, args);
  expect(stderr).toMatch(words);
  expect(stderr).not.toMatch(/ENOENT|a bug/);
  expect(exitCode).toBe(2);
});

test("a base where there is no repository", { timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder();
  const { stderr, exitCode } = await run(folder.path, ["run", "--base", "main"]);
  expect(stderr).toContain(`--base main: ${folder.path} is no git repository; run it in one, or leave --base out`);
  expect(exitCode).toBe(2);
});

test("a place where nothing can be written", async () => {
  await using folder = await temporaryFolder();
  await writeFile(path.join(folder.path, ".finetune-bench"), "a file where the folder should be");
  const { stderr, exitCode } = await run(folder.path, ["run"]);
  expect(stderr).toMatch(
    /\.finetune-bench, where results and history lie, cannot be written: .*; run this in a folder/,
  );
  expect(stderr).not.toContain("a bug");
  expect(exitCode).toBe(2);
});

test("a suite with nothing wrong, in the singular", async () => {
  await using folder = await temporaryFolder();
  const suite = "version: 1\nrepeats: 1\nbenchmarks: [{ workload: lm-ptb, size: tiny }]\n";
  await writeFile(path.join(folder.path, "finetune-bench.yml"), suite);
  expect(await run(folder.path, ["validate"])).toMatchObject({
    stdout: "finetune-bench.yml: 1 benchmark, 1 run each: nothing is wrong with it",
    exitCode: 0,
  });
});

test("a suite in which a template was not filled in: our words alone", async () => {
  await using folder = await temporaryFolder();
  await writeFile(path.join(folder.path, "finetune-bench.yml"), "version: 1\nbenchmarks: {{ suite }}\n");
  const { stderr, exitCode } = await run(folder.path, ["validate"]);
  expect(stderr).toMatch(/^finetune-bench: finetune-bench\.yml:2:13: benchmarks: must be a list; given .*$/);
  expect(exitCode).toBe(2);
});

test("a reader that leaves early, as `| head` does, breaks nothing", async () => {
  await using folder = await temporaryFolder();
  const child = execa(process.execPath, [cli, "init"], { cwd: folder.path, reject: false, buffer: { stdout: false } });
  // Closed before the program has said its first word.
  child.stdout.destroy();
  const { stderr, exitCode } = await child;
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  expect(await readdir(folder.path)).toContain("finetune-bench.yml");
});
