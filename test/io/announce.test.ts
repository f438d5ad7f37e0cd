/** What a job says before it begins, with the estimate of the real harness. */
import path from "node:path";
import { expect, test } from "vitest";
import { shippedCatalogue } from "../../src/core/catalogue.ts";
import { makePlan } from "../../src/core/plan.ts";
import { parseSuite } from "../../src/core/suite-parse.ts";
import { announceJob } from "../../src/io/announce.ts";
import type { Install } from "../../src/io/environments.ts";
import { ownEnvironment } from "../../src/io/python-environment.ts";
import { findPython } from "../../src/io/python.ts";
import { probeOf } from "../support/probes.ts";

const HARNESS = path.join(import.meta.dirname, "..", "..", "harness");

const nothing = () => {};

async function announced(suiteText: string, timeBudget: number, installs: readonly Install[] = []): Promise<string[]> {
  const lines: string[] = [];
  const suite = parseSuite(suiteText, "suite.yml");
  const line = (text: string) => void lines.push(text);
  await announceJob({
    inputs: { timeBudget },
    host: {
      progress: { phase: line, line, output: nothing, runs: nothing, end: nothing },
      harness: HARNESS,
      cache: "/nowhere",
      env: { ...process.env, FINETUNE_BENCH_BLAS: "reference" },
      signal: new AbortController().signal,
    },
    suite,
    repeats: suite.repeats,
    machine: { python: await findPython({}) },
    plan: makePlan(suite, probeOf(), { backends: null }, shippedCatalogue()),
    history: [],
    installs,
  });
  return lines;
}

test("a real size on processors is announced in hours, and as more than the time budget, before anything is made", async () => {
  const suite =
    "version: 1\nrepeats: 2\nbenchmarks:\n  - { workload: lora-alpaca-tinyllama, size: real, set: { rows: 80 } }\n";
  const lines = await announced(suite, 1800);
  expect(lines).toEqual([
    expect.stringMatching(/^Plan: suite .*, 2 benchmarks × 2 runs, each run a process of its own$/),
    expect.stringMatching(/^lora-alpaca-tinyllama\.strict\.real\.mlx-cpu: about 3 h.* a run$/),
    expect.stringMatching(/^lora-alpaca-tinyllama\.strict\.real\.torch-cpu: about 1\d min a run$/),
    expect.stringMatching(
      /^measuring: about [67] h.*, more than the time budget of 30 min: what does not fit is not measured to its end$/,
    ),
    "environments: all there, nothing to download",
  ]);
});

test("what fits is announced as within the time budget", async () => {
  const suite =
    "version: 1\nrepeats: 2\nbenchmarks:\n  - { workload: nli-bert-tiny, size: tiny, backends: [torch-cpu] }\n";
  expect((await announced(suite, 1800))[2]).toMatch(
    /^measuring: about \d+(?:\.\d)? s, within a time budget of 30 min$/,
  );
});

test("what environments take is told where it is known, and of packages of the user's own that it is not", async () => {
  const suite = "version: 1\nbenchmarks:\n  - { workload: nli-bert-tiny, size: tiny, backends: [torch-cpu] }\n";
  const torch = { name: "torch", downloadBytes: 2 ** 28, diskBytes: 2 ** 30 };
  const own = { name: "requirements", ...ownEnvironment("requirements.txt").size };
  const said = async (installs: readonly Install[]) => (await announced(suite, 1800, installs)).at(-1);
  const unknown = "how large packages of your own become is not known beforehand";
  expect(await said([own])).toBe(`environments to make first (once): requirements; ${unknown}`);
  expect(await said([torch, own])).toBe(
    `environments to make first (once): torch, requirements; about 256 MiB to download, 1 GiB on disk; ${unknown}`,
  );
});
