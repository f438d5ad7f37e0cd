/** The two series of pairs that qualify a runner for one benchmark: nothing changed, and the head slowed down on purpose. */
import { valuesOf } from "../core/baseline.ts";
import type { Pairs } from "../core/decision.ts";
import type { Metric } from "../core/metrics.ts";
import { FIRST_LOOK, LAST_LOOK } from "../core/pairs.ts";
import type { QualifiedBenchmark } from "../core/qualification.ts";
import { qualifyBenchmark, wantedPairs, type QualifyingTerms } from "../core/qualify.ts";
import type { Unqualified } from "../core/qualify-words.ts";
import type { Paired, RunRecord } from "../core/result.ts";
import { mean } from "../core/statistics.ts";
import { formatPercent } from "../core/units.ts";
import { measurePairs, type Side } from "./pairs.ts";
import type { Ready } from "./ready.ts";
import type { Bench } from "./run-benchmark.ts";

/** The variable by which a run is asked to take longer. */
const SLOWDOWN = "FINETUNE_BENCH_SLOWDOWN";

export interface QualifyJob {
  readonly bench: Bench;
  /** Of the runs that are slowed down, whose files stand apart. */
  readonly slowed: Bench;
  readonly slowdown: number;
  readonly repeats: number;
  readonly terms: QualifyingTerms;
  readonly leftS: () => number;
}

/** What came of one benchmark. */
export interface QualifiedRuns {
  readonly benchmark: string;
  readonly series: readonly (readonly RunRecord[])[];
  readonly qualified: QualifiedBenchmark | null;
  readonly problem: Unqualified | null;
  readonly notes: readonly string[];
}

export async function qualifyOne(ready: Ready, job: QualifyJob): Promise<QualifiedRuns> {
  const { id: benchmark, title, backend } = ready.planned;
  const unchanged = await unchangedPairs(ready, job);
  const metric = unchanged.metrics.find(({ primary }) => primary);
  const stopped = unchanged.stopped?.message ?? "its runs gave no number to judge";
  const series = [unchanged.base, unchanged.head];
  const nothing = { benchmark, series, qualified: null, notes: [] };
  if (metric === undefined || unchanged.base.length < FIRST_LOOK) {
    return { ...nothing, problem: { benchmark, message: stopped } };
  }
  const durations = durationsOf(unchanged);
  const slowed = await slowedPairs(ready, job, metric, mean(durations));
  series.push(slowed.base, slowed.head);
  const qualified = qualifyBenchmark(
    {
      benchmark,
      title,
      backend,
      metric,
      unchanged: valuesIn(unchanged, metric),
      injected: slowed.base.length === 0 ? null : { slowdown: job.slowdown, pairs: valuesIn(slowed, metric) },
      durations,
      repeats: job.repeats,
    },
    job.terms,
  );
  if (qualified === null) return { ...nothing, problem: { benchmark, message: stopped } };
  const early = [unchanged, slowed].flatMap(({ stopped: why }) =>
    why === null ? [] : [`${benchmark}: ${why.message}`],
  );
  const deaf = `${benchmark}: the program does not honour ${SLOWDOWN}, so no slow-down was injected; docs/protocol.md shows how it can`;
  const notes = [...new Set(early), ...(qualified.injected === null && slowed.stopped === null ? [deaf] : [])];
  return { benchmark, series, qualified, problem: null, notes };
}

/** The first few tell how long a run takes, and whether the rest fits into the time. */
async function unchangedPairs(ready: Ready, job: QualifyJob): Promise<Paired> {
  const first = await pairsOf(ready, job, { bench: job.bench, wanted: FIRST_LOOK, before: null, runS: 0 });
  if (first.stopped !== null) return first;
  return pairsOf(ready, job, { bench: job.bench, wanted: LAST_LOOK, before: first, runS: mean(durationsOf(first)) });
}

function durationsOf({ base, head }: Paired): number[] {
  return [...base, ...head].map(({ duration_s: seconds }) => seconds);
}

/** As many pairs as the gate would run: four, and ten where they leave it open. */
async function slowedPairs(ready: Ready, job: QualifyJob, metric: Metric, runS: number): Promise<Paired> {
  let paired: Paired | null = null;
  for (;;) {
    const pairs: Pairs = paired === null ? { base: [], head: [] } : valuesIn(paired, metric);
    const wanted = wantedPairs(metric, pairs, job.terms);
    if (paired !== null && (wanted === 0 || paired.stopped !== null)) return paired;
    const env = { [SLOWDOWN]: String(job.slowdown) };
    paired = await pairsOf(ready, job, { bench: job.slowed, wanted, before: paired, runS, env });
  }
}

interface PairsOf {
  readonly bench: Bench;
  readonly wanted: number;
  readonly before: Paired | null;
  readonly runS: number;
  /** Of the head alone. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Both sides are one and the same; numbers go on from series to series, so that no two runs are told the same. */
function pairsOf(ready: Ready, job: QualifyJob, { bench, wanted, before, runS, env }: PairsOf): Promise<Paired> {
  const base: Side = { ready, bench, firstNumber: env === undefined ? 1 : LAST_LOOK + 1 };
  const what = env === undefined ? "unchanged" : `slowed down by ${formatPercent(job.slowdown)}`;
  return measurePairs({
    base,
    head: env === undefined ? base : { ...base, env },
    before,
    wanted,
    runS,
    leftS: job.leftS,
    onRun: (done, due, side) =>
      bench.progress.runs(done, due, `${ready.planned.id}${side === "head" || env === undefined ? `, ${what}` : ""}`),
  });
}

function valuesIn({ base, head }: Paired, { name }: Metric): Pairs {
  return { base: valuesOf(base, name), head: valuesOf(head, name) };
}
