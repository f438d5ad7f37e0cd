/** Lasting changes in the series of a benchmark: where its level moved, by how much, and how sure that is. */
import { LEAST_LEVEL, levelMean, partition, sumsOf, type Level, type Sums } from "./partition.ts";
import { isRatioScale } from "./samples.ts";
import { despiked, inflationOf, noiseOf } from "./series-noise.ts";
import { median, robustSd, tQuantile, tTwoSided } from "./statistics.ts";

/** A series is cut to its newest points. */
export const MAX_SERIES = 500;

/** Price of a cut, in variances and logarithms of the number of points. */
const PRICE = 3;
/** Fitted levels take a little of the scatter with them. */
const RESIDUAL_COST = 1.05;
/** A cut stands when its t test is below this and its jump at least that. */
const LEAST_P = 0.001;
export const LEAST_JUMP = Math.log(1.02);
const INTERVAL_ALPHA = 0.01;

export interface SeriesPoint {
  /** Raw, in the metric's unit. */
  readonly value: number;
  /** What measured it: levels are compared only between points of one identity. */
  readonly identity: string;
}

export interface ChangeCut {
  /** Of the first point of the new level, in the series as given. */
  readonly index: number;
  /** Log of the new level over the old one, with its 99 % interval. */
  readonly jump: number;
  readonly interval: readonly [number, number];
  /** Two-sided, of this jump. */
  readonly p: number;
  /** Points on the old and on the new level. */
  readonly before: number;
  readonly after: number;
  /** The newest level, with fewer than {@link LEAST_LEVEL} points so far: nobody knows yet whether it stays. */
  readonly pending: boolean;
}

/**
 * The changes of a series, oldest first.
 *
 * Points without a logarithm are left out. Where the identity changes, the series is cut and no change is reported.
 * A level has at least {@link LEAST_LEVEL} points; only the newest may have fewer, and is then pending: its points, taken
 * as they are, face the same price and the same test as any other cut.
 */
export function findChangePoints(series: readonly SeriesPoint[]): readonly ChangeCut[] {
  const points = series
    .map(({ value, identity }, index) => ({ value, identity, index }))
    .filter(({ value }) => isRatioScale(value))
    .slice(-MAX_SERIES);
  const stretches = stretchesOf(points.map(({ identity }) => identity));
  const { levels, sums, error } = levelsOf(
    points.map(({ value }) => Math.log(value)),
    stretches,
  );
  const borders = bordersOf(stretches);
  const df = points.length - levels.length;
  return levels.flatMap((level, order) => {
    const before = levels[order - 1];
    const point = points[level.start];
    if (before === undefined || point === undefined || borders.has(level.start)) return [];
    const test = testOf(before, level, sums, error, df);
    const half = tQuantile(1 - INTERVAL_ALPHA / 2, df) * test.error;
    return {
      index: point.index,
      jump: test.jump,
      interval: [test.jump - half, test.jump + half] as const,
      p: test.p,
      before: before.end - before.start,
      after: level.end - level.start,
      pending: level.end - level.start < LEAST_LEVEL,
    };
  });
}

/** What stands after pruning, with the sums it was fitted to and the standard deviation of a point, wandering included. */
function levelsOf(
  logs: readonly number[],
  stretches: readonly Level[],
): { readonly levels: readonly Level[]; readonly sums: Sums; readonly error: number } {
  // Near zero, because sums of squares of large numbers lose their digits.
  const centre = median(logs);
  const near = logs.map((value) => value - centre);
  const first = noiseOf(near, stretches);
  const values = despiked(near, stretches, first);
  const sums = sumsOf(values);
  const price = PRICE * Math.log(Math.max(2, logs.length));
  const fit = (variance: number): Level[] =>
    stretches.flatMap((stretch) => {
      const isNewest = stretch.end === logs.length;
      return partition(sums, stretch, price * variance, isNewest ? 1 : LEAST_LEVEL);
    });
  const residuals = fit(first ** 2).flatMap((level) =>
    values.slice(level.start, level.end).map((value) => value - levelMean(sums, level)),
  );
  const sd = Math.max(first, RESIDUAL_COST * robustSd(residuals, median(residuals)));
  const error = sd * Math.sqrt(inflationOf(residuals, stretches, sd));
  return { levels: prune(fit(error ** 2), sums, error, bordersOf(stretches)), sums, error };
}

/** Indexes at which a level begins because what measured it changed. */
function bordersOf(stretches: readonly Level[]): ReadonlySet<number> {
  return new Set(stretches.map(({ start }) => start));
}

/** Neighbours of one identity. */
function stretchesOf(identities: readonly string[]): Level[] {
  const starts = identities.flatMap((identity, index) => (identities[index - 1] === identity ? [] : [index]));
  return starts.map((start, order) => ({ start, end: starts[order + 1] ?? identities.length }));
}

interface JumpTest {
  readonly jump: number;
  readonly error: number;
  readonly p: number;
}

function testOf(before: Level, after: Level, sums: Sums, sd: number, df: number): JumpTest {
  const jump = levelMean(sums, after) - levelMean(sums, before);
  const error = sd * Math.sqrt(1 / (before.end - before.start) + 1 / (after.end - after.start));
  return { jump, error, p: tTwoSided(jump / error, df) };
}

/** Joins the two levels of the weakest cut, until every cut that is left is significant and large enough. */
function prune(levels: readonly Level[], sums: Sums, sd: number, borders: ReadonlySet<number>): Level[] {
  const kept = [...levels];
  for (;;) {
    const df = sums.values.length - 1 - kept.length;
    const weak = kept.flatMap((level, order) => {
      const before = kept[order - 1];
      if (before === undefined || borders.has(level.start)) return [];
      const { jump, error, p } = testOf(before, level, sums, sd, df);
      const isFirm = p < LEAST_P && Math.abs(jump) >= LEAST_JUMP;
      return isFirm
        ? []
        : [{ order, joined: { start: before.start, end: level.end }, strength: Math.abs(jump) / error }];
    });
    const [weakest] = weak.toSorted((a, b) => a.strength - b.strength);
    if (weakest === undefined) return kept;
    kept.splice(weakest.order - 1, 2, weakest.joined);
  }
}
