/** A fresh clone, started twice: the second start compares with the first and asks no registry for anything. */
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { reportSchema, type Report } from "../../src/core/report.ts";
import { jobResultSchema } from "../../src/core/result.ts";
import { withoutDisturbances } from "../support/undisturbed.ts";

const root = path.resolve(import.meta.dirname, "..", "..");
let clone = "";

beforeAll(async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "finetune-bench-clone-"));
  clone = path.join(folder, "a clone");
  await execa("git", ["clone", "--quiet", "--no-hardlinks", root, clone]);
});

afterAll(async () => {
  if (clone !== "") await rm(path.dirname(clone), { recursive: true, force: true });
});

interface Started {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm start` as a person types it: with the host's own Node and npm, not those of the lockfile. */
async function npmStart(extra: Record<string, string>, args: readonly string[] = []): Promise<Started> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|VITEST|GITHUB_|CI$)/.test(name));
  const bin = path.join(root, "node_modules");
  const search = (process.env["PATH"] ?? "").split(path.delimiter).filter((part) => !part.startsWith(bin));
  const env = { ...Object.fromEntries(kept), PATH: search.join(path.delimiter), ...extra };
  const child = spawn("npm", ["start", ...(args.length > 0 ? ["--", ...args] : [])], { cwd: clone, env });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stdout, stderr };
}

async function reports(): Promise<Report[]> {
  const folder = path.join(clone, ".finetune-bench", "results");
  const names = (await readdir(folder)).sort();
  return Promise.all(
    names.map(async (name) =>
      reportSchema.parse(JSON.parse(await readFile(path.join(folder, name, "report.json"), "utf8"))),
    ),
  );
}

const IDS = ["lora-alpaca-tinyllama.strict.tiny", "switch-matmul.strict.tiny"].flatMap((title) =>
  ["mlx-cpu", "torch-cpu"].map((backend) => `${title}.${backend}`),
);

test("the first start records a baseline, the second compares with it and installs nothing", async () => {
  const first = await npmStart({});
  expect(first.stderr).toContain("Installing the Node packages");
  expect(first.code, first.stderr).toBe(0);
  // npm's own two lines stand before it.
  const verdict = first.stdout.split("\n").find((line) => line.trim() !== "" && !line.startsWith(">"));
  expect(verdict).toMatch(/no baseline/i);
  const [one] = await reports();
  expect(one?.gate).toMatchObject({ gate: "neutral", verdict: "no-baseline" });
  expect(one?.recorded).toBe("yes");
  const stores = path.join(clone, ".finetune-bench", "baselines");
  const [key = ""] = await readdir(stores);
  const [stored = ""] = await readdir(path.join(stores, key));
  await withoutDisturbances(path.join(stores, key, stored));

  const unreachable = "http://127.0.0.1:9";
  const second = await npmStart({
    npm_config_registry: unreachable,
    PIP_INDEX_URL: unreachable,
    UV_DEFAULT_INDEX: unreachable,
    HTTPS_PROXY: unreachable,
    HTTP_PROXY: unreachable,
  });
  expect(second.stderr).not.toContain("Installing");
  expect(second.stderr).toContain("nothing to download");
  const two = (await reports()).at(-1);
  expect(second.code, second.stderr).toBe(two?.gate.gate === "fail" ? 1 : 0);
  expect(two?.baseline?.jobs).toBe(1);
  const primary = two?.comparisons.filter((comparison) => comparison.metric?.primary === true) ?? [];
  expect(primary.map((comparison) => comparison.benchmark).sort()).toEqual(IDS);
  for (const comparison of primary) {
    expect(comparison.base).not.toBeNull();
    expect(comparison.effect).not.toBeNull();
    // What a shared processor honestly says of its speed is left open here; that it says something is not.
    expect(["no-change", "inconclusive", "improvement", "regression"]).toContain(comparison.verdict);
  }
  // Training is bit for bit the same on one machine and build, whatever its speed.
  const losses = two?.comparisons.filter((comparison) => comparison.metric?.class === "loss") ?? [];
  expect(losses.length).toBeGreaterThan(0);
  expect(losses.map((comparison) => comparison.verdict)).toEqual(losses.map(() => "no-change"));
  expect(two?.frameworks.length).toBeGreaterThan(0);

  const files = await readdir(path.join(stores, key));
  expect(files).toHaveLength(2);
  for (const file of files) {
    jobResultSchema.parse(JSON.parse(await readFile(path.join(stores, key, file), "utf8")));
  }
});

test("help and mistakes answer at once, with their exit status", async () => {
  const help = await npmStart({}, ["--help"]);
  expect(help.code).toBe(0);
  expect(help.stdout).toContain("validate");
  const wrong = await npmStart({}, ["run", "--suite", "missing.yml"]);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain("there is no such file");
});
