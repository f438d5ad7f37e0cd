import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { gitHubRepository, runnerLabels, suiteText, workflowText, type InitSuite } from "../../src/core/init-files.ts";
import { parseSuite } from "../../src/core/suite-parse.ts";

const template = readFileSync(path.join(import.meta.dirname, "..", "..", "workflows", "finetune-bench.yml"), "utf8");

const MAC: InitSuite = {
  machine: "Apple M4 Max, 40 cores, 64 GB",
  backends: ["mlx-metal", "torch-mps"],
  benchmarks: [
    {
      workload: "lora-alpaca-tinyllama",
      summary: "LoRA fine-tuning",
      size: "real",
      rows: 500,
      why: "7.4 GiB of memory, about 3 min a run; or tiny",
    },
    {
      workload: "switch-matmul",
      summary: "Six products",
      size: "tiny",
      rows: null,
      why: "real takes 90 GiB of memory",
    },
  ],
  others: [
    { workload: "lm-ptb", summary: "Training a language model" },
    { workload: "nli-bert-tiny", summary: "BERT tiny" },
  ],
  program: { command: ["python", "finetune.py"], requirements: "requirements.txt" },
  schemaUrl: "https://raw.githubusercontent.com/acme/finetune-bench/main/schema/suite.schema.json",
};

describe("the suite", () => {
  test("explains itself, and passes validation", async () => {
    await expect(suiteText(MAC)).toMatchFileSnapshot("../golden/init-suite.yml");
    const { benchmarks, repeats } = parseSuite(suiteText(MAC), "finetune-bench.yml");
    expect(repeats).toBe(3);
    expect(benchmarks.map((entry) => ("size" in entry ? entry.size : null))).toEqual(["real", "tiny"]);
  });

  test("is as good with the lines about one's own program taken in", () => {
    const text = suiteText(MAC)
      .replace(/^ {2}# - name/m, "  - name")
      .replaceAll(/^ {2}# {3}(\w+:)/gm, "    $1");
    expect(parseSuite(text, "finetune-bench.yml").benchmarks.at(-1)).toMatchObject({
      name: "my-training",
      command: ["python", "finetune.py"],
      requirements: "requirements.txt",
      backends: ["torch-mps"],
    });
  });

  test("is as good with another workload taken in", () => {
    const text = suiteText(MAC).replace("  # - { workload: nli", "  - { workload: nli");
    expect(parseSuite(text, "finetune-bench.yml").benchmarks.at(-1)).toMatchObject({
      workload: "nli-bert-tiny",
      preset: "strict",
      size: "tiny",
    });
  });

  test("keeps foreign words in comments", () => {
    const machine = "Box\nbenchmarks: []\u2028version: 2";
    expect(parseSuite(suiteText({ ...MAC, machine }), "finetune-bench.yml").benchmarks).toHaveLength(2);
  });
});

describe("the workflow", () => {
  test("has the runner, the branch and the release put in, everywhere", () => {
    const action = `acme/finetune-bench@${"a1".repeat(20)} # v0.1.0`;
    const text = workflowText(template, { labels: ["self-hosted", "macOS", "ARM64"], branch: "trunk", action });
    const changed = text.split("\n").filter((line, index) => line !== template.split("\n")[index]);
    expect(changed).toEqual([
      "    branches: [trunk]",
      "    runs-on: [self-hosted, macOS, ARM64]",
      `      - uses: ${action}`,
      "    runs-on: [self-hosted, macOS, ARM64]",
      `      - uses: ${action}`,
    ]);
  });

  test("keeps the placeholder where nobody knows the release, and quotes names that need it", () => {
    const text = workflowText(template, { labels: ["self-hosted"], branch: "2.x: $& #1", action: null });
    expect(text).toContain("uses: OWNER/finetune-bench@0000");
    expect(text).toContain('branches: ["2.x: $& #1"]');
  });
});

test("labels are those every runner has by itself", () => {
  expect(runnerLabels("macos", "arm64")).toEqual(["self-hosted", "macOS", "ARM64"]);
  expect(runnerLabels("linux", "aarch64")).toEqual(["self-hosted", "Linux", "ARM64"]);
  expect(runnerLabels("windows", "AMD64")).toEqual(["self-hosted", "Windows", "X64"]);
});

test.each([
  ["https://github.com/acme/finetune-bench.git", "acme/finetune-bench"],
  ["https://x-access-token:secret@github.com/acme/finetune-bench", "acme/finetune-bench"],
  ["git@github.com:acme/finetune-bench.git", "acme/finetune-bench"],
  ["ssh://git@github.com/acme/finetune-bench/", "acme/finetune-bench"],
  ["https://gitlab.com/acme/finetune-bench", null],
  ["https://evil.example/github.com/acme/finetune-bench", null],
  ["/srv/git/finetune-bench", null],
])("%s is the repository %s", (remote, name) => {
  expect(gitHubRepository(remote)).toBe(name);
});
