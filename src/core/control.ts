/** What the control workload says of the machine: steady, moved, or not yet known. No code of the project can move it. */
import { findSeries, historyOf, otherJobs, valuesOf, type Series } from "./baseline.ts";
import { frameworkOf, isCpu } from "./backend.ts";
import type { ControlFinding } from "./comparison.ts";
import { predict, type Prediction } from "./prediction.ts";
import type { BenchmarkResult, JobResult } from "./result.ts";
import { isRatioScale, relativeChange } from "./samples.ts";
import { formatPercent } from "./units.ts";

/** A smaller difference is no excuse for anything, however certain it is. */
const LEAST_MOVE = 0.02;

/** What is known no better than this says nothing of the machine: a change that matters would not show in it. */
const WIDEST_STEADY = 0.05;

/** Stored jobs before anything is said: two of them hardly tell the spread between jobs. */
const LEAST_JOBS = 3;

/**
 * Levels of two tests. A machine that is slow all day shows in all runs together; one that changed its speed within the job
 * only in a run alone, which is tested more strictly: a single run varies more than the mean of a job's runs, from which
 * the prediction is learnt, and the level is shared among the runs. Chosen by simulation: where nothing moved, runs differ by
 * 1 % and the job holds two or three of them, fewer than one job in 200 is called moved, for every length of history from
 * {@link LEAST_JOBS} on. Where all runs are 5 % slower, 3 jobs find it in three of four cases, 10 in more than nine of ten.
 */
const LEVEL_TOGETHER = 0.004;
const LEVEL_ALONE = 0.0004;

/**
 * One finding for every backend whose control stands in the job. Its history: undisturbed controls of the same machine,
 * control software and work, those that had moved included. Its newest jobs are the centre of the prediction, so a machine
 * that stays on another level is steady again after three of them, and one odd job does not move their median.
 *
 * @param stored results of the runner, in any order; the job itself may be among them
 */
export function controlFindings(result: JobResult, stored: readonly JobResult[]): ControlFinding[] {
  const controls = otherJobs(result, stored).map((job): JobResult => ({ ...job, benchmarks: job.control }));
  return result.control.map((control) => findingOf(control, findSeries(controls, control, result.machine)));
}

/**
 * Whether a control speaks for its backend: the one in Python alone keeps one core busy and never reaches an accelerator.
 * It is known by its software, in which there is no framework.
 */
export function speaksForBackend({ backend, software }: BenchmarkResult): boolean {
  if (isCpu(backend)) return true;
  const framework = frameworkOf(backend);
  const names = Object.keys(software?.facts ?? {});
  return names.some((name) => name === framework || name.startsWith(`${framework}-`));
}

function findingOf(control: BenchmarkResult, series: Series): ControlFinding {
  const { backend } = control;
  const metric = control.metrics.find(({ primary }) => primary) ?? null;
  const nothing = { backend, metric, effect: null, interval: null } as const;
  const unknown = (jobs: number, reason: string): ControlFinding => ({ ...nothing, state: "unknown", jobs, reason });
  const today = metric === null ? [] : valuesOf(control.runs, metric.name).filter(isRatioScale);
  if (metric === null || today.length === 0) {
    const why = control.status.state === "complete" ? "it measured nothing" : control.status.message;
    return unknown(0, `the control did not run: ${why}`.slice(0, 2000));
  }
  if (!speaksForBackend(control)) {
    return unknown(0, "the control ran on the processor alone and says nothing of the accelerator");
  }
  if (series.state === "incomparable") {
    const fields = [...new Set(series.differences.map(({ field }) => field))].join(", ");
    return unknown(0, `no stored control is of this machine, software and work (changed: ${fields})`.slice(0, 2000));
  }
  const history = series.state === "found" ? historyOf(series.jobs, metric) : [];
  const logs = history.map(({ values }) => toLogs(values.filter(isRatioScale))).filter((values) => values.length > 0);
  if (logs.length < LEAST_JOBS) {
    const count =
      logs.length === 0 ? "no stored job holds" : `only ${logs.length} of the ${LEAST_JOBS} jobs needed hold`;
    return unknown(logs.length, `${count} a control of this machine to compare with`);
  }
  const { found, moved } = strongest(logs, toLogs(today));
  const isKnown = moved || Math.max(Math.abs(found.distance), found.halfWidth) <= Math.log1p(WIDEST_STEADY);
  const scatter = `it scatters too much to tell: an unchanged machine may differ by ${formatPercent(relativeChange(found.halfWidth))}`;
  return {
    backend,
    state: moved ? "moved" : isKnown ? "steady" : "unknown",
    metric,
    effect: relativeChange(found.distance),
    interval: [relativeChange(found.distance - found.halfWidth), relativeChange(found.distance + found.halfWidth)],
    jobs: logs.length,
    reason: isKnown ? null : scatter,
  };
}

/** All runs together first, where they tell; else the run that lies farthest from its history. */
function strongest(
  history: readonly (readonly number[])[],
  today: readonly number[],
): { found: Prediction; moved: boolean } {
  const together = predict(history, today, "newest");
  if (isMove(together, LEVEL_TOGETHER)) return { found: together, moved: true };
  const alone = today.map((value) => predict(history, [value], "newest"));
  const found = alone.reduce((a, b) => (b.p < a.p ? b : a));
  return { found, moved: alone.some((run) => isMove(run, LEVEL_ALONE / today.length)) };
}

function isMove({ p, distance }: Prediction, level: number): boolean {
  return p < level && (distance >= Math.log1p(LEAST_MOVE) || distance <= Math.log1p(-LEAST_MOVE));
}

function toLogs(values: readonly number[]): number[] {
  return values.map(Math.log);
}
