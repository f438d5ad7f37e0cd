/** Machines that are noisy in five ways: what a run of unchanged or changed code measures there, on the log scale of speed. */
import type { Pairs } from "../src/core/decision.ts";
import type { Random } from "./random.ts";
import type { StepNoise } from "./steps.ts";

/**
 * `gauss`: nothing but normal noise. `heavy`: 5 % of the runs are slower by a half-normal of 4 standard deviations of the
 * others. `bimodal`: 30 % of the runs stay in a slower clock mode. `thermal`: a hot machine is slower by 2 to 8 % late in a
 * run, and the first processes on a machine that was idle are faster by 1 to 5 %. `drift`: the level wanders from job to job.
 */
export const PROFILES = ["gauss", "heavy", "bimodal", "thermal", "drift"] as const;
export type Profile = (typeof PROFILES)[number];

/** Share of the variance that all runs of a job have in common. */
const SHARED = 0.3;
const SHARED_DRIFT = 0.5;
/** How much of its wandering one job hands on to the next. */
const DRIFT_MEMORY = 0.9;
const SLOW_SHARE = 0.05;
const SLOW_SDS = 4;
const MODE_SHARE = 0.3;
/** Share of the variance between the runs of a job that the two clock modes make. */
const MODE_VARIANCE = 0.8;
/** Runs of each side before the first pair that are thrown away. */
const DISCARDED = 2;

export interface Machine {
  /** The next job, later than every one before it. */
  nextJob(): MachineJob;
}

export interface MachineJob {
  /** Speeds of runs one after the other on a machine that was idle. */
  runs(count: number): number[];
  /** Speeds of two equally fast sides, in the order ABBA, after one discarded run of each. The machine was idle before. */
  pairs(count: number): Pairs;
}

/**
 * @param cv standard deviation between runs, tails and modes included; what the steps of a run add, and what a cold machine
 * adds, comes on top
 */
export function makeMachine(random: Random, profile: Profile, cv: number, steps: StepNoise): Machine {
  const shared = profile === "drift" ? SHARED_DRIFT : SHARED;
  const ownSd = cv * Math.sqrt(1 - shared);
  const slowdown = profile === "thermal" ? random.between(0.02, 0.08) : 0;
  let wander = random.normal();
  return {
    nextJob() {
      wander =
        profile === "drift"
          ? DRIFT_MEMORY * wander + Math.sqrt(1 - DRIFT_MEMORY ** 2) * random.normal()
          : random.normal();
      const level = cv * Math.sqrt(shared) * wander;
      const cold = profile === "thermal" ? random.between(0.01, 0.05) : 0;
      const run = (position: number): number =>
        level + ownNoise(random, profile, ownSd) + cold * 2 ** -position - steps(random, slowdown);
      return {
        runs: (count) => Array.from({ length: count }, (_, position) => run(position)),
        pairs(count) {
          const sides = { base: Array<number>(), head: Array<number>() };
          for (let pair = 0; pair < count; pair++) {
            const order = pair % 2 === 0 ? ([sides.base, sides.head] as const) : ([sides.head, sides.base] as const);
            for (const [place, side] of order.entries()) side.push(run(DISCARDED + 2 * pair + place));
          }
          return sides;
        },
      };
    },
  };
}

/** How one run differs from the others of its job; `sd` is its standard deviation in every profile. */
function ownNoise(random: Random, profile: Profile, sd: number): number {
  if (profile === "bimodal") {
    const gap = sd * Math.sqrt(MODE_VARIANCE / (MODE_SHARE * (1 - MODE_SHARE)));
    const mode = random.uniform() < MODE_SHARE ? -gap : 0;
    return mode + sd * Math.sqrt(1 - MODE_VARIANCE) * random.normal();
  }
  if (profile !== "heavy") return sd * random.normal();
  // Of a half-normal the mean of the squares is one, the mean √(2/π).
  const tail = SLOW_SHARE * SLOW_SDS ** 2 - (SLOW_SHARE * SLOW_SDS) ** 2 * (2 / Math.PI);
  const usual = sd / Math.sqrt(1 + tail);
  const slow = random.uniform() < SLOW_SHARE ? SLOW_SDS * Math.abs(random.normal()) : 0;
  return usual * (random.normal() - slow);
}
