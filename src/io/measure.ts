/** Runs what is ready: every repeat a process of its own, repeats of all benchmarks in turn, within the time budget. */
import { readFile, mkdir } from "node:fs/promises";
import path from "node:path";
import { isCpu } from "../core/backend.ts";
import { cutToBudget } from "../core/budget.ts";
import { readEvents } from "../core/events.ts";
import { installedSoftware, softwareIdentity } from "../core/identity.ts";
import type { Metric } from "../core/metrics.ts";
import type { BenchmarkResult, RunRecord } from "../core/result.ts";
import { makeRunRecord, type MadeRun } from "../core/run-record.ts";
import type { Identity } from "../core/environment.ts";
import { measuringEnvironment } from "./child-environment.ts";
import { endLeftovers } from "./leftovers.ts";
import { runOrder, type Harness } from "./harness.ts";
import type { Environment } from "./job-context.ts";
import { runProcess, type ProcessResult } from "./process.ts";
import type { Progress } from "./progress.ts";
import type { NotReady, Ready } from "./ready.ts";

export interface MeasureInput {
  readonly ready: readonly Ready[];
  readonly repeats: number;
  /** Seconds. */
  readonly budget: number;
  readonly harness: (python: string) => Harness;
  /** The variables this program was started with; a measured process gets an allow-list of them. */
  readonly env: Environment;
  /** Where a user's own command runs. */
  readonly workspace: string;
  readonly results: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

interface State {
  readonly ready: Ready;
  readonly runs: RunRecord[];
  metrics: readonly Metric[];
  software: Identity | null;
  cut: string | null;
}

const THREAD_VARIABLES = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"];

/** Results of every benchmark that was ready, complete or not, and the seconds spent. */
export async function measure(input: MeasureInput): Promise<{ benchmarks: BenchmarkResult[]; measuredS: number }> {
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 1000;
  const states = input.ready.map((ready): State => ({ ready, runs: [], metrics: [], software: null, cut: null }));
  const total = states.length * input.repeats;
  let done = 0;
  for (let number = 1; number <= input.repeats; number++) {
    if (number > 1) applyBudget(states, input, elapsed());
    for (const state of states) {
      if (input.signal.aborted || state.cut !== null || hasFailed(state)) {
        done += 1;
        continue;
      }
      const left = input.budget - elapsed();
      if (left <= 0) {
        state.cut = budgetText(input);
        done += 1;
        continue;
      }
      input.progress.runs(done, total, `${state.ready.planned.id} (run ${number} of ${input.repeats})`);
      await runOnce(state, number, left, input);
      done += 1;
    }
  }
  input.progress.end();
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

function budgetText(input: MeasureInput): string {
  return `the time budget of ${Math.round(input.budget)} s left no room for all ${input.repeats} runs`;
}

async function runOnce(state: State, number: number, leftS: number, input: MeasureInput): Promise<void> {
  const { planned, order, workHash, environment } = state.ready;
  const { entry } = planned;
  const folder = path.join(input.results, "runs", planned.id);
  await mkdir(folder, { recursive: true });
  const events = path.join(folder, `head-${number}.jsonl`);
  const log = path.join(folder, `head-${number}.log`);
  const timeoutS = Math.min(entry.timeout, leftS);
  const onLine = input.progress.output;
  const variables = {
    ...entry.env,
    FINETUNE_BENCH_BACKEND: planned.backend,
    FINETUNE_BENCH_REPEAT: String(number),
    FINETUNE_BENCH_SIDE: "head",
    FINETUNE_BENCH_EVENTS: events,
  };
  let ended: ProcessResult;
  if ("workload" in entry) {
    if (order === null || environment.python === null) throw new Error(`${planned.id} was run before it was ready`);
    const request = {
      order,
      backend: planned.backend,
      benchmark: planned.id,
      events,
      log,
      timeoutS,
      env: variables,
      onLine,
    };
    ended = await runOrder(input.harness(environment.python), request);
  } else {
    const [file = "", ...args] = entry.command;
    const threads = isCpu(planned.backend) ? Object.fromEntries(THREAD_VARIABLES.map((name) => [name, "1"])) : {};
    const env = measuringEnvironment(input.env, { ...threads, ...variables });
    if (environment.python !== null) {
      env["PATH"] = [path.dirname(environment.python), env["PATH"] ?? ""].join(path.delimiter);
      env["VIRTUAL_ENV"] = path.dirname(path.dirname(environment.python));
    }
    const { workspace: cwd, signal } = input;
    ended = await runProcess({ file, args, cwd, env, log, timeoutS, signal, onLine });
  }
  await endLeftovers("FINETUNE_BENCH_EVENTS", events);
  if (ended.timedOut && leftS < entry.timeout) {
    state.cut = budgetText(input);
    return;
  }
  const text = await readFile(events, "utf8").catch(() => "");
  const made = makeRunRecord({
    kind: "workload" in entry ? "harness" : "command",
    events: readEvents(text),
    exit: { ...ended, timeoutS },
    expected: { benchmark: planned.id, workHash, backend: planned.backend },
    number,
  });
  state.runs.push(made.record);
  if (made.record.outcome.status === "ok") {
    state.metrics = made.metrics;
    state.software ??= softwareOf(state.ready, made.environment);
  }
}

/** A bump of a requirement is other software, also where the program says nothing of its packages. */
function softwareOf({ planned, environment }: Ready, reported: MadeRun["environment"]): Identity | null {
  if (!("workload" in planned.entry) && environment.versions !== null) {
    return installedSoftware(environment.versions, reported);
  }
  return reported === null ? null : softwareIdentity(reported);
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
  if (input.signal.aborted && state.runs.length < input.repeats) {
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
