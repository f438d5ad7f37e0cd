/** What the steps of a run do to its one number: the median of thirty noisy steps is not quite the speed of the run. */
import { median } from "../src/core/statistics.ts";
import type { Random } from "./random.ts";

const WARMUP_STEPS = 10;
const TIMED_STEPS = 30;
/** Of one step, with a correlation of one half to the step before it. */
const STEP_SD = 0.02;
const CORRELATION = 0.5;
const SPIKE_SHARE = 0.02;
/** Steps in which a machine comes about two thirds of the way to its final temperature. */
const HEATING_STEPS = 12;

/** Largest slow-down inside a run that is simulated, and the distance between those that are. */
const MOST_SLOWDOWN = 0.08;
const SLOWDOWN_STEP = 0.005;
const POOL_SIZE = 4096;

/** Draws the log of a run's median step time over its nominal one. */
export type StepNoise = (random: Random, slowdown: number) => number;

/**
 * The effect of the steps on the median does not depend on the speed of the run, nor on anything else that is drawn for
 * it. So the medians of some thousand runs are simulated step by step, once for each slow-down, and every run draws one of
 * them: the distribution is that of simulating the steps of each run, at a fraction of the time.
 */
export function stepNoise(random: Random): StepNoise {
  const pools = Array.from({ length: Math.round(MOST_SLOWDOWN / SLOWDOWN_STEP) + 1 }, (_, index) =>
    Float64Array.from({ length: POOL_SIZE }, () => medianOfRun(random, index * SLOWDOWN_STEP)),
  );
  return (draws, slowdown) => {
    const pool = pools[Math.round(slowdown / SLOWDOWN_STEP)];
    const value = pool?.[draws.below(POOL_SIZE)];
    if (value === undefined) throw new Error(`no steps for a slow-down of ${slowdown}`);
    return value;
  };
}

/** @param slowdown of a step late in the run, log scale: a hot machine is slower than a cold one */
function medianOfRun(random: Random, slowdown: number): number {
  let noise = random.normal() * STEP_SD;
  const steps: number[] = [];
  for (let step = 0; step < WARMUP_STEPS + TIMED_STEPS; step++) {
    noise = CORRELATION * noise + Math.sqrt(1 - CORRELATION ** 2) * STEP_SD * random.normal();
    const heat = slowdown * (1 - Math.exp(-step / HEATING_STEPS));
    const spike = random.uniform() < SPIKE_SHARE ? Math.log1p(random.between(0.2, 2)) : 0;
    if (step >= WARMUP_STEPS) steps.push(noise + heat + spike);
  }
  return median(steps);
}
