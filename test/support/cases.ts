/** Cases for the judge out of plain numbers, and a noise model for them. */
import type { JudgeCase, Pairs } from "../../src/core/decision.ts";
import type { Metric } from "../../src/core/metrics.ts";
import type { Random } from "./random.ts";

export const POLICY = { minEffect: 0.02, maxTolerated: 0.05, tighten: false } as const;

export function metric(overrides: Partial<Metric> = {}): Metric {
  return {
    name: "tokens_per_second",
    unit: "tok/s",
    direction: "higher",
    class: "throughput",
    estimator: "median",
    primary: true,
    ...overrides,
  };
}

export function judgeCase(
  history: readonly (readonly number[])[],
  candidate: readonly number[],
  overrides: Partial<Metric> = {},
): JudgeCase {
  return {
    id: "case",
    metric: metric(overrides),
    history,
    candidate,
    paired: null,
    isConfirmable: false,
    inFamily: true,
  };
}

/** The same with pairs that can be had; none yet where `paired` is left out. */
export function confirmable(judged: JudgeCase, paired: Pairs | null = null): JudgeCase {
  return { ...judged, isConfirmable: true, paired };
}

export interface Noise {
  /** Relative standard deviation between runs, of which a share of the variance is common to all runs of a job. */
  readonly cv: number;
  readonly shared: number;
  /** Share of runs that are slow by a half-normal of four standard deviations. */
  readonly slow: number;
}

/** The run values of one job whose true value is `level`. */
export function drawJob(random: Random, level: number, noise: Noise, runs = 3): number[] {
  const common = random.normal() * noise.cv * Math.sqrt(noise.shared);
  return Array.from({ length: runs }, () => {
    const own = random.normal() * noise.cv * Math.sqrt(1 - noise.shared);
    const slow = random.uniform() < noise.slow ? 4 * noise.cv * Math.abs(random.normal()) : 0;
    return level * Math.exp(common + own - slow);
  });
}

/** Base and head of one job, the head changed by `effect`, as ABBA interleaves them. */
export function drawPairs(random: Random, level: number, effect: number, noise: Noise, count = 10): Pairs {
  const runs = drawJob(random, level, noise, 2 * count);
  const base = runs.filter((_, place) => place % 4 === 0 || place % 4 === 3);
  const head = runs.filter((_, place) => place % 4 === 1 || place % 4 === 2);
  return { base, head: head.map((run) => run * (1 + effect)) };
}
