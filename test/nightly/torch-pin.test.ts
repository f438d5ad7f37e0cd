/** Another torch in the base than in the head, both from the package index: measured in pairs as the effect it is. */
import { execa } from "execa";
import { expect, test } from "vitest";
import { GIT_ENVIRONMENT } from "../support/git-backend.ts";
import { localProject } from "../support/local-command.ts";

const SUITE = `version: 1
repeats: 2
benchmarks:
  - name: train
    command: [python, train.py]
    requirements: requirements.txt
    backends: [torch-cpu]
`;

const TRAIN = `import json, os, time
import torch

torch.set_num_threads(1)
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(192, 192), torch.nn.ReLU(), torch.nn.Linear(192, 192))
optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)
data = torch.randn(64, 192)
with open(os.environ["FINETUNE_BENCH_EVENTS"], "a") as events:
    for _ in range(200):
        begin = time.perf_counter()
        optimiser.zero_grad()
        (model(data) - data).square().mean().backward()
        optimiser.step()
        duration = time.perf_counter() - begin
        events.write(json.dumps({"event": "step", "duration_s": duration, "samples": 64}) + "\\n")
`;

test("a bump of torch is measured, not refused", { timeout: 3_600_000 }, async () => {
  await using project = await localProject({
    "finetune-bench.yml": SUITE,
    "train.py": TRAIN,
    "requirements.txt": "torch==2.12.0\nnumpy\n",
  });
  const git = (...args: string[]) => execa("git", args, { cwd: project.folder, env: GIT_ENVIRONMENT });
  const commit = async (message: string): Promise<void> => {
    await git("init", "--quiet");
    await git("add", "--all", "--", ":/", ":(exclude).finetune-bench");
    await git("commit", "--quiet", "--message", message);
  };
  await commit("torch 2.12");
  const first = await project.run(["run", "--save"]);
  expect(first.code, first.stderr).toBe(0);
  await project.write("requirements.txt", "torch==2.13.0\nnumpy\n");
  await commit("torch 2.13");
  const second = await project.run(["run", "--base", "HEAD~1", "--fail-on", "failed"]);
  expect(second.code, second.stderr).toBe(0);
  const report = (await project.reports()).at(-1);
  const speed = report?.comparisons.find(({ metric }) => metric?.class === "throughput");
  // Which torch is faster is torch's affair; that there are numbers of both sides is ours.
  expect(speed?.pairs).toBeGreaterThanOrEqual(4);
  expect(speed?.verdict).not.toBe("incomparable");
  expect(speed?.effect).not.toBeNull();
  const bump = { kind: "software", field: "torch", base: "2.12.0", head: "2.13.0" };
  expect(report?.environment.differences).toContainEqual(expect.objectContaining(bump));
});
