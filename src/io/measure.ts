/** Runs what is ready: every repeat a process of its own, repeats of all benchmarks in turn, within the time budget. */
import { cutToBudget } from "../core/budget.ts";
import type { Identity } from "../core/environment.ts";
import type { Metric } from "../core/metrics.ts";
import type { BenchmarkResult, RunRecord } from "../core/result.ts";
import { measuringClock } from "./device-lock.ts";
import type { NotReady, Ready } from "./ready.ts";
import { runBenchmark, type Bench } from "./run-benchmark.ts";

export interface MeasureInput {
  readonly ready: readonly Ready[];
  readonly repeats: number;
  /** Seconds. */
  readonly budget: number;
  readonly bench: Bench;
}

interface State {
  readonly ready: Ready;
  readonly runs: RunRecord[];
  metrics: readonly Metric[];
  software: Identity | null;
  cut: string | null;
}

/** Results of every benchmark that was ready, complete or not, and the seconds spent; waiting for others is not spending. */
export async function measure(input: MeasureInput): Promise<{ benchmarks: BenchmarkResult[]; measuredS: number }> {
  const { lock } = input.bench.observation;
  const elapsed = measuringClock(lock);
  const states = input.ready.map((ready): State => ({ ready, runs: [], metrics: [], software: null, cut: null }));
  const total = states.length * input.repeats;
  let done = 0;
  for (let number = 1; number <= input.repeats; number++) {
    if (number > 1) applyBudget(states, input, elapsed());
    for (const state of states) {
      if (input.bench.signal.aborted || state.cut !== null || hasFailed(state)) {
        done += 1;
        continue;
      }
      const left = input.budget - elapsed();
      if (left <= 0 || lock.late() !== null) {
        state.cut = cutText(input);
        done += 1;
        continue;
      }
      input.bench.progress.runs(done, total, `${state.ready.planned.id} (run ${number} of ${input.repeats})`);
      await runOnce(state, number, left, input);
      done += 1;
    }
  }
  input.bench.progress.end();
  return { benchmarks: states.map((state) => resultOf(state, input)), measuredS: elapsed() };
}

function applyBudget(states: readonly State[], input: MeasureInput, elapsed: number): void {
  const open = states.filter((state) => state.cut === null && !hasFailed(state));
  const spent = open.map((state) => ({
    id: state.ready.planned.id,
    durations: state.runs.map((run) => run.duration_s),
  }));
  const cut = cutToBudget(spent, input.repeats, elapsed, input.budget);
  for (const state of open) if (cut.has(state.ready.planned.id)) state.cut = budgetText(input);
}

function cutText(input: MeasureInput): string {
  return input.bench.observation.lock.late() ?? budgetText(input);
}

function budgetText(input: MeasureInput): string {
  return `the time budget of ${Math.round(input.budget)} s left no room for all ${input.repeats} runs`;
}

async function runOnce(state: State, number: number, leftS: number, input: MeasureInput): Promise<void> {
  const done = await runBenchmark({ ready: state.ready, side: "head", number, leftS }, input.bench);
  if (done.outOfTime) {
    state.cut = cutText(input);
    return;
  }
  state.runs.push(done.record);
  if (done.record.outcome.status === "ok") state.metrics = done.metrics;
  state.software ??= done.software;
}

function hasFailed(state: State): boolean {
  return state.runs.some((run) => run.outcome.status === "failed");
}

function resultOf(state: State, input: MeasureInput): BenchmarkResult {
  const { planned, workHash, comparisonClass, hyperparameters } = state.ready;
  return {
    id: planned.id,
    title: planned.title,
    backend: planned.backend,
    work_hash: workHash,
    comparison_class: comparisonClass,
    hyperparameters,
    software: state.software,
    metrics: [...state.metrics],
    runs: state.runs,
    status: statusOf(state, input),
    paired: null,
  };
}

function statusOf(state: State, input: MeasureInput): BenchmarkResult["status"] {
  const failed = state.runs.map((run) => run.outcome).find((outcome) => outcome.status === "failed");
  if (failed?.status === "failed") return { state: "failed", reason: failed.reason, message: failed.message };
  if (state.cut !== null) return { state: "cut", message: state.cut };
  if (input.bench.signal.aborted && state.runs.length < input.repeats) {
    return {
      state: "failed",
      reason: "cancelled",
      message: `cancelled after ${state.runs.length} of ${input.repeats} runs`,
    };
  }
  return { state: "complete" };
}

/** What stands in the results for a benchmark that never ran. */
export function resultOfNotReady({ planned, reason, message }: NotReady): BenchmarkResult {
  return {
    id: planned.id,
    title: planned.title,
    backend: planned.backend,
    work_hash: null,
    comparison_class: planned.comparisonClass,
    hyperparameters: {},
    software: null,
    metrics: [],
    runs: [],
    status: { state: "failed", reason, message: message.slice(0, 8000) },
    paired: null,
  };
}
