/** A hub in the shipped command: what it has is fetched once and serves offline; what cannot be had is left out by name. */
import path from "node:path";
import { expect, test } from "vitest";
import { developmentPython } from "../support/development-python.ts";
import { localHub } from "../support/local-hub.ts";
import { localProject, QUIET_PYTHON } from "../support/local-command.ts";

/** Torch, on a machine whose control and watcher take no time. */
const RUN = ["run", "--backend", "torch-cpu", "--python", QUIET_PYTHON];
const TORCH = { FINETUNE_BENCH_TEST_PYTHON: await developmentPython("torch") };

const SUITE = `version: 1
repeats: 1
benchmarks:
  - workload: sft-dolly-qwen3
    size: tiny
    set: { weights: hub, model_id: makers/none }
  - workload: lora-alpaca-tinyllama
    size: tiny
    set: { rows: 64 }
`;

test("a missing checkpoint offline is left out by name, and no smaller model takes its place", async () => {
  await using project = await localProject({ "finetune-bench.yml": SUITE });
  // Nothing listens on port 9.
  const env = {
    ...TORCH,
    HF_ENDPOINT: "http://127.0.0.1:9",
    HF_HOME: path.join(project.folder, "hub"),
    HF_TOKEN: "of-nobody",
  };
  const done = await project.run(RUN, env);
  expect(done.code, done.stderr).toBe(0);
  const [report] = await project.reports();
  const sentence =
    /^sft-dolly-qwen3\.strict\.tiny\.torch-cpu was left out: the model makers\/none at main is not in the cache of this machine .* cannot be reached/s;
  expect(report?.warnings.map(({ message }) => message)).toContainEqual(expect.stringMatching(sentence));
  expect(done.stdout).toContain("was left out: the model makers/none at main is not in the cache of this machine");
  expect(done.stderr).toContain("sft-dolly-qwen3.strict.tiny.torch-cpu: left out, the model makers/none");
  expect(done.stdout + done.stderr).not.toContain("of-nobody");
  expect(report?.failures).toEqual([]);
  expect(new Set(report?.comparisons.map(({ benchmark }) => benchmark))).toEqual(
    new Set(["lora-alpaca-tinyllama.strict.tiny.torch-cpu"]),
  );
});

const loraSuite = (set: string): string => `version: 1
repeats: 1
judge: { confirm: never }
benchmarks:
  - { workload: lora-alpaca-tinyllama, size: tiny, set: { rows: 64${set} } }
`;

test("a checkpoint that was lost does not look green where the baseline has its benchmark", async () => {
  await using project = await localProject({ "finetune-bench.yml": loraSuite("") });
  const env = { ...TORCH, HF_ENDPOINT: "http://127.0.0.1:9", HF_HOME: path.join(project.folder, "hub") };
  const before = await project.run([...RUN, "--save"], env);
  expect(before.code, before.stderr).toBe(0);
  await project.write("finetune-bench.yml", loraSuite(", weights: hub, model_id: makers/none"));
  const done = await project.run(RUN, env);
  expect(done.code, done.stderr).toBe(1);
  expect(done.stdout).toContain("did not run, though the baseline has it");
  expect(done.stdout).toContain("was left out: the model makers/none at main is not in the cache of this machine");
});

const text = (tokens: number): string => `version: 1
repeats: 1
benchmarks:
  - workload: lm-ptb
    size: tiny
    set: { data: hub, tokens: ${tokens}, validation_tokens: 41, context: 8 }
`;

test("a parquet data set is fetched once and serves where no hub is", async () => {
  await using project = await localProject({ "finetune-bench.yml": text(209) });
  const home = {
    ...TORCH,
    HF_HOME: path.join(project.folder, "hub"),
    HF_TOKEN: "of-nobody",
    // Tokens that an earlier run of this test left would be taken, and no parquet file be read.
    FINETUNE_BENCH_CACHE: path.join(project.folder, "cache"),
    FINETUNE_BENCH_PARQUET_PYTHON: await developmentPython("dev"),
  };
  {
    await using hub = await localHub();
    const done = await project.run(RUN, { ...home, HF_ENDPOINT: hub.url });
    expect(done.code, done.stderr).toBe(0);
    expect(done.stderr).toContain("hub: penn_treebank/train/0000.parquet:");
  }
  // Other tokens of the same files, which are made anew. Nothing listens on port 9.
  await project.write("finetune-bench.yml", text(177));
  const offline = await project.run(RUN, { ...home, HF_ENDPOINT: "http://127.0.0.1:9" });
  expect(offline.code, offline.stderr).toBe(0);
  const [one, two] = await project.reports();
  for (const report of [one, two]) expect(report?.failures).toEqual([]);
  expect(two?.comparisons.map(({ benchmark }) => benchmark)).toContain("lm-ptb.strict.tiny.torch-cpu");
});
