/** Cases for the judge: a history, a candidate and pairs, all from one noisy machine, with a change whose size is known. */
import type { JudgeCase, Pairs } from "../src/core/decision.ts";
import type { Metric } from "../src/core/metrics.ts";
import { makeMachine, type Profile } from "./machine.ts";
import type { Random } from "./random.ts";
import type { StepNoise } from "./steps.ts";

/** Runs of every job. */
export const RUNS = 3;
/** Pairs that can be had, at most. */
export const MOST_PAIRS = 10;

export interface Situation {
  readonly profile: Profile;
  /** Relative standard deviation between runs. */
  readonly cv: number;
  /** Stored jobs. */
  readonly jobs: number;
  /** True change of speed, relative: −0.05 is 5 % less work in the same time. */
  readonly effect: number;
}

export interface DrawnCase {
  /** Without pairs: those are handed over when they are asked for. */
  readonly judged: JudgeCase;
  readonly pairs: Pairs;
  /** On the metric's own scale, relative. */
  readonly trueEffect: number;
}

const RATE: Metric = {
  name: "tokens_per_second",
  unit: "tok/s",
  direction: "higher",
  class: "throughput",
  estimator: "median",
  primary: true,
};
const TIME: Metric = { ...RATE, name: "step_time", unit: "s", direction: "lower" };

/** Every other case measures a time, the others a rate. */
export function drawCase(random: Random, situation: Situation, steps: StepNoise, number: number): DrawnCase {
  const { profile, cv, jobs, effect } = situation;
  const metric = number % 2 === 0 ? RATE : TIME;
  const sign = metric.direction === "higher" ? 1 : -1;
  const unit = Math.exp(random.between(-5, 10));
  const toValues = (speeds: readonly number[], change = 0): number[] =>
    speeds.map((speed) => unit * Math.exp(sign * (speed + change)));
  const machine = makeMachine(random, profile, cv, steps);
  const history = Array.from({ length: jobs }, () => toValues(machine.nextJob().runs(RUNS)));
  const job = machine.nextJob();
  const change = Math.log1p(effect);
  const candidate = toValues(job.runs(RUNS), change);
  const { base, head } = job.pairs(MOST_PAIRS);
  const judged = { id: `${number}`, metric, history, candidate, paired: null, isConfirmable: true, inFamily: true };
  return {
    judged,
    pairs: { base: toValues(base), head: toValues(head, change) },
    trueEffect: Math.expm1(sign * change),
  };
}
