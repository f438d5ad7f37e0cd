import { expect, test } from "vitest";
import { shippedCatalogue } from "../../src/core/catalogue.ts";
import { readsParquet } from "../../src/core/parquet.ts";
import { parseSuite } from "../../src/core/suite-parse.ts";

function reads(entry: string): boolean {
  const [benchmark] = parseSuite(`version: 1\nbenchmarks:\n  - ${entry}\n`, "suite").benchmarks;
  if (benchmark === undefined) throw new Error("no benchmark");
  return readsParquet(benchmark, shippedCatalogue());
}

test.each([
  ["workload: lm-ptb, size: tiny, set: { data: hub }", true],
  ["workload: nli-bert-tiny, size: real, set: { data: hub, weights: hub }", true],
  ["workload: nli-bert-tiny, size: real, set: { weights: hub }", false],
  ["workload: lm-ptb, size: tiny", false],
  ["workload: lm-ptb, size: tiny, set: { data: hub, dataset_file: a.txt, validation_file: b.txt }", false],
  ["workload: lm-ptb, size: tiny, set: { data: hub, dataset_file: a.txt }", true],
  ["workload: sft-dolly-qwen3, size: tiny, set: { data: hub }", false],
  ["workload: sft-dolly-qwen3, size: tiny, set: { data: hub, dataset_file: 'a.jsonl, b.PARQUET' }", true],
  ["workload: switch-matmul, size: tiny", false],
  ["name: own, command: [python, train.py], backends: [torch-cpu]", false],
])("%s: %s", (entry, expected) => {
  expect(reads(`{ ${entry} }`)).toBe(expected);
});
