/**
 * A series cut into levels: the piecewise constant fit with the least sum of squares plus a price for every cut, found
 * exactly by dynamic programming (B. Jackson et al., An Algorithm for Optimal Partitioning of Data on an Interval, 2005).
 */

/** Fewer points than this are no level. */
export const LEAST_LEVEL = 4;

/** A level holds the points from `start` up to, but without, `end`. */
export interface Level {
  readonly start: number;
  readonly end: number;
}

/** Sums over the points, so that a level's mean and squares take two look-ups each. */
export interface Sums {
  readonly values: Float64Array;
  readonly squares: Float64Array;
}

export function sumsOf(values: readonly number[]): Sums {
  const sums = { values: new Float64Array(values.length + 1), squares: new Float64Array(values.length + 1) };
  for (const [index, value] of values.entries()) {
    sums.values[index + 1] = (sums.values[index] ?? 0) + value;
    sums.squares[index + 1] = (sums.squares[index] ?? 0) + value * value;
  }
  return sums;
}

export function levelMean({ values }: Sums, { start, end }: Level): number {
  return ((values[end] ?? 0) - (values[start] ?? 0)) / (end - start);
}

function squaresAround({ values, squares }: Sums, start: number, end: number): number {
  const total = (values[end] ?? 0) - (values[start] ?? 0);
  return Math.max(0, (squares[end] ?? 0) - (squares[start] ?? 0) - (total * total) / (end - start));
}

/**
 * The levels of the points of `stretch`, in order.
 *
 * @param sums of values near zero: squares of large ones lose their digits
 * @param price of a cut, in squares
 * @param leastLast how few points the last level may have, where there are more than one
 */
export function partition(sums: Sums, stretch: Level, price: number, leastLast: number): Level[] {
  const { start, end } = stretch;
  const size = end - start;
  // Of the points up to each end: the least cost, and where the last level of that fit begins.
  const costs = new Float64Array(size + 1).fill(Number.POSITIVE_INFINITY);
  const begins = new Int32Array(size + 1);
  costs[0] = -price;
  for (let to = 1; to <= size; to++) {
    const least = to === size ? leastLast : LEAST_LEVEL;
    costs[to] = squaresAround(sums, start, start + to);
    for (let from = LEAST_LEVEL; from <= to - least; from++) {
      const cost = (costs[from] ?? 0) + price + squaresAround(sums, start + from, start + to);
      if (cost < (costs[to] ?? 0)) {
        costs[to] = cost;
        begins[to] = from;
      }
    }
  }
  const levels: Level[] = [];
  for (let to = size; to > 0; to = begins[to] ?? 0) {
    levels.unshift({ start: start + (begins[to] ?? 0), end: start + to });
  }
  return levels;
}
