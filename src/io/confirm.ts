/** Runs what history could not clear beside the base commit, look by look, until the judge asks for no more pairs. */
import type { ComparedJob } from "../core/compare.ts";
import type { BenchmarkResult, Confirmation, JobResult, Paired } from "../core/result.ts";
import { counted, formatDuration } from "../core/units.ts";
import type { BaseCheckout } from "./base-checkout.ts";
import type { BaseSide } from "./base-reach.ts";
import { measuringClock } from "./device-lock.ts";
import type { Host } from "./host.ts";
import type { MeasuredJob } from "./measure-job.ts";
import { measurePairs, outOfTime, runsDue, type Side } from "./pairs.ts";
import { prepareSides, type SidesJob } from "./sides.ts";

export interface ConfirmJob extends SidesJob {
  readonly side: BaseSide;
  /** Pure: the same numbers give the same answer. */
  readonly compare: (result: JobResult) => ComparedJob;
}

export interface ConfirmedJob {
  /** With the pairs that were run. */
  readonly result: JobResult;
  readonly compared: ComparedJob;
}

/** Returns the result unchanged where there is no base, and where nothing asks for pairs. */
export async function confirmJob(job: ConfirmJob): Promise<ConfirmedJob> {
  const { side, compare, host, result } = job;
  if (side.state === "none") return { result, compared: compare(result) };
  if (side.state === "missing") return withoutBase(job, side.reason);
  const { sha } = side.base;
  const planned = withConfirmation(result, { base_sha: sha, accepted: [...side.accepted] });
  const compared = compare(planned);
  if (compared.wanted.size === 0 || host.signal.aborted) return { result: planned, compared };
  const { progress } = host;
  progress.phase(`Confirm: ${counted(compared.wanted.size, "benchmark")} beside ${sha.slice(0, 7)}, ${side.why}`);
  const late = withoutTime(job, compared);
  if (late !== null) {
    progress.line("no time left for pairs: nothing of the base is checked out");
    const next = withPairs(planned, late);
    return { result: next, compared: compare(next) };
  }
  const opened = await side.base.checkout();
  return opened.opened ? runLooks(job, opened.base, planned, compared) : withoutBase(job, opened.reason);
}

/** Where not even the quickest first look fits: every benchmark's pairs, none of them run. */
function withoutTime(job: ConfirmJob, { wanted }: ComparedJob): ReadonlyMap<string, Paired> | null {
  const { measured } = job;
  const leftS = limitOf(job);
  const needs = [...wanted].map(([id, pairs]) => ({
    id,
    pairs,
    needS: runsDue(null, pairs) * runSecondsOf(id, measured),
  }));
  if (needs.some(({ needS }) => needS <= leftS)) return null;
  const none = { software: null, metrics: [], base: [], head: [] };
  return new Map(needs.map(({ id, pairs, needS }) => [id, { ...none, stopped: outOfTime(pairs, needS, leftS) }]));
}

/** Seconds that confirming may take. */
function limitOf({ inputs, host, measured }: ConfirmJob): number {
  return Math.min(inputs.timeBudget - measured.measuredS, host.confirmBudgetS);
}

function runSecondsOf(id: string, { benchmarks }: MeasuredJob): number {
  const durations = benchmarks.find((measured) => measured.id === id)?.runs.map(({ duration_s }) => duration_s) ?? [];
  return durations.reduce((sum, s) => sum + s, 0) / Math.max(1, durations.length);
}

function withoutBase({ result, compare, host, side }: ConfirmJob, reason: string): ConfirmedJob {
  const note = `no base commit to run beside the head: ${reason}`;
  const noted = withConfirmation(result, {
    accepted: side.state === "found" ? [...side.accepted] : [],
    notes: [note.slice(0, 2000)],
  });
  const compared = compare(noted);
  host.progress.line(note);
  return { result: noted, compared };
}

async function runLooks(
  job: ConfirmJob,
  base: BaseCheckout,
  planned: JobResult,
  compared: ComparedJob,
): Promise<ConfirmedJob> {
  const { host, measured, compare } = job;
  const sides = await prepareSides(job, base, new Set(compared.wanted.keys()));
  const limitS = limitOf(job);
  const spentS = measuringClock(job.observation.lock);
  const unpaired = [...sides.unpaired];
  const notes = [...sides.notes];
  let plannedS = 0;
  let current: ConfirmedJob = { result: planned, compared };
  const judgeWith = (pairs: ReadonlyMap<string, Paired>): void => {
    const confirmation = { unpaired, notes, planned_s: plannedS, spent_s: spentS() };
    const next = withPairs(withConfirmation(current.result, confirmation), pairs);
    current = { result: next, compared: compare(next) };
  };
  judgeWith(new Map());
  for (;;) {
    const due = dueOf(current, sides.ready, measured);
    if (due.length === 0) break;
    const dueS = due.reduce((sum, one) => sum + runsDue(one.before, one.wanted) * one.runS, 0);
    plannedS += Math.min(dueS, Math.max(0, limitS - spentS()));
    tellPlan(host, due, dueS, limitS - spentS());
    const pairs = new Map<string, Paired>();
    for (const one of due) {
      const paired = await measurePairs({
        ...one,
        leftS: () => limitS - spentS(),
        onRun: (done, all, what) =>
          host.progress.runs(done, all, `${one.id} (pairs, ${what}, ${done + 1} of ${all} runs)`),
      });
      pairs.set(one.id, paired);
      if (paired.stopped === null) continue;
      host.progress.line(`${one.id}: ${paired.stopped.message}`);
      // A base that cannot be run leaves the history as the only witness.
      if (paired.stopped.reason === "failed" && paired.stopped.side === "base") {
        unpaired.push(one.id);
        notes.push(`${one.id}: ${paired.stopped.message}`.slice(0, 2000));
      }
    }
    host.progress.end();
    judgeWith(pairs);
  }
  if (plannedS > 0) await measured.control.measure(3);
  current = { ...current, result: { ...current.result, control: measured.control.results() } };
  judgeWith(new Map());
  const spent = current.result.confirmation?.spent_s ?? 0;
  const result = { ...current.result, measured_s: current.result.measured_s + spent };
  host.progress.line(`confirming took ${formatDuration(spent)} (planned: about ${formatDuration(plannedS)})`);
  return { result, compared: current.compared };
}

interface Due {
  readonly id: string;
  readonly base: Side;
  readonly head: Side;
  readonly before: Paired | null;
  readonly wanted: number;
  readonly runS: number;
}

function dueOf(
  { result, compared }: ConfirmedJob,
  sides: ReadonlyMap<string, { base: Side; head: Side }>,
  measured: MeasuredJob,
): Due[] {
  return result.benchmarks.flatMap(({ id, paired }): Due[] => {
    const both = sides.get(id);
    const wanted = compared.wanted.get(id);
    if (both === undefined || wanted === undefined || (paired !== null && paired.stopped !== null)) return [];
    return [{ id, ...both, before: paired, wanted, runS: runSecondsOf(id, measured) }];
  });
}

/** What this look takes; the judge may ask for another one after it. */
function tellPlan({ progress }: Host, due: readonly Due[], dueS: number, leftS: number): void {
  const pairs = due.map(({ before, wanted }) => wanted - (before?.base.length ?? 0));
  const [least, most] = [Math.min(...pairs), Math.max(...pairs)];
  const count = least === most ? counted(most, "pair") : `${least} to ${most} pairs`;
  progress.line(
    `pairs: ${count} of ${counted(due.length, "benchmark")}, about ${formatDuration(dueS)}; ${formatDuration(Math.max(0, leftS))} left for them`,
  );
}

function withConfirmation(result: JobResult, given: Partial<Confirmation>): JobResult {
  const nothing: Confirmation = { base_sha: null, accepted: [], unpaired: [], planned_s: 0, spent_s: 0, notes: [] };
  return { ...result, confirmation: { ...nothing, ...result.confirmation, ...given } };
}

function withPairs(result: JobResult, pairs: ReadonlyMap<string, Paired>): JobResult {
  const benchmarks = result.benchmarks.map((benchmark): BenchmarkResult => ({
    ...benchmark,
    paired: pairs.get(benchmark.id) ?? benchmark.paired,
  }));
  return { ...result, benchmarks };
}
