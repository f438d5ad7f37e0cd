/** How many of a run's first steps are warm-up: tagged after the fact, so that the work never depends on noise. */
import { median } from "./statistics.ts";
import type { Backend } from "./backend.ts";

const LEAST = 3;
/** Kernels are chosen, compiled and captured over the first steps there. */
const LEAST_CUDA = 10;
const WINDOW = 5;
const SETTLED = 0.03;

/**
 * Number of leading steps that are no samples: at least what the program tagged and the minimum of the backend, and on
 * until the median of five steps differs by at most 3 % from that of the next five. The extension stops at half the steps,
 * and one step always remains.
 *
 * @param times seconds of every step, per unit of work where steps do unequal work
 * @param tagged leading steps the program itself called warm-up
 */
export function countWarmup(times: readonly number[], tagged: number, backend: Backend): number {
  const half = Math.floor(times.length / 2);
  const least = Math.max(tagged, backend.endsWith("-cuda") ? LEAST_CUDA : LEAST);
  let count = Math.min(least, half);
  while (count < half && !isSettled(times, count)) count += 1;
  return Math.min(Math.max(count, tagged), Math.max(0, times.length - 1));
}

/** With too few steps left for a second window there is nothing to compare with: the search ends there. */
function isSettled(times: readonly number[], from: number): boolean {
  const next = times.slice(from + WINDOW, from + 2 * WINDOW);
  if (next.length < WINDOW) return true;
  const ratio = median(times.slice(from, from + WINDOW)) / median(next);
  return Math.abs(ratio - 1) <= SETTLED;
}
