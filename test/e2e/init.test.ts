import { execa } from "execa";
import { mkdir, readdir, readFile, symlink } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { GIT_ENVIRONMENT } from "../support/git-backend.ts";
import { localProject } from "../support/local-command.ts";

const root = path.join(import.meta.dirname, "..", "..");
const WORKFLOW = ".github/workflows/finetune-bench.yml";

const git = (cwd: string, ...args: string[]) => execa("git", args, { cwd, env: GIT_ENVIRONMENT });

test("in an empty repository: both files, valid and clean, and a calm word on what is next", async () => {
  await using project = await localProject();
  await git(project.folder, "init", "--quiet", "--initial-branch=trunk");
  const { code, stdout, stderr } = await project.run(["init"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/wrote finetune-bench\.yml\nwrote .*finetune-bench\.yml\n\nnext:\n {2}1\. /);
  expect(parse(await readFile(path.join(project.folder, WORKFLOW), "utf8"))).toMatchObject({
    on: { push: { branches: ["trunk"] } },
    jobs: { history: { "runs-on": ["self-hosted", "Linux", process.arch === "arm64" ? "ARM64" : "X64"] } },
  });
  const validated = await project.run(["validate"]);
  expect(validated).toMatchObject({ code: 0, stdout: expect.stringContaining("nothing is wrong with it") });
  const lint = path.join(root, "scripts", "lint-workflows.ts");
  const linted = await execa(process.execPath, [lint, path.join(project.folder, WORKFLOW)], {
    cwd: root,
    all: true,
    reject: false,
  });
  expect(linted.exitCode, linted.all).toBe(0);
});

test("files that are there stay as they are, and the other one is written all the same", async () => {
  await using project = await localProject({ [WORKFLOW]: "mine\n", "nested/train.py": "", "train.py": "" });
  await git(project.folder, "init", "--quiet");
  const inside = await execa(process.execPath, [path.join(root, "dist", "cli.js"), "init"], {
    cwd: path.join(project.folder, "nested"),
  });
  expect(inside.stdout).toContain(`left ${WORKFLOW} as it is`);
  expect(await readFile(path.join(project.folder, WORKFLOW), "utf8")).toBe("mine\n");
  const suite = await readFile(path.join(project.folder, "finetune-bench.yml"), "utf8");
  expect(suite).toContain('["python", "train.py"]');
  expect((await project.run(["init"])).stdout).toContain("left finetune-bench.yml as it is");
  expect(await readFile(path.join(project.folder, "finetune-bench.yml"), "utf8")).toBe(suite);
});

test("a dry run shows both and writes nothing; outside of git the folder itself is meant", async () => {
  await using project = await localProject();
  const shown = await project.run(["init", "--dry-run"]);
  expect(shown).toMatchObject({ code: 0, stdout: expect.stringMatching(/--- finetune-bench\.yml[^]*--- \.github/) });
  expect(await readdir(project.folder)).toEqual([]);
  expect((await project.run(["init"])).stdout).toContain("1. git init");
});

test("does not write through a link that leads elsewhere", async () => {
  await using project = await localProject();
  await mkdir(path.join(project.folder, "elsewhere"));
  await symlink(path.join(project.folder, "elsewhere", "x.yml"), path.join(project.folder, "finetune-bench.yml"));
  expect((await project.run(["init"])).stdout).toContain("left finetune-bench.yml as it is");
  expect(await readdir(path.join(project.folder, "elsewhere"))).toEqual([]);
});
