/** The published numbers are data: each has a source, and those that can be checked against each other agree. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import * as z from "zod";
import { jobResultSchema } from "../../src/core/result.ts";

const baselines = path.resolve(import.meta.dirname, "..", "..", "baselines");

const publishedSchema = z.strictObject({
  sources: z.record(
    z.string(),
    z.strictObject({ title: z.string(), repository: z.string().regex(/^[^/]+\/[^/]+$/), seen: z.string() }),
  ),
  numbers: z.array(
    z.strictObject({
      source: z.string(),
      workload: z.string(),
      device: z.string(),
      framework: z.enum(["mlx", "torch"]),
      metric: z.string(),
      value: z.number().positive(),
      unit: z.string(),
      note: z.string().optional(),
    }),
  ),
});

test("every published number names a source, once, and times and rates of 100 samples agree within 1 %", async () => {
  const { sources, numbers } = publishedSchema.parse(
    JSON.parse(await readFile(path.join(baselines, "published.json"), "utf8")),
  );
  expect(new Set(numbers.map((number) => number.source))).toEqual(new Set(Object.keys(sources)));
  const keys = numbers.map((n) =>
    [n.source, n.workload, n.device, n.framework, n.metric, n.source === "gemma3-notes" ? n.note : ""].join(),
  );
  expect(new Set(keys).size).toBe(keys.length);
  const rates = numbers.filter((number) => number.metric === "samples_per_second");
  expect(rates.length).toBeGreaterThan(0);
  for (const rate of rates) {
    const time = numbers.find(
      (n) => n.source === rate.source && n.device === rate.device && n.metric === "training_time",
    );
    expect(Math.abs(100 / (time?.value ?? 0) / rate.value - 1), rate.device).toBeLessThan(0.01);
  }
});

test("this project's own measured results are complete and of the current schema", async () => {
  const measured = path.join(baselines, "measured");
  const files = (await readdir(measured, { recursive: true })).filter((file) => file.endsWith(".json"));
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    const result = jobResultSchema.parse(JSON.parse(await readFile(path.join(measured, file), "utf8")));
    expect(path.dirname(file)).toBe(result.runner_key);
    expect(result.benchmarks.map((benchmark) => benchmark.status.state)).toEqual(
      result.benchmarks.map(() => "complete"),
    );
  }
});
