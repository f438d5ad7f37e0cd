/** Series of the default branch whose changes are known, and how many of them are found at the right place. */
import { findChangePoints, type SeriesPoint } from "../src/core/change-points.ts";
import { mean } from "../src/core/statistics.ts";
import { RUNS } from "./draw.ts";
import { makeMachine, type Profile } from "./machine.ts";
import { randomNamed, type Random } from "./random.ts";
import type { StepNoise } from "./steps.ts";

/** Jobs in a series, and in a level of one, at least. */
const LENGTHS = [40, 80, 160, 320];
const LEAST_LEVEL = 8;
/** Every change is one of this size, up or down. */
const SHIFT = 0.05;
const MOST_SHIFTS = 4;
/** A report that is at most so many points away from a change has found it. */
export const TOLERANCE = 2;

export interface DrawnSeries {
  readonly points: readonly SeriesPoint[];
  /** First index of every level but the first. */
  readonly changes: readonly number[];
}

/** From none to {@link MOST_SHIFTS} changes anywhere, with at least {@link LEAST_LEVEL} jobs between two of them. */
export function drawSeries(random: Random, profile: Profile, cv: number, steps: StepNoise): DrawnSeries {
  const jobs = LENGTHS[random.below(LENGTHS.length)] ?? 0;
  const shifts = random.below(Math.min(MOST_SHIFTS, Math.floor(jobs / LEAST_LEVEL) - 1) + 1);
  const room = jobs - (shifts + 1) * LEAST_LEVEL;
  const places = Array.from({ length: shifts }, () => random.below(room + 1)).toSorted((a, b) => a - b);
  const changes = places.map((place, index) => place + (index + 1) * LEAST_LEVEL);
  const machine = makeMachine(random, profile, cv, steps);
  let level = 0;
  const points = Array.from({ length: jobs }, (_, index) => {
    if (changes.includes(index)) level += random.uniform() < 0.5 ? Math.log1p(-SHIFT) : -Math.log1p(-SHIFT);
    return { value: 1000 * Math.exp(level + mean(machine.nextJob().runs(RUNS))), identity: "one machine" };
  });
  return { points, changes };
}

/** Counts over series. */
export interface ChangeTally {
  readonly series: number;
  readonly changes: number;
  readonly reports: number;
  /** Changes with a report of their own, which are as many as reports with a change of their own. */
  readonly found: number;
  /** The same without what is only pending. */
  readonly settledReports: number;
  readonly settledFound: number;
}

export const NO_CHANGES: ChangeTally = {
  series: 0,
  changes: 0,
  reports: 0,
  found: 0,
  settledReports: 0,
  settledFound: 0,
};

export function addedChanges(a: ChangeTally, b: ChangeTally): ChangeTally {
  return {
    series: a.series + b.series,
    changes: a.changes + b.changes,
    reports: a.reports + b.reports,
    found: a.found + b.found,
    settledReports: a.settledReports + b.settledReports,
    settledFound: a.settledFound + b.settledFound,
  };
}

export function tallyChanges(
  name: string,
  profile: Profile,
  cv: number,
  series: number,
  steps: StepNoise,
): ChangeTally {
  const random = randomNamed(name);
  let tally = NO_CHANGES;
  for (let number = 0; number < series; number++) {
    const { points, changes } = drawSeries(random, profile, cv, steps);
    const cuts = findChangePoints(points);
    const reports = cuts.map(({ index }) => index);
    const settled = cuts.filter(({ pending }) => !pending).map(({ index }) => index);
    tally = addedChanges(tally, {
      series: 1,
      changes: changes.length,
      reports: reports.length,
      found: matched(changes, reports),
      settledReports: settled.length,
      settledFound: matched(changes, settled),
    });
  }
  return tally;
}

/** Pairs of a change and a report near it, each in one pair at most; both ascending, so that taking the first is best. */
export function matched(changes: readonly number[], reports: readonly number[]): number {
  const free = [...reports];
  let count = 0;
  for (const change of changes) {
    const at = free.findIndex((report) => Math.abs(report - change) <= TOLERANCE);
    if (at < 0) continue;
    free.splice(0, at + 1);
    count += 1;
  }
  return count;
}

/** Harmonic mean of the share of changes that are found and the share of reports that are right, over all series. */
export function f1({ changes, reports, found }: Pick<ChangeTally, "changes" | "reports" | "found">): number {
  return changes + reports === 0 ? 1 : (2 * found) / (changes + reports);
}
