/** The stored jobs of a runner → the lasting changes of its default branch, with the commits between which each lies. */
import { isUsable, otherJobs, runValues } from "./baseline.ts";
import { acceptanceFor, dayOf, type SeriesName } from "./accept.ts";
import { findChangePoints, LEAST_JUMP, type ChangeCut } from "./change-points.ts";
import type { ChangePoint } from "./comparison.ts";
import { controlShift } from "./control-shift.ts";
import { canonicalJson, sha256Hex } from "./hash.ts";
import type { Metric } from "./metrics.ts";
import type { BenchmarkResult, JobResult } from "./result.ts";
import { geometricMean, isRatioScale, MAX_HISTORY, relativeChange } from "./samples.ts";

/** A control that moved by less explains nothing, nor does one that moved by less than this share of the jump. */
const LEAST_MOVE = 0.02;
const SHARE_OF_JUMP = 0.5;

/** One job of the default branch that measured the benchmark. */
interface Point {
  readonly result: JobResult;
  readonly benchmark: BenchmarkResult;
  readonly value: number;
  readonly identity: string;
}

/**
 * Changes in the primary metric of every benchmark of `result`, newest first; an informative one blames nobody. An older change is settled: its reader has
 * seen it. A job is one point, also where another measured the same commit; where both stand at a change, `last_good` and
 * `first_bad` are equal, and no commit is to blame. A change of speed that the control workload shows too is the machine's
 * and is left out.
 *
 * @param stored results of this runner key, in any order; the result's own may be among them
 * @param result a job of the default branch, the newest point of its series
 * @param newest a change is told while its first point is among this many newest ones
 */
export function changePointsOf(
  stored: readonly JobResult[],
  result: JobResult,
  newest: number = MAX_HISTORY,
): ChangePoint[] {
  const jobs = [...otherJobs(result, stored), result];
  return result.benchmarks
    .filter(({ comparison_class }) => comparison_class !== "informative")
    .flatMap(({ id }) => changesOf(id, jobs, newest))
    .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

function changesOf(id: string, jobs: readonly JobResult[], newest: number): ChangePoint[] {
  const complete = jobs.flatMap((result) => {
    const benchmark = result.benchmarks.find((known) => known.id === id && isUsable(known));
    return benchmark === undefined ? [] : [{ result, benchmark }];
  });
  const metric = complete.at(-1)?.benchmark.metrics.find(({ primary }) => primary);
  if (metric === undefined) return [];
  const measured = complete.flatMap(({ result, benchmark }) => pointOf(result, benchmark, metric));
  const points = inSegments(measured, {
    benchmark: id,
    metric: metric.name,
    runnerKey: measured[0]?.result.runner_key ?? "",
  });
  const cuts = findChangePoints(points);
  const series = points.slice(-MAX_HISTORY).map(({ value }) => value);
  return cuts
    .filter(({ index }) => index >= points.length - newest)
    .flatMap((cut): ChangePoint[] => {
      const { index, jump, interval, p, before, after, pending } = cut;
      const [good, bad] = [points[index - 1], points[index]];
      if (good === undefined || bad === undefined) return [];
      const isBetter = jump > 0 === (metric.direction === "higher");
      const sides = {
        before: points.slice(index - before, index).map(({ result }) => result),
        after: points.slice(index, index + after).map(({ result }) => result),
      };
      const faster = isBetter ? Math.abs(jump) : -Math.abs(jump);
      if (metric.class === "throughput" && isOfMachine(faster, controlShift(sides, bad.benchmark.backend))) return [];
      return [
        {
          benchmark: id,
          title: bad.benchmark.title,
          backend: bad.benchmark.backend,
          metric,
          last_good: good.result.job.sha,
          first_bad: bad.result.job.sha,
          at: bad.result.job.finished_at,
          verdict: isBetter ? "improvement" : "regression",
          effect: relativeChange(jump),
          interval: [relativeChange(interval[0]), relativeChange(interval[1])],
          p,
          jobs: after,
          pending,
          stands: !isBetter && !pending && isStanding(cut, cuts, points),
          series,
        },
      ];
    });
}

/** Whether what the series became since, as far as that is settled, is still off the old level by what counts as a change. */
function isStanding(cut: ChangeCut, cuts: readonly ChangeCut[], points: readonly Point[]): boolean {
  const { identity } = points[cut.index] ?? {};
  if (points.slice(cut.index).some((point) => point.identity !== identity)) return false;
  const since = cuts.filter(({ index, pending }) => index >= cut.index && !pending);
  const net = since.reduce((sum, { jump }) => sum + jump, 0);
  return Math.sign(net) === Math.sign(cut.jump) && Math.abs(net) >= LEAST_JUMP;
}

/** Both as logarithms, larger is faster; `control` null: nothing is known of the machine. */
function isOfMachine(jump: number, control: number | null): boolean {
  if (control === null || Math.sign(control) !== Math.sign(jump)) return false;
  return Math.abs(control) >= Math.max(LEAST_MOVE, SHARE_OF_JUMP * Math.abs(jump));
}

/** Where an accepted change landed a new segment begins: like another identity, it is no change that anybody must look at. */
function inSegments(points: readonly Point[], series: SeriesName): Point[] {
  let segment = 0;
  return points.map((point, index) => {
    const { accepted, job } = point.result;
    const before = points[index - 1]?.result.accepted ?? [];
    if (acceptanceFor(series, accepted, before, dayOf(job.started_at)) !== null) segment += 1;
    return { ...point, identity: `${point.identity} ${segment}` };
  });
}

function pointOf(result: JobResult, benchmark: BenchmarkResult, metric: Metric): Point[] {
  const known = benchmark.metrics.find(({ name }) => name === metric.name);
  const values = runValues(benchmark, metric.name).filter(isRatioScale);
  if (known === undefined || values.length === 0) return [];
  const { unit, direction, estimator } = known;
  // A number that is made in another way is as far from comparable as another machine's.
  const measured = [
    result.machine.hash,
    benchmark.software?.hash ?? null,
    benchmark.work_hash,
    unit,
    direction,
    estimator,
  ];
  return [{ result, benchmark, value: geometricMean(values), identity: sha256Hex(canonicalJson(measured)) }];
}
