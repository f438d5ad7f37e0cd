/** Pairs that a person's own runs come to, with or without asking: which commit they take, and why there are none. */
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { findPython } from "../../src/io/python.ts";
import { developmentPython } from "../support/development-python.ts";
import { GIT_ENVIRONMENT } from "../support/git-backend.ts";
import { localProject, noisySuite, QUIET_PYTHON, type LocalProject } from "../support/local-command.ts";

const ROOT = path.resolve(import.meta.dirname, "..", "..");
const RUN = ["run", "--python", QUIET_PYTHON];

const noise = (settings: Record<string, string | number>): string =>
  JSON.stringify({ steady: { between_cv: 0.003, ...settings } });

/** The commit made of everything that is not the product's own. */
async function commit({ folder }: LocalProject): Promise<string> {
  const git = (...args: string[]) => execa("git", args, { cwd: folder, env: GIT_ENVIRONMENT });
  await git("init", "--quiet");
  await git("add", "--all", "--", ":/", ":(exclude).finetune-bench");
  await git("commit", "--quiet", "--allow-empty", "--message", "a change");
  return (await git("rev-parse", "HEAD")).stdout;
}

async function newest(project: LocalProject) {
  const report = (await project.reports()).at(-1);
  if (report === undefined) throw new Error("no report");
  const speed = report.comparisons.find(({ metric }) => metric?.primary === true);
  if (speed === undefined) throw new Error("no speed was compared");
  return { report, speed };
}

test("a second start asks the commit of the first one where its history cannot clear a change", async () => {
  await using project = await localProject({
    "finetune-bench.yml": noisySuite(["steady"]),
    "noise.json": noise({ seed: "1" }),
  });
  const stored = await commit(project);
  expect((await project.run([...RUN, "--save"])).code).toBe(0);
  await project.write("noise.json", noise({ seed: "2", slowdown: 1.25 }));
  const second = await project.run([...RUN, "--save"]);
  expect(second.stderr).toContain(`Confirm: 1 benchmark beside ${stored.slice(0, 7)}, the newest stored job`);
  expect(second.stderr).toMatch(/pairs: 4 pairs of 1 benchmark, about .*; 5 min left for them/);
  expect(second.code, second.stderr).toBe(1);
  const { report, speed } = await newest(project);
  expect(speed).toMatchObject({ verdict: "regression", unconfirmed: false, pairs: 4 });
  expect(report.confirmation?.base_sha).toBe(stored);
});

test("a base whose suite gives the program other work is not compared in pairs, and it is said", async () => {
  await using project = await localProject({
    "finetune-bench.yml": noisySuite(["steady"], "    env: { ROWS: '1' }\n"),
    "noise.json": noise({ seed: "1" }),
  });
  await commit(project);
  await project.write("finetune-bench.yml", noisySuite(["steady"], "    env: { ROWS: '2' }\n"));
  await commit(project);
  const ended = await project.run([...RUN, "--base", "HEAD~1"]);
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stderr).toMatch(/steady\.torch-cpu: no pairs, it does other work than in the base commit/);
  expect(await newest(project)).toMatchObject({ speed: { verdict: "no-baseline", pairs: 0 } });
});

test("a base that does not run leaves the history as the only witness", async () => {
  await using project = await localProject({
    "finetune-bench.yml": noisySuite(["steady"]),
    "noise.json": noise({ seed: "1" }),
  });
  expect((await project.run([...RUN, "--save"])).code).toBe(0);
  await project.write("noise.json", noise({ failure: "exit" }));
  await commit(project);
  await project.write("noise.json", noise({ seed: "2", slowdown: 1.25 }));
  await commit(project);
  const ended = await project.run([...RUN, "--base", "HEAD~1"]);
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stderr).toContain("the base run failed");
  const { report, speed } = await newest(project);
  expect(speed).toMatchObject({ verdict: "regression", unconfirmed: true, pairs: 0 });
  expect(report.gate.gate).toBe("neutral");
});

const SLEEPING = `import json, os, time
time.sleep(2)
with open(os.environ["FINETUNE_BENCH_EVENTS"], "a") as events:
    for _ in range(20):
        events.write(json.dumps({"event": "step", "duration_s": 0.1}) + "\\n")
`;

test("what measuring took of the time budget is not there for pairs", async () => {
  await using project = await localProject({
    "finetune-bench.yml":
      "version: 1\nrepeats: 1\nbenchmarks:\n  - { name: train, command: [python3, train.py], backends: [torch-cpu] }\n",
    "train.py": SLEEPING,
  });
  await commit(project);
  // One run of two seconds at least, which a busy machine may take ten times as long for; four pairs with their warm-ups
  // take ten of them more.
  const ended = await project.run([...RUN, "--base", "HEAD", "--time-budget", "21s"]);
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stderr).toContain("no time left for pairs: nothing of the base is checked out");
});

/** What `pip install -e` leaves in an environment, as most build backends and as setuptools do it. */
const EDITABLE = {
  "a path": (source: string) => ({ "mine.pth": `${source}\n` }),
  "a finder": (source: string) => ({
    "mine.pth": "import __editable___mine_finder; __editable___mine_finder.install()\n",
    "__editable___mine_finder.py": `import sys
from importlib.util import spec_from_file_location

MAPPING = {"mine": ${JSON.stringify(path.join(source, "mine"))}}

class EditableFinder:
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        place = MAPPING.get(name)
        return place and spec_from_file_location(name, f"{place}/__init__.py", submodule_search_locations=[place])

def install():
    sys.meta_path.append(EditableFinder)
`,
  }),
};

const importing = `import json, os, random
import mine

level = random.Random(os.environ["FINETUNE_BENCH_SIDE"] + os.environ["FINETUNE_BENCH_REPEAT"]).gauss(1.0, 0.003)
with open(os.environ["FINETUNE_BENCH_EVENTS"], "a") as events:
    for _ in range(20):
        events.write(json.dumps({"event": "step", "duration_s": level * mine.STEP_S}) + "\\n")
`;

test.each(["a path", "a finder"] as const)(
  "a package installed from the checkout by %s is the base's own on its side",
  async (kind) => {
    await using project = await localProject({
      "finetune-bench.yml":
        "version: 1\nbenchmarks:\n  - { name: train, command: [python, bench/train.py], backends: [torch-cpu] }\n",
      "bench/train.py": importing,
      "src/mine/__init__.py": "STEP_S = 0.1\n",
    });
    await commit(project);
    await project.write("src/mine/__init__.py", "STEP_S = 0.12\n");
    await commit(project);
    const { executable } = await findPython({ requested: null, env: process.env });
    const venv = path.join(project.folder, ".finetune-bench", "venv");
    await execa(executable, ["-m", "venv", "--without-pip", venv]);
    const [version = ""] = await readdir(path.join(venv, "lib"));
    for (const [name, text] of Object.entries(EDITABLE[kind](path.join(project.folder, "src")))) {
      await writeFile(path.join(venv, "lib", version, "site-packages", name), text);
    }
    const ended = await project.run(["run", "--base", "HEAD~1"], {
      PATH: [path.join(venv, "bin"), process.env["PATH"]].join(path.delimiter),
    });
    expect(ended.code, ended.stderr).toBe(1);
    const { speed } = await newest(project);
    expect(speed).toMatchObject({ verdict: "regression", unconfirmed: false, pairs: 4 });
    expect(speed.effect).toBeCloseTo(0.2, 1);
  },
);

test("the harness of a repository is part of what changed: its base runs its own", async () => {
  await using project = await localProject({
    "finetune-bench.yml": `version: 1
repeats: 1
benchmarks:
  - { workload: switch-matmul, preset: strict, size: tiny, backends: [mlx-cpu] }
`,
  });
  for (const part of ["dist", "harness/src", "harness/requirements", "package.json"]) {
    await cp(path.join(ROOT, part), path.join(project.folder, part), { recursive: true });
  }
  const slowdown = path.join(project.folder, "harness", "src", "finetune_bench", "slowdown.py");
  await commit(project);
  // Every step of the head's own harness takes ten times as long, which no other work on this machine does to it.
  const own = await readFile(slowdown, "utf8");
  const slower = own.replace('environ.get(VARIABLE, "")', 'environ.get(VARIABLE, "9")');
  expect(slower).not.toBe(own);
  await writeFile(slowdown, slower);
  await commit(project);
  const cli = path.join(project.folder, "dist", "cli.js");
  const python = await developmentPython("mlx");
  const ended = await execa(process.execPath, [cli, "run", "--base", "HEAD~1", "--python", python], {
    cwd: project.folder,
    env: { FINETUNE_BENCH_LOCK_DIR: path.join(project.folder, ".finetune-bench") },
    reject: false,
  });
  expect(ended.exitCode, ended.stderr).toBe(1);
  const { speed } = await newest(project);
  expect(speed).toMatchObject({ verdict: "regression", unconfirmed: false });
  expect(speed.effect).toBeGreaterThan(2);
});
