/** A series as one line of blocks. */
import { median } from "./statistics.ts";

const BLOCKS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;
/** Of the median: a series that moves less than this is drawn flat, so that noise does not look like a landscape. */
const LEAST_RANGE = 0.05;

/** One character for each value, oldest first; a gap (null) is a dot. */
export function sparkline(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  const lowest = Math.min(...known);
  const highest = Math.max(...known);
  const range = Math.max(highest - lowest, Math.abs(median(known)) * LEAST_RANGE);
  // The middle of a series that is drawn flat lies in the middle of a block, not on the border of two.
  const slack = range - (highest - lowest);
  const floor = lowest - slack / 2 - Math.min(slack / 2, range / (2 * BLOCKS.length));
  return values.map((value) => (value === null ? "·" : block(range > 0 ? (value - floor) / range : 0.5))).join("");
}

/** `share` from 0 to 1. */
function block(share: number): string {
  return BLOCKS[Math.min(BLOCKS.length - 1, Math.max(0, Math.floor(share * BLOCKS.length)))] ?? BLOCKS[0];
}
