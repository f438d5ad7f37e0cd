/** Interleaved runs of two sides of one benchmark: one discarded warm-up of each, then A B B A, A B B A, … */
import type { Identity } from "../core/environment.ts";
import type { Metric } from "../core/metrics.ts";
import type { Paired, RunRecord } from "../core/result.ts";
import type { Ready } from "./ready.ts";
import { runBenchmark, type Bench, type DoneRun } from "./run-benchmark.ts";

/** One of the two sides. */
export interface Side {
  readonly ready: Ready;
  readonly bench: Bench;
  /** Number of its first paired run; earlier ones are taken. */
  readonly firstNumber: number;
  /** Variables above those of the suite. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface PairsRequest {
  readonly base: Side;
  readonly head: Side;
  /** What earlier calls measured; null at first. */
  readonly before: Paired | null;
  /** Pairs wanted in all. */
  readonly wanted: number;
  /** Seconds that one run is expected to take. */
  readonly runS: number;
  /** Seconds that are left now. */
  readonly leftS: () => number;
  /** Told before every run, with the number of runs done and due. */
  readonly onRun: (done: number, due: number, what: string) => void;
}

const CANCELLED = { reason: "cancelled", side: null, message: "cancelled while pairs were run" } as const;

/** Said of a benchmark whose pairs do not fit into the time that is left, seconds. */
export function outOfTime(wanted: number, needS: number, leftS: number): NonNullable<Paired["stopped"]> {
  const message = `${wanted} pairs needed about ${Math.ceil(needS)} s more, and ${Math.max(0, Math.floor(leftS))} s were left for them`;
  return { reason: "time-budget", side: null, message };
}

/** From this many pairs on speed is compared, and both sides are warmed up first. */
const WARMED_FROM = 2;

/** Runs still due until `wanted` pairs are there, warm-ups included. */
export function runsDue(before: Paired | null, wanted: number): number {
  const pairs = Math.max(0, wanted - (before?.base.length ?? 0));
  return 2 * pairs + (needsWarmup(before, wanted) ? 2 : 0);
}

function needsWarmup(before: Paired | null, wanted: number): boolean {
  return wanted >= WARMED_FROM && (before?.base.length ?? 0) < WARMED_FROM;
}

/**
 * Goes on until `wanted` pairs are there, one side fails, or the next pair no longer fits into the time. Only whole pairs
 * are kept. A first look of which not all pairs fit is not begun: it would cost time and decide nothing.
 */
export async function measurePairs(request: PairsRequest): Promise<Paired> {
  const { base, head, before, wanted, runS, leftS } = request;
  const pairs: { base: RunRecord[]; head: RunRecord[] } = {
    base: [...(before?.base ?? [])],
    head: [...(before?.head ?? [])],
  };
  let software: Identity | null = before?.software ?? null;
  let metrics: readonly Metric[] = before?.metrics ?? [];
  const end = (stopped: Paired["stopped"]): Paired => ({ software, metrics: [...metrics], ...pairs, stopped });
  const due = runsDue(before, wanted);
  const isFirst = needsWarmup(before, wanted);
  const late = (needS: number): Paired => end(outOfTime(wanted, needS, leftS()));
  if (due > 0 && isFirst && due * runS > leftS()) return late(due * runS);
  let done = 0;
  const run = async (side: "base" | "head", number: number): Promise<DoneRun> => {
    request.onRun(done, due, side);
    const { ready, bench, env } = side === "base" ? base : head;
    const finished = await runBenchmark(
      { ready, side, number, leftS: leftS(), ...(env === undefined ? {} : { env }) },
      bench,
    );
    done += 1;
    return finished;
  };
  const failure = (side: "base" | "head", { record, outOfTime: isLate }: DoneRun): Paired["stopped"] => {
    if (head.bench.signal.aborted) return CANCELLED;
    if (isLate) {
      const message = head.bench.observation.lock.late() ?? "the time for pairs was over while they were run";
      return { reason: "time-budget", side: null, message };
    }
    if (record.outcome.status === "ok") return null;
    return { reason: "failed", side, message: `the ${side} run failed: ${record.outcome.message}`.slice(0, 8000) };
  };
  if (head.bench.signal.aborted) return end(CANCELLED);
  if (isFirst) {
    for (const side of ["base", "head"] as const) {
      const stopped = failure(side, await run(side, 0));
      if (stopped !== null) return end(stopped);
    }
  }
  while (pairs.base.length < wanted) {
    if (head.bench.signal.aborted) return end(CANCELLED);
    if (2 * runS > leftS()) return late((wanted - pairs.base.length) * 2 * runS);
    const index = pairs.base.length;
    // A B B A: whatever drifts along a straight line weighs equally on both sides.
    const order = index % 2 === 0 ? (["base", "head"] as const) : (["head", "base"] as const);
    const found: Partial<Record<"base" | "head", RunRecord>> = {};
    for (const side of order) {
      const finished = await run(side, (side === "base" ? base : head).firstNumber + index);
      const stopped = failure(side, finished);
      if (stopped !== null) return end(stopped);
      found[side] = finished.record;
      if (side === "base") {
        software ??= finished.software;
        metrics = finished.metrics;
      }
    }
    if (found.base !== undefined) pairs.base.push(found.base);
    if (found.head !== undefined) pairs.head.push(found.head);
  }
  return end(null);
}
