import { execa } from "execa";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
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
