/** The shipped local command on other machines: one whose accelerator cannot be used, and one where something is switched. */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { localProject, NOISY_TRAINING, QUIET_PYTHON } from "../support/local-command.ts";
import { WAIT_FOR_LOOK } from "../support/watcher-looks.ts";

const SUITE = `version: 1
benchmarks:
  - name: steady
    command: [python3, ${JSON.stringify(NOISY_TRAINING)}, steady, noise.json]
    backends: [torch-cuda, torch-cpu]
`;
const WORDS = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.";

test("a broken driver is no missing one: its backend fails the gate, unless only the processor is named", async () => {
  await using project = await localProject({
    "finetune-bench.yml": SUITE,
    "noise.json": JSON.stringify({ steady: { seed: "1" } }),
  });
  const tools = path.join(project.folder, "tools");
  await mkdir(tools);
  await writeFile(path.join(tools, "nvidia-smi"), `#!/bin/sh\necho "${WORDS}"\nexit 9\n`);
  await chmod(path.join(tools, "nvidia-smi"), 0o755);
  const env = { PATH: [tools, process.env["PATH"]].join(path.delimiter) };
  const run = ["run", "--python", QUIET_PYTHON];

  const failed = await project.run(run, env);
  expect(failed.code, failed.stderr).toBe(1);
  expect(failed.stdout).toContain("couldn't communicate with the NVIDIA driver");
  const [report] = await project.reports();
  expect(report?.gate).toMatchObject({ gate: "fail", verdict: "failed" });
  const verdicts = new Set(report?.comparisons.map(({ backend, verdict }) => `${backend} ${verdict}`));
  expect([...verdicts].sort()).toEqual(["torch-cpu no-baseline", "torch-cuda failed"]);

  const named = await project.run([...run, "--backend", "torch-cpu"], env);
  expect(named.code, named.stderr).toBe(0);
});

test("what is switched at a Mac while its job runs is a warning, and disturbs the runs from then on", async () => {
  await using project = await localProject();
  const file = path.join(project.folder, "switched");
  // The first look of a run may tell of the moment before it.
  const program = `${WAIT_FOR_LOOK}
import json
if os.environ["FINETUNE_BENCH_REPEAT"] == "1":
    wait_for_look('"low_power": false')
    wait_for_look('"low_power": false')
if os.environ["FINETUNE_BENCH_REPEAT"] == "2":
    open(${JSON.stringify(file)}, "w").close()
    wait_for_look('"low_power": true')
    wait_for_look('"low_power": true')
with open(os.environ["FINETUNE_BENCH_EVENTS"], "a") as events:
    for _ in range(12):
        events.write(json.dumps({"event": "step", "duration_s": 0.01}) + "\\n")
`;
  await project.write("train.py", program);
  await project.write(
    "finetune-bench.yml",
    "version: 1\nbenchmarks:\n  - name: mine\n    command: [python3, train.py]\n    backends: [torch-cpu]\n",
  );
  const env = { FINETUNE_BENCH_TEST_WATCH_SWITCH: file };
  const done = await project.run(["run", "--python", QUIET_PYTHON], env);
  expect(done.code, done.stderr).toBe(0);
  const [report] = await project.reports();
  const warnings = report?.warnings.map(({ message }) => message).join("\n");
  expect(warnings).toContain("Low Power Mode was switched on while the job ran");
  expect(warnings).toContain("the display woke up while the job ran");
  const disturbed = report?.disturbances.filter(({ part }) => part === "measured") ?? [];
  expect(disturbed.map(({ kind, message }) => [kind, message])).toEqual([
    ["power", "Low Power Mode was switched on after the job began"],
  ]);
  expect(disturbed[0]?.runs).toContain(2);
});
