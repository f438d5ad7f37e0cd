/** What a job says that it will install, before it installs anything. */
import path from "node:path";
import { expect, test } from "vitest";
import { shippedCatalogue } from "../../src/core/catalogue.ts";
import { makePlan } from "../../src/core/plan.ts";
import { parseSuite } from "../../src/core/suite-parse.ts";
import { planEnvironments } from "../../src/io/environments.ts";
import { findPython } from "../../src/io/python.ts";
import { probeOf } from "../support/probes.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const base = findPython();
const root = path.resolve(import.meta.dirname, "..", "..");

async function announced(set: string, python: string | null = null): Promise<readonly string[]> {
  await using cache = await temporaryFolder();
  const suite = parseSuite(
    `version: 1\nbenchmarks:\n  - { workload: lm-ptb, size: tiny, set: ${set}, backends: [torch-cpu] }\n`,
    "suite",
  );
  const probe = probeOf();
  const plan = makePlan(suite, probe, { backends: null }, shippedCatalogue());
  expect(plan.benchmarks).toHaveLength(1);
  const { installs } = await planEnvironments(
    { python },
    {
      harness: path.join(root, "harness"),
      workspace: cache.path,
      cache: cache.path,
      env: {},
      signal: new AbortController().signal,
      progress: { phase() {}, line() {}, output() {}, runs() {}, end() {} },
    },
    { python: await base, probe },
    plan,
  );
  return installs.map(({ name }) => name);
}

test("the reader of parquet files is installed for a suite that has such a file, and for no other", async () => {
  expect(await announced("{ data: hub }")).toEqual(["torch", "parquet"]);
  expect(await announced("{ data: hub, dataset_file: a.txt, validation_file: b.txt }")).toEqual(["torch"]);
  expect(await announced("{}")).toEqual(["torch"]);
  expect(await announced("{ data: hub }", "python3")).toEqual([]);
});
