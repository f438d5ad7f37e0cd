/** How far the machine itself moved between two stretches of jobs, by their control workloads. */
import type { Backend } from "./backend.ts";
import { isSameMeasure, isUsable, valuesOf } from "./baseline.ts";
import { speaksForBackend } from "./control.ts";
import type { BenchmarkResult, JobResult } from "./result.ts";
import { isRatioScale } from "./samples.ts";
import { mean } from "./statistics.ts";

/** Jobs on either side, those next to the border: a machine may have moved for other reasons long before. */
const MOST_JOBS = 5;

export interface Sides {
  /** Jobs of the two levels, oldest first. */
  readonly before: readonly JobResult[];
  readonly after: readonly JobResult[];
}

/**
 * Log ratio of the control's speed after and before, larger is faster. Compared are undisturbed controls of the machine,
 * software and work of the first one after the border; null where a side has none.
 */
export function controlShift({ before, after }: Sides, backend: Backend): number | null {
  const [first] = after.flatMap((result) => controlOf(result, backend));
  if (first === undefined) return null;
  const [then, now] = [before.toReversed(), after].map((jobs) =>
    jobs.flatMap((result) => speedOf(result, backend, first)).slice(0, MOST_JOBS),
  );
  if (then === undefined || now === undefined || then.length === 0 || now.length === 0) return null;
  return mean(now) - mean(then);
}

interface Known {
  readonly machine: string;
  readonly control: BenchmarkResult;
}

function controlOf({ machine, control }: JobResult, backend: Backend): Known[] {
  const found = control.find((known) => known.backend === backend && isUsable(known) && speaksForBackend(known));
  return found === undefined ? [] : [{ machine: machine.hash, control: found }];
}

/** Mean of the logarithms of its runs, larger is faster; none for a control of another identity. */
function speedOf(result: JobResult, backend: Backend, like: Known): number[] {
  const metric = like.control.metrics.find(({ primary }) => primary);
  if (metric === undefined) return [];
  return controlOf(result, backend).flatMap(({ machine, control }) => {
    const isSame =
      machine === like.machine &&
      control.work_hash === like.control.work_hash &&
      control.software?.hash === like.control.software?.hash &&
      control.metrics.some((known) => isSameMeasure(known, metric));
    const logs = isSame ? valuesOf(control.runs, metric.name).filter(isRatioScale).map(Math.log) : [];
    if (logs.length === 0) return [];
    return [metric.direction === "higher" ? mean(logs) : -mean(logs)];
  });
}
