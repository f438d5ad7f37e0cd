/** What the machine itself changed, which no pull request is blamed for. */
import { historyOf, type Series } from "./baseline.ts";
import type { Backend } from "./backend.ts";
import type { Comparison, ControlFinding } from "./comparison.ts";
import type { Pairs } from "./decision.ts";
import type { Metric } from "./metrics.ts";
import { bounded, geometricMean, isRatioScale, sideOf } from "./samples.ts";
import { formatPercent } from "./units.ts";

/** The finding that says the machine moved under a backend; null where it did not, or nobody knows. */
export function movedMachine(control: readonly ControlFinding[], backend: Backend): ControlFinding | null {
  return control.find((finding) => finding.backend === backend && finding.state === "moved") ?? null;
}

/** What was measured is shown; no verdict on speed is given. */
export function isMoved(
  comparison: Comparison,
  values: { readonly head: readonly number[]; readonly history: readonly (readonly number[])[] },
  moved: ControlFinding,
): Comparison {
  const effect = moved.effect ?? 0;
  const isSlower = effect > 0 === (moved.metric?.direction !== "higher");
  const size = formatPercent(effect);
  const jobs = values.history.map((runs) => runs.filter(isRatioScale)).filter((runs) => runs.length > 0);
  return {
    ...comparison,
    verdict: "inconclusive",
    base: sideOf(jobs.map(geometricMean), geometricMean),
    head: sideOf(values.head.filter(isRatioScale), geometricMean),
    differences: [],
    reason: `the machine moved: control workload ${size} ${isSlower ? "slower" : "faster"} than its history`,
  };
}

/**
 * How the base, measured today, compares with the newest stored job of another machine or software: both run the same
 * code, so the difference is the environment's. Null for other work and for everything but speed.
 */
export function environmentShift(series: Series, metric: Metric, paired: Pairs | null): number | null {
  if (series.state !== "incomparable" || metric.class !== "throughput" || paired === null) return null;
  if (series.differences.some(({ kind }) => kind === "work")) return null;
  const [before] = historyOf([series.newest], metric);
  const [then, now] = [before?.values ?? [], paired.base].map((values) => values.filter(isRatioScale));
  if (then === undefined || now === undefined || then.length === 0 || now.length === 0) return null;
  return bounded(geometricMean(now) / geometricMean(then) - 1);
}
