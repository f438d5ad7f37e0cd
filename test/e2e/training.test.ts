/** Real tiny training on both frameworks through the shipped command: work orders, parity of the losses, identities. */
import { readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { identity } from "../../src/core/identity.ts";
import { localProject } from "../support/local-command.ts";
import { withoutDisturbances } from "../support/undisturbed.ts";

const suite = (set: string): string => `version: 1
repeats: 1
benchmarks:
  - workload: lora-alpaca-tinyllama
    size: tiny
    set: { rows: 64${set} }
`;

test("changed work and changed software are refused by name, and both frameworks did equal work", async () => {
  await using project = await localProject({ "finetune-bench.yml": suite("") });
  const first = await project.run(["run", "--save"]);
  expect(first.code, first.stderr).toBe(0);
  const [one] = await project.reports();
  const [pair] = one?.frameworks ?? [];
  expect(pair?.mlx.benchmark).toMatch(/mlx-(cpu|metal)$/);
  expect(pair?.loss_difference).toBeLessThan(1e-5);

  const [file = ""] = await project.stored();
  const stored = await withoutDisturbances(file);
  const torch = stored.benchmarks.find((benchmark) => benchmark.backend.startsWith("torch"));
  // 64 rows, 4 at a time, 2 micro-batches a step.
  expect(torch?.runs[0]).toMatchObject({ outcome: { status: "ok" }, steps: 8 });
  expect(torch?.software?.facts).toHaveProperty("torch");
  expect(torch?.metrics[0]).toMatchObject({ name: "tokens_per_second", primary: true });
  const [name = ""] = await readdir(path.join(project.folder, ".finetune-bench", "results"));
  const results = path.join(project.folder, ".finetune-bench", "results", name);
  expect(await readdir(path.join(results, "orders"))).toContain(`${torch?.work_hash}.json`);
  expect(await readFile(path.join(results, "env", `${torch?.backend}.txt`), "utf8")).toMatch(/^torch==/m);

  // Adapters were saved and measured, and are in nothing that is uploaded.
  const size = torch?.runs[0]?.values["adapter_size"];
  expect(size).toBeGreaterThan(4 * 6656);
  expect(size).toBeLessThan(40_000);
  expect((await readdir(results, { recursive: true })).filter((entry) => entry.includes("adapter"))).toEqual([]);

  await project.write("finetune-bench.yml", suite(", max_length: 8"));
  const work = await project.run(["run", "--backend", torch?.backend ?? ""]);
  expect(work.code, work.stderr).toBe(0);
  const two = (await project.reports()).at(-1);
  expect(two?.gate).toMatchObject({ verdict: "incomparable", gate: "neutral" });
  expect(two?.comparisons[0]?.differences).toContainEqual({
    kind: "work",
    field: "max_length",
    base: "16",
    head: "8",
  });
  expect(work.stdout.split("\n")[0]).toContain("max_length");

  // The same machine a while ago, with an older torch.
  const older = stored.benchmarks.map((benchmark) => ({
    ...benchmark,
    software: benchmark.software === null ? null : identity({ ...benchmark.software.facts, torch: "2.12.1" }),
  }));
  await writeFile(file, JSON.stringify({ ...stored, benchmarks: older }));
  await project.write("finetune-bench.yml", suite(""));
  const software = await project.run(["run", "--backend", torch?.backend ?? ""]);
  expect(software.code, software.stderr).toBe(0);
  const three = (await project.reports()).at(-1);
  expect(three?.gate.verdict).toBe("incomparable");
  expect(three?.comparisons[0]?.differences.map((difference) => difference.field)).toEqual(["torch"]);
  expect(software.stdout.split("\n")[0]).toContain("2.12.1");
});
