/** Takes what was stored of a real machine as if nobody else had used it: others must not decide whether a test has a history. */
import { readFile, writeFile } from "node:fs/promises";
import { jobResultSchema, type JobResult } from "../../src/core/result.ts";

/** Rewrites the stored file, and returns what it holds now. */
export async function withoutDisturbances(file: string): Promise<JobResult> {
  const stored = jobResultSchema.parse(JSON.parse(await readFile(file, "utf8")));
  const benchmarks = stored.benchmarks.map((benchmark) => ({
    ...benchmark,
    runs: benchmark.runs.map((run) => ({ ...run, disturbances: [] })),
  }));
  const result = { ...stored, benchmarks };
  await writeFile(file, JSON.stringify(result));
  return result;
}
