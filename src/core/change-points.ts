/** Lasting changes in the series of a benchmark: where its level moved, by how much, and how sure that is. */
import { LEAST_LEVEL, levelMean, partition, sumsOf, type Level, type Sums } from "./partition.ts";
import { isRatioScale } from "./samples.ts";
import { clamp, mean, median, robustSd, tQuantile, tTwoSided } from "./statistics.ts";

/** A series is cut to its newest points. */
export const MAX_SERIES = 500;

/** Log scale: below 0.05 % no two points are told apart. */
const LEAST_SD = 0.0005;
/** Points this many standard deviations from the nearer of both sides are spikes, and pulled to within {@link SPIKE_TO}. */
const SPIKE_FROM = 4;
const SPIKE_TO = 2;
const NEIGHBOURS = 3;
/** Price of a cut, in variances and logarithms of the number of points. */
const PRICE = 3;
/** Long-run variance is read off the means of blocks of this many points. */
const BLOCK = 8;
const BLOCK_LIMIT = 3;
const INFLATION_SHARE = 0.8;
const MOST_INFLATION = 12;
/** A cut stands when its t test is below this and its jump at least that. */
const LEAST_P = 0.001;
const LEAST_JUMP = Math.log(1.02);
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
  const raw = points.map(({ value }) => Math.log(value));
  const stretches = stretchesOf(points.map(({ identity }) => identity));
  const centre = median(raw);
  const first = noiseOf(raw, stretches);
  // Near zero, because sums of squares of large numbers lose their digits.
  const values = despiked(
    raw.map((value) => value - centre),
    stretches,
    first,
  );
  const sums = sumsOf(values);
  const price = PRICE * Math.log(Math.max(2, points.length));
  const fit = (variance: number): Level[] =>
    stretches.flatMap((stretch) => {
      const isNewest = stretch.end === points.length;
      return partition(sums, stretch, price * variance, isNewest ? 1 : LEAST_LEVEL);
    });
  const rough = fit(first ** 2);
  const residuals = rough.flatMap((level) =>
    values.slice(level.start, level.end).map((value) => value - levelMean(sums, level)),
  );
  const sd = Math.max(first, 1.05 * robustSd(residuals, median(residuals)));
  const inflation = inflationOf(values, stretches, sd);
  const error = sd * Math.sqrt(inflation);
  const borders = new Set(stretches.map(({ start }) => start));
  const levels = prune(fit(error ** 2), sums, error, borders);
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

/** Neighbours of one identity. */
function stretchesOf(identities: readonly string[]): Level[] {
  const starts = identities.flatMap((identity, index) => (identities[index - 1] === identity ? [] : [index]));
  return starts.map((start, order) => ({ start, end: starts[order + 1] ?? identities.length }));
}

/** Standard deviation of a point by the differences of neighbours, which a change of level enters once. */
function noiseOf(values: readonly number[], stretches: readonly Level[]): number {
  const steps = stretches.flatMap(({ start, end }) =>
    values.slice(start + 1, end).map((value, index) => value - (values[start + index] ?? 0)),
  );
  return steps.length === 0 ? LEAST_SD : Math.max(LEAST_SD, robustSd(steps, median(steps)) / Math.SQRT2);
}

/**
 * Pulls spikes towards their neighbours. A change of level is supported by the points on one side, a spike by none. The
 * newest point has nothing on its right that could tell, and is left as it is.
 */
function despiked(values: readonly number[], stretches: readonly Level[], sd: number): number[] {
  return stretches.flatMap(({ start, end }) =>
    values.slice(start, end).map((value, offset) => {
      const index = start + offset;
      if (index === values.length - 1) return value;
      const left = values.slice(Math.max(start, index - NEIGHBOURS), index);
      const right = values.slice(index + 1, Math.min(end, index + 1 + NEIGHBOURS));
      const sides = [left, right].filter((side) => side.length > 0).map(median);
      const [near] = sides.toSorted((a, b) => Math.abs(value - a) - Math.abs(value - b));
      if (near === undefined || Math.abs(value - near) <= SPIKE_FROM * sd) return value;
      return near + Math.sign(value - near) * SPIKE_TO * sd;
    }),
  );
}

/**
 * How many times more the mean of many points varies than independent points would let it: slow wandering of a machine
 * must not look like one change after the other.
 */
function inflationOf(values: readonly number[], stretches: readonly Level[], sd: number): number {
  const steps = stretches.flatMap((stretch) =>
    [0, BLOCK / 2].flatMap((offset) => {
      const means = blockMeans(values, { start: stretch.start + offset, end: stretch.end }, sd);
      return means.slice(1).map((block, index) => Math.abs(block - (means[index] ?? 0)));
    }),
  );
  if (steps.length === 0) return 1;
  const blockSd = robustSd(steps, 0) / Math.SQRT2;
  return clamp((INFLATION_SHARE * BLOCK * blockSd ** 2) / sd ** 2, 1, MOST_INFLATION);
}

function blockMeans(values: readonly number[], { start, end }: Level, sd: number): number[] {
  const means: number[] = [];
  for (let from = start; from + BLOCK <= end; from += BLOCK) {
    const block = values.slice(from, from + BLOCK);
    const centre = median(block);
    means.push(mean(block.map((value) => clamp(value, centre - BLOCK_LIMIT * sd, centre + BLOCK_LIMIT * sd))));
  }
  return means;
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
