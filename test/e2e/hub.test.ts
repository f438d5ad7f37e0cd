/** A checkpoint that cannot be had, in the shipped command: its benchmark fails by name, and the others run. */
import path from "node:path";
import { expect, test } from "vitest";
import { localProject } from "../support/local-command.ts";

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

test(
  "a missing checkpoint offline is a named failure, and no smaller model takes its place",
  { timeout: 600_000 },
  async () => {
    await using project = await localProject({ "finetune-bench.yml": SUITE });
    // Nothing listens on port 9.
    const env = { HF_ENDPOINT: "http://127.0.0.1:9", HF_HOME: path.join(project.folder, "hub"), HF_TOKEN: "of-nobody" };
    const done = await project.run(["run", "--backend", "torch-cpu"], env);
    expect(done.code, done.stderr).toBe(1);
    const [report] = await project.reports();
    expect(report?.failures).toEqual([
      expect.objectContaining({
        benchmark: "sft-dolly-qwen3.strict.tiny.torch-cpu",
        reason: "environment",
        message: expect.stringMatching(
          /^error: the model makers\/none at main is not in the cache of this machine .* cannot be reached/s,
        ),
      }),
    ]);
    expect(done.stdout).toContain("could not be made ready");
    expect(done.stdout + done.stderr).not.toContain("of-nobody");
    expect(report?.comparisons.map(({ benchmark }) => benchmark)).toContain(
      "lora-alpaca-tinyllama.strict.tiny.torch-cpu",
    );
  },
);
