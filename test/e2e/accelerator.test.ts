/** The shipped local command on a machine whose accelerator is there and cannot be used. */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { localProject, NOISY_TRAINING, QUIET_PYTHON } from "../support/local-command.ts";

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
