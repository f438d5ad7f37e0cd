import { execa } from "execa";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { goTool } from "../../scripts/build-tools.ts";

const root = path.join(import.meta.dirname, "..", "..");
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "lint-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function lint(text: string) {
  const file = path.join(folder, "broken.yml");
  await writeFile(file, text);
  const script = path.join(root, "scripts", "lint-workflows.ts");
  return execa(process.execPath, [script, file], { cwd: root, reject: false, all: true });
}

const BROKEN = `name: broken
on:
  pull_requests:
jobs:
  bench:
    runs-on: [self-hosted]
    steps:
      - uses: actions/checkout@v6
      - uses: OWNER/finetune-bench@0000000000000000000000000000000000000000 # v0.1.0
        with:
          tiem-budget: 30m
      - run: echo "\${{ github.event.pull_request.title }}"
`;

describe("the lint of workflow files", () => {
  it("finds wrong keys, wrong inputs and dangerous lines", async () => {
    const { exitCode, all } = await lint(BROKEN);
    expect(exitCode).toBe(1);
    expect(all).toMatch(/broken\.yml:3:\d+ Unexpected value 'pull_requests'/);
    expect(all).toMatch(/tiem-budget/);
    expect(all).toMatch(/unpinned-uses/);
    expect(all).toMatch(/template-injection/);
    // CI has it; elsewhere the line that names the command stands in its place.
    expect(all).toMatch(
      goTool("actionlint") === null
        ? /actionlint: not run here.*build-tools/
        : /broken\.yml:11:\d+: input "tiem-budget"/,
    );
  });
});

const stepSchema = z.object({ uses: z.string(), with: z.record(z.string(), z.unknown()).optional() });
const workflowSchema = z.object({
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.string()),
  concurrency: z.object({ group: z.string(), "cancel-in-progress": z.literal(false), queue: z.literal("max") }),
  jobs: z.record(
    z.string(),
    z.object({ if: z.string(), permissions: z.record(z.string(), z.string()), steps: z.array(stepSchema) }),
  ),
});

describe("the workflow file for users", () => {
  it("runs for pull requests and pushes, each job with the least it needs, every action pinned", async () => {
    const text = await readFile(path.join(root, "workflows", "finetune-bench.yml"), "utf8");
    const workflow = workflowSchema.parse(parse(text));
    expect(Object.keys(workflow.on)).toEqual(["pull_request", "push"]);
    expect(workflow.permissions).toEqual({});
    const permissions = Object.entries(workflow.jobs).map(([name, job]) => [name, job.permissions]);
    expect(Object.fromEntries(permissions)).toEqual({
      "pull-request": { contents: "read", "pull-requests": "write" },
      history: { contents: "write" },
    });
    const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
    for (const step of steps) expect(step.uses).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
    const checkouts = steps.filter((step) => step.uses.startsWith("actions/checkout@"));
    expect(checkouts.map((step) => step.with?.["persist-credentials"])).toEqual([false, false]);
    expect(workflow.jobs["pull-request"]?.if).toContain("head.repo.full_name == github.repository");
    expect(workflow.jobs["history"]?.if).toContain("github.event_name == 'push'");
  });
});
