/** A lasting change of the default branch in words and cells. */
import type { ChangePoint } from "./comparison.ts";
import { sense } from "./findings.ts";
import { named, say, type Sentence } from "./sentence.ts";
import { counted, formatChange, formatInterval } from "./units.ts";

/** The first commit of the new level, or the day it was measured. */
export function sinceOf({ first_bad, at }: ChangePoint): Sentence {
  return first_bad === null ? [at.slice(0, 10)] : [named(first_bad.slice(0, 7))];
}

/** The change lies after the first of both and up to the second: `1111111` to `abc1234`. */
export function rangeOf(point: ChangePoint): Sentence {
  return point.last_good === null
    ? say`up to ${sinceOf(point)}`
    : say`after ${named(point.last_good.slice(0, 7))}, up to ${sinceOf(point)}`;
}

export function sizeOf({ metric, effect, interval }: ChangePoint): { size: string; sense: string; interval: string } {
  return { size: formatChange(effect), sense: sense(metric, effect), interval: formatInterval(interval) };
}

/** "settled, 12 jobs since". */
export function standingOf({ pending, jobs }: ChangePoint): string {
  return `${pending ? "pending" : "settled"}, ${counted(jobs, "job")} since`;
}
