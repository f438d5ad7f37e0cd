/** Metrics that hardly vary: peaks of memory and losses of a fixed seed, with and without a change. */
import type { Verdict } from "../src/core/comparison.ts";
import type { Metric } from "../src/core/metrics.ts";
import { RUNS } from "./draw.ts";
import { decideReport } from "./confirm.ts";
import { HISTORIES } from "./cells.ts";
import { randomNamed, type Random } from "./random.ts";

const MEMORY: Metric = {
  name: "peak_memory",
  unit: "B",
  direction: "lower",
  class: "memory",
  estimator: "maximum",
  primary: false,
};
const LOSS: Metric = { ...MEMORY, name: "final_loss", unit: "nat", class: "loss", estimator: "last" };

/** How often a run needs up to three blocks more than usual. */
const GROWN_SHARE = 0.2;
/**
 * The largest blocks in which allocated memory is counted, a page; and the segments in which a caching allocator reserves
 * it. A peak of class `memory` is of the first kind; the second shows what scatter does to the band.
 */
const BLOCK_BYTES = { memory: 16 * 1024, segments: 2 * 1024 * 1024 } as const;
/** Half of the machines repeat a loss to the last bit; on the others it scatters by this share. */
const LOSS_SCATTER = 1e-4;

export type SteadyKind = keyof typeof BLOCK_BYTES | "loss";

export interface SteadyTally {
  readonly cases: number;
  readonly right: number;
}

/** @param change of the head, relative; 0 has to be told as no change, everything else as a regression */
export function tallySteady(name: string, kind: SteadyKind, change: number, cases: number): SteadyTally {
  const random = randomNamed(name);
  const wanted: Verdict = change === 0 ? "no-change" : "regression";
  let right = 0;
  for (let number = 0; number < cases; number++) {
    const draw = kind === "loss" ? lossOf(random) : memoryOf(random, BLOCK_BYTES[kind]);
    const runs = (count: number, factor = 1): number[] => Array.from({ length: count }, () => draw(factor));
    const jobs = HISTORIES[1 + random.below(HISTORIES.length - 1)] ?? 1;
    const judged = {
      id: `${number}`,
      metric: kind === "loss" ? LOSS : MEMORY,
      history: Array.from({ length: jobs }, () => runs(RUNS)),
      candidate: runs(RUNS, 1 + change),
      paired: null,
      isConfirmable: true,
      inFamily: false,
    };
    const pairs = { base: runs(10), head: runs(10, 1 + change) };
    const [outcome] = decideReport([{ judged, pairs, trueEffect: change }]);
    if (outcome?.decision.verdict === wanted) right += 1;
  }
  return { cases, right };
}

type Draw = (factor: number) => number;

function memoryOf(random: Random, block: number): Draw {
  // From half a gigabyte, as a small model takes, to a full accelerator.
  const bytes = Math.exp(random.between(Math.log(0.5e9), Math.log(120e9)));
  return (factor) => {
    const more = random.uniform() < GROWN_SHARE ? 1 + random.below(3) : 0;
    return (Math.ceil((bytes * factor) / block) + more) * block;
  };
}

function lossOf(random: Random): Draw {
  const loss = random.between(0.3, 6);
  const scatter = random.uniform() < 0.5 ? 0 : LOSS_SCATTER;
  return (factor) => loss * factor * Math.exp(scatter * random.normal());
}
