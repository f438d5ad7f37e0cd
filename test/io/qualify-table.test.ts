import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { identity } from "../../src/core/identity.ts";
import { qualifiedBenchmarkSchema, type QualifiedBenchmark } from "../../src/core/qualification.ts";
import { smallestChange } from "../../src/core/qualify.ts";
import type { Qualified } from "../../src/core/qualify-words.ts";
import { renderQualified } from "../../src/io/qualify-table.ts";
import { TOKENS } from "../support/results.ts";

const POLICY = { minEffect: 0.02, maxTolerated: 0.05, tighten: false };

function row(name: string, more: Partial<QualifiedBenchmark> & { run_cv: number }): QualifiedBenchmark {
  return qualifiedBenchmarkSchema.parse({
    benchmark: `${name}.torch-cuda`,
    title: name,
    backend: "torch-cuda",
    drift: 0.001,
    smallest_4_pairs: smallestChange(more.run_cv, 4, TOKENS, POLICY),
    smallest_10_pairs: smallestChange(more.run_cv, 10, TOKENS, POLICY),
    unchanged: "no-change",
    injected: {
      slowdown: 0.05,
      effect: -0.0472,
      interval: [-0.0561, -0.0382],
      verdict: "regression",
      pairs: 4,
      caught: true,
    },
    clear_s: 57,
    confirm_s: 475,
    ...more,
  });
}

function qualified(benchmarks: readonly QualifiedBenchmark[], more: Partial<Qualified> = {}): Qualified {
  return {
    slowdown: 0.05,
    unqualified: [],
    notes: [],
    warnings: [],
    saved: null,
    results: "/somewhere/results",
    qualification: {
      schema: 1,
      version: "0.1.0",
      runner_key: "box-1a2b",
      made_at: "2026-01-05T08:00:00Z",
      suite: "finetune-bench.yml",
      machine: identity({ model: "X670E" }),
      benchmarks: [...benchmarks],
      disturbances: [],
      measured_s: 1000,
    },
    ...more,
  };
}

const TWO = [
  row("sft-short", { run_cv: 0.004 }),
  row("sft-long", { run_cv: 0.012, drift: -0.004, clear_s: 120, confirm_s: 1000 }),
];

test("the page on it shows what it says", () => {
  const page = readFileSync(new URL("../../docs/qualify.md", import.meta.url), "utf8");
  const [said = ""] = renderQualified(qualified(TWO), { colour: false, width: 200 }).split("\n\nFiles");
  expect(page).toContain(`\`\`\`text\n${said}\n\`\`\``);
});

test.each([150, 125, 110, 80])("a terminal of %i columns loses times, then intervals, never what counts", (width) => {
  const text = renderQualified(qualified(TWO), { colour: false, width });
  expect(text).toMatch(/sft-long\.torch-cuda +1\.2 % +−0\.4 % +4\.3 % +2\.2 % +no-change +caught/);
  expect(text.includes("confirmed in")).toBe(width >= 150);
  expect(text.includes("−5.6 … −3.8")).toBe(width >= 125);
});

test("what disturbed it, what failed and where it lies, once each; foreign words steer no terminal and no runner", () => {
  const found = qualified([], {
    unqualified: [
      { benchmark: "lora.torch-cuda", message: "Traceback\n::error::forged\nRuntimeError: \u001B[2Jout of memory" },
    ],
    notes: ["own.torch-cuda: the program does not honour FINETUNE_BENCH_SLOWDOWN"],
    warnings: ["the watcher of the machine ended with exit status 3"],
    saved: { saved: false, warning: "contents: write is missing" },
  });
  const text = renderQualified(found, { colour: false, width: 120 });
  expect(text).toMatch(/^This runner could not be qualified/);
  expect(text).toContain("Not qualified\n  lora.torch-cuda: RuntimeError: out of memory\n");
  expect(text).toContain("Warnings\n  the watcher of the machine ended");
  expect(text).toContain("  not saved: contents: write is missing\n");
  // oxlint-disable-next-line no-control-regex
  expect(text).not.toMatch(/\u001B|^\s*::/m);
});

test("colour where it is asked for, and nowhere else", () => {
  // oxlint-disable-next-line no-control-regex
  expect(renderQualified(qualified(TWO), { colour: true, width: 200 })).toMatch(/^\u001B\[1m/);
});
