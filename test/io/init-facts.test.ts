import { execa } from "execa";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Probe } from "../../src/core/environment.ts";
import type { Harness } from "../../src/io/harness.ts";
import { readRepository, readSuiteFacts } from "../../src/io/init-facts.ts";
import { findPython } from "../../src/io/python.ts";
import { GIT_ENVIRONMENT } from "../support/git-backend.ts";
import { h200, m4Max, probeOf } from "../support/probes.ts";

const root = path.join(import.meta.dirname, "..", "..");
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "init "));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const git = (...args: string[]) => execa("git", args, { cwd: folder, env: GIT_ENVIRONMENT });

async function harness(): Promise<Harness> {
  const { executable } = await findPython({});
  const { signal } = new AbortController();
  return { python: executable, folder: path.join(root, "harness"), cache: folder, env: process.env, signal };
}

async function sizes(probe: Probe): Promise<string[]> {
  const repository = { folder, isGit: false, branch: "main" };
  const { benchmarks } = await readSuiteFacts(probe, repository, await harness());
  return benchmarks.map(({ workload, size, rows, why }) => `${workload} ${size}, ${rows ?? "its own"} rows: ${why}`);
}

test("the real size where an accelerator has room for it, the tiny one elsewhere, by the harness's own estimate", async () => {
  expect(await sizes(h200)).toEqual([
    expect.stringMatching(/^lora-alpaca-tinyllama real, its own rows: [\d.]+ GiB of memory, about .* a run; or tiny$/),
    expect.stringMatching(/^switch-matmul real, its own rows: /),
  ]);
  expect((await sizes(m4Max))[0]).toMatch(/^lora-alpaca-tinyllama real, \d+0 rows: .*about 3 min a run/);
  const small = probeOf({ accelerators: [{ memory_bytes: 6 * 2 ** 30 }], possible: ["torch-cuda", "torch-cpu"] });
  expect((await sizes(small))[0]).toMatch(/^lora-alpaca-tinyllama tiny, its own rows: real takes [\d.]+ GiB/);
  expect((await sizes(probeOf()))[0]).toMatch(/^lora-alpaca-tinyllama tiny, its own rows: /);
});

test("one file that is plainly a training program is taken for it, of two none", async () => {
  const program = async () =>
    (await readSuiteFacts(probeOf(), { folder, isGit: false, branch: "main" }, await harness())).program;
  await writeFile(path.join(folder, "training_data.py"), "");
  expect(await program()).toBeNull();
  await writeFile(path.join(folder, "finetune.py"), "");
  expect(await program()).toEqual({ command: ["python", "finetune.py"], requirements: null });
  await writeFile(path.join(folder, "requirements.txt"), "");
  expect(await program()).toMatchObject({ requirements: "requirements.txt" });
  await writeFile(path.join(folder, "train.py"), "");
  expect(await program()).toBeNull();
});

test("the default branch: as the remote says, else the usual names, else the one that is checked out", async () => {
  const branch = async () => (await readRepository(folder)).branch;
  expect(await readRepository(folder)).toEqual({ folder, isGit: false, branch: "main" });
  await git("init", "--quiet", "--initial-branch=feature");
  expect(await branch()).toBe("feature");
  await git("commit", "--quiet", "--allow-empty", "-m", "first");
  await git("branch", "master");
  expect(await branch()).toBe("master");
  await git("update-ref", "refs/remotes/origin/trunk/next", "HEAD");
  await git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk/next");
  expect(await branch()).toBe("trunk/next");
  await mkdir(path.join(folder, "sub"));
  expect((await readRepository(path.join(folder, "sub"))).folder).toMatch(/init [^/]+$/);
});
