/** The benchmarks, differences and hostile names that the scenes share. */
import type { Comparison } from "../../src/core/comparison.ts";
import { benchmark, compared } from "./report-fixtures.ts";

export const GIB = 2 ** 30;
export const lora = benchmark("lora-alpaca-tinyllama.strict.real", "torch-cuda", {
  tokens_per_second: 18011,
  step_time: 0.1137,
  peak_memory: 9.61 * GIB,
  final_loss: 1.0832,
});
export const matmul = benchmark("switch-matmul.strict.real", "torch-cuda", {
  samples_per_second: 41.32,
  step_time: 0.0242,
});
export const mine = benchmark("my-lora", "torch-cuda", { step_time: 0.4183, peak_memory: 3.2 * GIB });
export const all = [lora, matmul, mine];

/** Everything unchanged: what the scenes below replace rows of. */
export const quiet: readonly Comparison[] = [
  compared(lora, "tokens_per_second", "no-change", { base: 18120, half: 0.016 }),
  compared(lora, "peak_memory", "no-change", { base: 9.61 * GIB }),
  compared(lora, "final_loss", "no-change", { base: 1.0832 }),
  compared(matmul, "samples_per_second", "no-change", { base: 41.2, half: 0.009 }),
  compared(mine, "step_time", "no-change", { base: 0.417, half: 0.02 }),
  compared(mine, "peak_memory", "no-change", { base: 3.2 * GIB }),
];

function same(a: Comparison, b: Comparison): boolean {
  return a.benchmark === b.benchmark && a.metric?.name === b.metric?.name;
}

/** `quiet` with some comparisons in place of those of the same benchmark and metric. */
export function quietBut(...others: readonly Comparison[]): Comparison[] {
  return quiet.map((row) => others.find((other) => same(row, other)) ?? row);
}

export const SOFTWARE_MOVED = { kind: "software", field: "torch", base: "2.13.0", head: "2.14.1" } as const;
export const WORK_MOVED = { kind: "work", field: "max_length", base: "256", head: "512" } as const;
export const DRIVER_MOVED = { kind: "drift", field: "driver", base: "580.65.06", head: "580.82.07" } as const;
export const MACHINE_MOVED = { kind: "machine", field: "driver_major", base: "570", head: "580" } as const;

export const HOSTILE =
  "<img src=x onerror=alert(1)> @octocat #1 | `x` ](https://evil.example) <!-- finetune-bench:quick -->";
