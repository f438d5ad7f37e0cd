/** What `init` writes in an empty repository, executed by act as it was written. */
import { execa } from "execa";
import { cp, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { cacheFolder } from "../../src/io/cache-folder.ts";
import { ActProject } from "../support/act-project.ts";
import { localProject } from "../support/local-command.ts";

it("records a first baseline of real training with the workflow and the suite that init writes", async () => {
  await using local = await localProject();
  await execa("git", ["init", "--quiet", "--initial-branch=main"], { cwd: local.folder });
  expect(await local.run(["init"])).toMatchObject({ code: 0, stderr: "" });
  const WORKFLOW = path.join(".github", "workflows", "finetune-bench.yml");
  const suite = await readFile(path.join(local.folder, "finetune-bench.yml"), "utf8");
  // One run of each is enough to see that they run.
  const files = { "finetune-bench.yml": suite.replace("repeats: 3", "repeats: 1") };

  await using acted = await ActProject.create();
  const { github, temp, workspace } = acted.project;
  const workflow = path.join(temp, "..", "as-written.yml");
  await cp(path.join(local.folder, WORKFLOW), workflow);
  const sha = await github.git.commit("main", files, "adopt finetune-bench");
  await github.git.checkout(workspace, sha);
  const payload = await github.pushPayload("main", sha);
  const run = await acted.run(workflow, { event: "push", payload, sha, cache: cacheFolder(process.env) });
  expect(run).toMatchObject({ code: 0, jobs: { history: "success" }, outputs: { "baseline-saved": "true" } });
  const [stored] = (await acted.project.history()).values();
  const complete = stored?.benchmarks.filter(({ status }) => status.state === "complete").map(({ title }) => title);
  expect(new Set(complete)).toEqual(new Set(["lora-alpaca-tinyllama.strict.tiny", "switch-matmul.strict.tiny"]));
  expect(acted.project.violations).toEqual([]);
});
