/** What the judge is measured by: noise as it is described, peers as they are documented, matches counted once. */
import { describe, expect, test } from "vitest";
import { decideReport } from "../../bench/confirm.ts";
import { drawCase } from "../../bench/draw.ts";
import { makeMachine, PROFILES } from "../../bench/machine.ts";
import { PEERS, type PeerVerdict } from "../../bench/peers.ts";
import { randomNamed } from "../../bench/random.ts";
import { drawSeries, f1, matched } from "../../bench/series.ts";
import { stepNoise } from "../../bench/steps.ts";
import { mean, robustSd, variance } from "../../src/core/statistics.ts";

const steps = stepNoise(randomNamed("test/steps"));
const still = (): number => 0;
const sd = (values: readonly number[]): number => Math.sqrt(variance(values) ?? Number.NaN);
const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

function draws(name: string): number[] {
  const random = randomNamed(name);
  return times(20_000, () => random.normal());
}

/** What the peers of that name say of a metric of which less is better. */
function ask(name: string, history: readonly (readonly number[])[], candidate: readonly number[]): PeerVerdict[] {
  return PEERS.filter((peer) => peer.name.startsWith(name)).map((peer) =>
    peer.decide({ history, candidate, direction: "lower" }),
  );
}

describe("random numbers", () => {
  test("are the same for a name, others for another, and spread as they should", () => {
    const [first, again, other] = [draws("a"), draws("a"), draws("b")];
    expect(again).toEqual(first);
    expect(other[0]).not.toBe(first[0]);
    expect(Math.abs(mean(first))).toBeLessThan(0.03);
    expect(sd(first)).toBeCloseTo(1, 1);
    const lag = mean(first.slice(1).map((value, index) => value * (first[index] ?? 0)));
    expect(Math.abs(lag)).toBeLessThan(0.03);
    const random = randomNamed("c");
    const counts = [0, 0, 0, 0, 0];
    for (let draw = 0; draw < 10_000; draw++) {
      const face = random.below(5);
      counts[face] = (counts[face] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });
});

describe("machines", () => {
  test.each(PROFILES.filter((profile) => profile !== "thermal"))(
    "%s: runs differ by the CV, tails included",
    (profile) => {
      const random = randomNamed(`test/${profile}`);
      const runs = times(20_000, () => makeMachine(random, profile, 0.02, still).nextJob().runs(1)[0] ?? 0);
      expect(sd(runs) / 0.02).toBeGreaterThan(0.95);
      expect(sd(runs) / 0.02).toBeLessThan(1.05);
    },
  );

  test("heavy: most runs differ by less, and the slowest are far out", () => {
    const random = randomNamed("test/tail");
    const runs = times(20_000, () => makeMachine(random, "heavy", 0.02, still).nextJob().runs(1)[0] ?? 0);
    expect(robustSd(runs, mean(runs))).toBeLessThan(0.018);
    expect(Math.min(...runs)).toBeLessThan(-0.1);
    expect(Math.max(...runs)).toBeLessThan(0.1);
  });

  test("the runs of a job have 30 % of their variance in common, with drift half of it", () => {
    for (const [profile, share] of [
      ["gauss", 0.3],
      ["drift", 0.5],
    ] as const) {
      const random = randomNamed(`test/shared/${profile}`);
      const pairs = times(20_000, () => makeMachine(random, profile, 1, still).nextJob().runs(2));
      expect(mean(pairs.map(([a = 0, b = 0]) => a * b))).toBeCloseTo(share, 1);
    }
  });

  test("drift: a job is like the one before it", () => {
    const machine = makeMachine(randomNamed("test/drift"), "drift", 1, still);
    const jobs = times(20_000, () => mean(machine.nextJob().runs(50)));
    const lag = mean(jobs.slice(1).map((job, index) => job * (jobs[index] ?? 0))) / (variance(jobs) ?? 1);
    expect(lag).toBeGreaterThan(0.83);
    expect(lag).toBeLessThan(0.93);
  });

  test("thermal: the first runs of a job are faster; in ABBA order little of that is left between the sides", () => {
    const random = randomNamed("test/thermal");
    const jobs = times(4000, () => makeMachine(random, "thermal", 0.005, steps).nextJob());
    const [first, , third] = [0, 1, 2].map((place) => mean(jobs.map((job) => job.runs(3)[place] ?? 0)));
    expect((first ?? 0) - (third ?? 0)).toBeGreaterThan(0.015);
    const apart = jobs.map((job) => {
      const { base, head } = job.pairs(4);
      return mean(head) - mean(base);
    });
    expect(Math.abs(mean(apart))).toBeLessThan(0.0012);
  });

  test("the steps of a run add about two thirds of a per cent, and heat slows their median", () => {
    const random = randomNamed("test/medians");
    const cold = times(4000, () => steps(random, 0));
    expect(sd(cold)).toBeGreaterThan(0.005);
    expect(sd(cold)).toBeLessThan(0.009);
    expect(mean(times(4000, () => steps(random, 0.08))) - mean(cold)).toBeGreaterThan(0.05);
  });
});

describe("cases", () => {
  test("carry the change they say, in rates and in times", () => {
    const random = randomNamed("test/effects");
    const situation = { profile: "gauss", cv: 0.0001, jobs: 3, effect: -0.1 } as const;
    for (const number of [0, 1]) {
      const { judged, pairs, trueEffect } = drawCase(random, situation, still, number);
      expect(mean(judged.candidate) / mean(judged.history.flat()) - 1).toBeCloseTo(trueEffect, 3);
      expect(mean(pairs.head) / mean(pairs.base) - 1).toBeCloseTo(trueEffect, 3);
      expect(Math.sign(trueEffect)).toBe(judged.metric.direction === "higher" ? -1 : 1);
    }
  });

  test("pairs are run when the judge asks for them, and are what the verdict rests on", () => {
    const random = randomNamed("test/confirm");
    const slower = { profile: "gauss", cv: 0.01, jobs: 10, effect: -0.1 } as const;
    const same = { ...slower, cv: 0.001, effect: 0 };
    const outcomes = decideReport([drawCase(random, slower, steps, 0), drawCase(random, same, steps, 1)]);
    expect(outcomes.map(({ decision, spent }) => [decision.verdict, decision.pairs, spent])).toEqual([
      ["regression", 4, 4],
      ["no-change", 0, 0],
    ]);
  });
});

describe("peers", () => {
  test("github-action-benchmark: the ratio to the previous value, for the worse alone", () => {
    const name = "github-action-benchmark, 105 %";
    expect(ask(name, [[50], [100]], [104.9])).toEqual(["silent"]);
    expect(ask(name, [[50], [100]], [105.1])).toEqual(["regression"]);
    expect(ask(name, [[50], [100]], [20])).toEqual(["silent"]);
    expect(ask(name, [], [20])).toEqual(["silent"]);
    expect(ask("github-action-benchmark, 200 %", [[100]], [199])).toEqual(["silent"]);
    expect(ask("github-action-benchmark, 200 %", [[100]], [201])).toEqual(["regression"]);
  });

  test("bencher: the limit of a t test, none without spread or with one value", () => {
    // Mean 100, standard deviation 1, t(0.99, 2) = 6.965, times √(4/3): the limit is 108.04.
    const history = [[99], [100], [101]];
    expect(ask("bencher", history, [108])).toEqual(["silent"]);
    expect(ask("bencher", history, [108.1])).toEqual(["regression"]);
    expect(ask("bencher", [[100]], [300])).toEqual(["silent"]);
    expect(ask("bencher", [[100], [100]], [300])).toEqual(["silent"]);
  });

  test("conbench: five standard deviations of the distances from a rolling mean, of the best run", () => {
    // Rolling means 100, 101, 100; distances 2, −3, 4; standard deviation 3.606; mean 100.75.
    const history = [[100, 150], [102], [98], [104]];
    const reach = 5 * Math.sqrt(13);
    const centre = 101;
    expect(ask("conbench", history, [centre + reach - 0.1, 500])).toEqual(["silent"]);
    expect(ask("conbench", history, [centre + reach + 0.1, 500])).toEqual(["regression"]);
    expect(ask("conbench", history, [centre - reach - 0.1, 500])).toEqual(["improvement"]);
  });

  test("rustc-perf: an outlier among thirty changes that is large enough to matter", () => {
    const steady = Array.from({ length: 30 }, (_, index) => [100 + (index % 2) * 0.5]);
    const parent = steady.at(-1)?.[0] ?? 0;
    expect(ask("rustc-perf", steady, [parent * 1.004])).toEqual(["silent"]);
    expect(ask("rustc-perf", steady, [parent * 1.03])).toEqual(["regression"]);
    expect(ask("rustc-perf", steady, [parent * 0.97])).toEqual(["improvement"]);
    expect(ask("rustc-perf", steady.slice(1), [parent * 1.5])).toEqual(["silent"]);
  });
});

describe("change points", () => {
  test("a change and a report are matched once, within two points", () => {
    expect(matched([20, 40], [20, 42])).toBe(2);
    expect(matched([20, 40], [17, 43])).toBe(0);
    expect(matched([20], [19, 21])).toBe(1);
    expect(matched([20, 23], [21])).toBe(1);
    expect(matched([], [5])).toBe(0);
    expect(f1({ changes: 4, reports: 4, found: 3 })).toBe(0.75);
    expect(f1({ changes: 0, reports: 0, found: 0 })).toBe(1);
  });

  test("a drawn series has its changes where it says", () => {
    const random = randomNamed("test/series");
    let seen = 0;
    for (let series = 0; series < 50; series++) {
      const { points, changes } = drawSeries(random, "gauss", 1e-6, still);
      const jumps = points.flatMap(({ value }, index) => {
        const step = Math.log(value / (points[index - 1]?.value ?? value));
        return Math.abs(step) > 0.001 ? [index] : [];
      });
      expect(jumps).toEqual(changes);
      seen += changes.length;
    }
    expect(seen).toBeGreaterThan(50);
  });
});
