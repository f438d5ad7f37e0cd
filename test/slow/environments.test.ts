/** Environments through the shipped command, without any network: made from a wheelhouse, found again, mended. */
import { mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { findPython } from "../../src/io/python.ts";
import { localProject, QUIET_PYTHON } from "../support/local-command.ts";
import { makeWheels } from "../support/package-index.ts";

const SUITE = `version: 1
repeats: 1
benchmarks:
  - name: train
    command: [python, train.py]
    requirements: requirements.txt
    backends: [torch-cpu]
`;

const TRAIN = `import json, os
import helper
with open(os.environ["FINETUNE_BENCH_EVENTS"], "a") as events:
    for _ in range(5):
        events.write(json.dumps({"event": "step", "duration_s": 0.1}) + "\\n")
`;

test("one that lost a file since an earlier job is made anew with a word, from the wheels at hand", async () => {
  await using project = await localProject({
    "finetune-bench.yml": SUITE,
    "train.py": TRAIN,
    "requirements.txt": "demo==1.0\n",
  });
  const { executable } = await findPython({ needsVenv: true });
  const wheels = path.join(project.folder, "wheels");
  await mkdir(wheels);
  await makeWheels(wheels, executable, ["demo==1.0:helper", "helper==2.0"]);
  const cache = path.join(project.folder, "cache");
  const env = { PIP_NO_INDEX: "1", PIP_FIND_LINKS: wheels, FINETUNE_BENCH_CACHE: cache };

  const first = await project.run(["run"], env);
  expect(first.code, first.stderr).toBe(0);
  expect(first.stderr).toContain("making the environment requirements with pip");

  // What is there needs neither an index nor a wheel.
  const closed = {
    PIP_NO_INDEX: "1",
    PIP_FIND_LINKS: path.join(project.folder, "nowhere"),
    FINETUNE_BENCH_CACHE: cache,
  };
  const second = await project.run(["run"], closed);
  expect(second.code, second.stderr).toBe(0);
  expect(second.stderr).toContain("environments: all there, nothing to download");

  const files = await readdir(cache, { recursive: true });
  const lost = files.find((file) => path.basename(file) === "helper.py") ?? "";
  await rm(path.join(cache, lost));
  const third = await project.run(["run"], env);
  expect(third.code, third.stderr).toBe(0);
  expect(third.stderr).toMatch(/the environment requirements is damaged \(\S+helper\.py is missing\): making it anew/);
  expect(await readdir(cache, { recursive: true })).not.toContain(lost);
});

test("an interpreter that the user names is used as it is: nothing is made or installed for it", async () => {
  const train = TRAIN.replace("import helper\n", "");
  await using project = await localProject({ "finetune-bench.yml": SUITE, "train.py": train });
  const cache = path.join(project.folder, "cache");
  // Not even read: the file that the suite names is not there.
  const done = await project.run(["run", "--python", QUIET_PYTHON], { FINETUNE_BENCH_CACHE: cache });
  expect(done.code, done.stderr).toBe(0);
  expect(done.stderr).toContain("environments: all there, nothing to download");
  await expect(readdir(path.join(cache, "envs"))).rejects.toThrow("ENOENT");
});
