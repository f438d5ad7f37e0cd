/** How long judging takes on this machine: `npm run bench:speed`. Ends with status 1 when it takes too long. */
import os from "node:os";
import { findChangePoints } from "../src/core/change-points.ts";
import { judge } from "../src/core/judge.ts";
import { mean, median } from "../src/core/statistics.ts";
import { POLICY } from "./confirm.ts";
import { drawCase, RUNS } from "./draw.ts";
import { makeMachine } from "./machine.ts";
import { randomNamed } from "./random.ts";
import { stepNoise } from "./steps.ts";

const REPETITIONS = 30;

const random = randomNamed("speed");
const steps = stepNoise(random);
const situation = { profile: "gauss", cv: 0.02, jobs: 30, effect: 0 } as const;
const drawn = Array.from({ length: 100 }, (_, number) => drawCase(random, situation, steps, number));
const alone = drawn.map(({ judged }) => judged);
const paired = drawn.map(({ judged, pairs }) => ({ ...judged, paired: pairs }));
const machine = makeMachine(random, "drift", 0.01, steps);
const series = Array.from({ length: 500 }, (_, index) => ({
  value: Math.exp(mean(machine.nextJob().runs(RUNS)) - (index % 200 < 100 ? 0 : 0.05)),
  identity: "one machine",
}));

const TASKS = [
  { title: "100 benchmarks judged against 30 stored jobs", most: 200, run: () => judge(alone, POLICY) },
  { title: "100 benchmarks judged by 10 pairs as well", most: 200, run: () => judge(paired, POLICY) },
  { title: "a series of 500 points cut", most: 100, run: () => findChangePoints(series) },
] as const;

/** Milliseconds. */
function timed(run: () => readonly unknown[]): number {
  const began = performance.now();
  if (run().length === 0) throw new Error("nothing came out");
  return performance.now() - began;
}

const [cpu] = os.cpus();
console.log(
  `Node ${process.versions.node}, ${os.platform()} ${os.arch()}, ${os.availableParallelism()} × ${cpu?.model ?? "unknown"}`,
);
let isSlow = false;
for (const { title, most, run } of TASKS) {
  const first = timed(run);
  for (let warm = 0; warm < 5; warm++) timed(run);
  const usual = median(Array.from({ length: REPETITIONS }, () => timed(run)));
  isSlow ||= first > most || usual > most;
  console.log(
    `${title}: first ${first.toFixed(1)} ms, then ${usual.toFixed(1)} ms (median of ${REPETITIONS}); at most ${most} ms`,
  );
}
process.exitCode = isSlow ? 1 : 0;
