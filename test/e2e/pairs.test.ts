/** Pairs of real programs through the shipped command: real training that does more work, and a requirement that changed. */
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { findPython } from "../../src/io/python.ts";
import { developmentPython } from "../support/development-python.ts";
import { GIT_ENVIRONMENT } from "../support/git-backend.ts";
import { localProject, type LocalProject } from "../support/local-command.ts";
import { makeWheels } from "../support/package-index.ts";

async function commit(project: LocalProject, message: string): Promise<void> {
  const git = (...args: string[]) => execa("git", args, { cwd: project.folder, env: GIT_ENVIRONMENT });
  await git("init", "--quiet");
  await git("add", "--all", "--", ":/", ":(exclude).finetune-bench", ":(exclude)wheels");
  await git("commit", "--quiet", "--message", message);
}

const suite = (backend: string, more = ""): string => `version: 1
repeats: 2
benchmarks:
  - name: train
    command: [python, train.py]
    backends: [${backend}]
${more}`;

/**
 * A small network trained for real on one thread; `passes` forward and backward passes a step. Many short steps: one of
 * them is undisturbed on any machine.
 */
const training = (passes: number): string => `import json, os, time
import mlx.core as mx

mx.random.seed(0)
weights = [mx.random.normal((96, 96)) * 0.1 for _ in range(2)]
data = mx.random.normal((64, 96))

def loss(weights):
    return mx.square(mx.maximum(data @ weights[0], 0) @ weights[1] - data).mean()

step = mx.value_and_grad(loss)
with open(os.environ["FINETUNE_BENCH_EVENTS"], "a") as events:
    for _ in range(150):
        begin = time.perf_counter()
        for _ in range(${passes}):
            value, gradients = step(weights)
            weights = [weight - 0.01 * gradient for weight, gradient in zip(weights, gradients)]
            mx.eval(weights, value)
        duration = time.perf_counter() - begin
        events.write(json.dumps({"event": "step", "duration_s": duration, "samples": 64}) + "\\n")
`;

test("six times the work in the training loop of the head is confirmed by pairs", async () => {
  await using project = await localProject({ "finetune-bench.yml": suite("mlx-cpu"), "train.py": training(2) });
  await commit(project, "base");
  await project.write("train.py", training(12));
  await commit(project, "head");
  const ended = await project.run(["run", "--base", "HEAD~1", "--python", await developmentPython("mlx")]);
  expect(ended.code, ended.stderr).toBe(1);
  const [report] = await project.reports();
  expect(report?.gate).toMatchObject({ verdict: "regression", gate: "fail" });
  const speed = report?.comparisons.find(({ metric }) => metric?.class === "throughput");
  expect(speed).toMatchObject({ verdict: "regression", unconfirmed: false });
  expect(speed?.pairs).toBeGreaterThanOrEqual(4);
  // Others on the machine may slow one side down: by half at most, and by as much the other.
  expect(speed?.effect).toBeLessThan(-0.6);
  expect(speed?.effect).toBeGreaterThan(-0.95);
  expect(ended.stderr).toMatch(/Confirm: 1 benchmark beside [0-9a-f]{7}/);
  const status = await execa("git", ["status", "--porcelain"], { cwd: project.folder, env: GIT_ENVIRONMENT });
  expect(status.stdout).toBe("");
});

/** Slower with version 2 of a package, which is what a bump of a requirement may do. */
const paced = `import json, os, random
import pace

seed = os.environ["FINETUNE_BENCH_SIDE"] + os.environ["FINETUNE_BENCH_REPEAT"]
level = random.Random(seed).gauss(1.0, 0.003) * (0.12 if pace.__version__ == "2.0" else 0.1)
with open(os.environ["FINETUNE_BENCH_EVENTS"], "a") as events:
    for _ in range(20):
        events.write(json.dumps({"event": "step", "duration_s": level}) + "\\n")
`;

test("a requirement pinned otherwise in the base is measured as the effect it is", async () => {
  const requirements = "    requirements: requirements.txt\n";
  await using project = await localProject({
    "finetune-bench.yml": suite("torch-cpu", requirements),
    "train.py": paced,
    "requirements.txt": "pace==1.0\n",
  });
  const { executable } = await findPython({ requested: null, env: process.env });
  const wheels = path.join(project.folder, "wheels");
  await makeWheels(wheels, executable, ["pace==1.0", "pace==2.0"]);
  const env = {
    PIP_NO_INDEX: "1",
    PIP_FIND_LINKS: wheels,
    FINETUNE_BENCH_CACHE: path.join(project.folder, ".finetune-bench", "cache"),
  };
  await commit(project, "pace 1.0");
  const first = await project.run(["run", "--save"], env);
  expect(first.code, first.stderr).toBe(0);
  await project.write("requirements.txt", "pace==2.0\n");
  await commit(project, "pace 2.0");
  const second = await project.run(["run", "--base", "HEAD~1"], env);
  expect(second.code, second.stderr).toBe(1);
  const report = (await project.reports()).at(-1);
  expect(report?.comparisons[0]).toMatchObject({ verdict: "regression", unconfirmed: false, pairs: 4 });
  expect(report?.comparisons[0]?.effect).toBeCloseTo(0.2, 1);
  expect(report?.environment.differences).toContainEqual({
    kind: "software",
    field: "pace",
    base: "1.0",
    head: "2.0",
  });
});
