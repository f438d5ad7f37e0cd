/** How the points of a series scatter around their levels, whatever these are: one by one, as spikes, and in the long run. */
import type { Level } from "./partition.ts";
import { clamp, mean, median, robustSd } from "./statistics.ts";

/** Log scale: below 0.05 % no two points are told apart. */
const LEAST_SD = 0.0005;
/** Points this many standard deviations from the nearer of both sides are spikes, and pulled to within {@link SPIKE_TO}. */
const SPIKE_FROM = 4;
const SPIKE_TO = 2;
const NEIGHBOURS = 3;
/** Long-run variance is read off the means of blocks of this many points, cut at so many standard deviations. */
const BLOCK = 8;
const BLOCK_LIMIT = 3;
/** Levels fitted to a wandering series take part of its wandering with them, the more of it the more it wanders. */
const INFLATION_SHARE = 1.5;
const INFLATION_POWER = 1.5;
const MOST_INFLATION = 12;

/** Standard deviation of a point by the differences of neighbours, which a change of level enters once. */
export function noiseOf(values: readonly number[], stretches: readonly Level[]): number {
  const steps = stretches.flatMap(({ start, end }) =>
    values.slice(start + 1, end).map((value, index) => value - (values[start + index] ?? 0)),
  );
  return steps.length === 0 ? LEAST_SD : Math.max(LEAST_SD, robustSd(steps, median(steps)) / Math.SQRT2);
}

/**
 * Pulls spikes towards their neighbours. A change of level is supported by the points on one side, a spike by none. The
 * newest point has nothing on its right that could tell, and is left as it is.
 */
export function despiked(values: readonly number[], stretches: readonly Level[], sd: number): number[] {
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
 *
 * @param residuals from the levels of a first fit, without which every change would pass for wandering
 */
export function inflationOf(residuals: readonly number[], stretches: readonly Level[], sd: number): number {
  const steps = stretches.flatMap((stretch) =>
    [0, BLOCK / 2].flatMap((offset) => {
      const means = blockMeans(residuals, { start: stretch.start + offset, end: stretch.end }, sd);
      return means.slice(1).map((block, index) => block - (means[index] ?? 0));
    }),
  );
  if (steps.length === 0) return 1;
  const blockVariance = mean(steps.map((step) => step ** 2)) / 2;
  const ratio = (INFLATION_SHARE * BLOCK * blockVariance) / sd ** 2;
  return clamp(ratio ** INFLATION_POWER, 1, MOST_INFLATION);
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
