/** Runs what history could not clear beside the base commit, look by look, until the judge asks for no more pairs. */
import { describeError, UserError } from "../core/errors.ts";
import type { ComparedJob } from "../core/compare.ts";
import type { Inputs } from "../core/inputs.ts";
import { makePlan, type Plan } from "../core/plan.ts";
import type { BenchmarkResult, Confirmation, JobResult, Paired } from "../core/result.ts";
import { shippedCatalogue } from "../core/catalogue.ts";
import { counted, formatDuration } from "../core/units.ts";
import { openBase, type BaseCheckout } from "./base-checkout.ts";
import type { BaseChoice } from "./base-commit.ts";
import { planEnvironments } from "./environments.ts";
import type { Host } from "./host.ts";
import type { Machine } from "./machine.ts";
import { benchOf, readyAll, type MeasuredJob } from "./measure-job.ts";
import { measurePairs, runsDue, type Side } from "./pairs.ts";
import type { Ready } from "./ready.ts";
import type { ResultsFolder } from "./results-folder.ts";
import type { Observation } from "./run-benchmark.ts";
import { loadSuite } from "./suite-file.ts";

export interface ConfirmJob {
  readonly inputs: Inputs;
  readonly host: Host;
  readonly machine: Machine;
  readonly choice: BaseChoice;
  readonly measured: MeasuredJob;
  readonly observation: Observation;
  readonly folder: ResultsFolder;
  readonly result: JobResult;
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
  const { choice, compare, host, result } = job;
  if (choice.state === "none" || result.suite.confirm === "never") return { result, compared: compare(result) };
  if (choice.state === "missing") return withoutBase(job, choice.reason);
  const planned = withConfirmation(result, { base_sha: choice.sha });
  const compared = compare(planned);
  if (compared.wanted.size === 0 || host.signal.aborted) return { result: planned, compared };
  host.progress.phase(
    `Confirm: ${counted(compared.wanted.size, "benchmark")} beside ${choice.sha.slice(0, 7)}, ${choice.why}`,
  );
  const opened = await openBase(choice.sha, host.workspace, host.remote);
  if (!opened.opened) return withoutBase(job, opened.reason);
  await using base = opened.base;
  // Not before its end may the base be removed.
  return await runLooks(job, base, planned, compared);
}

function withoutBase({ result, compare, host }: ConfirmJob, reason: string): ConfirmedJob {
  const note = `no base commit to run beside the head: ${reason}`;
  const noted = withConfirmation(result, { notes: [note.slice(0, 2000)] });
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
  const began = performance.now();
  const limitS = Math.min(job.inputs.timeBudget - measured.measuredS, host.confirmBudgetS);
  const spentS = (): number => (performance.now() - began) / 1000;
  const unpaired = [...sides.unpaired];
  const notes = [...sides.notes];
  let plannedS = 0;
  let current: ConfirmedJob = { result: planned, compared };
  const judgeWith = (pairs: ReadonlyMap<string, Paired>): void => {
    const confirmation = { base_sha: base.sha, unpaired, notes, planned_s: plannedS, spent_s: spentS() };
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
      if (paired.stopped.reason === "failed" && paired.stopped.message.startsWith("the base run")) {
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
  { benchmarks }: MeasuredJob,
): Due[] {
  return result.benchmarks.flatMap(({ id, paired }): Due[] => {
    const both = sides.get(id);
    const wanted = compared.wanted.get(id);
    if (both === undefined || wanted === undefined || (paired !== null && paired.stopped !== null)) return [];
    const durations = benchmarks.find((measured) => measured.id === id)?.runs.map(({ duration_s }) => duration_s) ?? [];
    const runS = durations.reduce((sum, s) => sum + s, 0) / Math.max(1, durations.length);
    return [{ id, ...both, before: paired, wanted, runS }];
  });
}

/** The longest it can take is said too: the judge may ask for ten pairs. */
function tellPlan({ progress }: Host, due: readonly Due[], dueS: number, leftS: number): void {
  const pairs = due.map(({ before, wanted }) => wanted - (before?.base.length ?? 0));
  const [least, most] = [Math.min(...pairs), Math.max(...pairs)];
  const count = least === most ? counted(most, "pair") : `${least} to ${most} pairs`;
  progress.line(
    `pairs: ${count} of ${counted(due.length, "benchmark")}, about ${formatDuration(dueS)}; ${formatDuration(Math.max(0, leftS))} of the time budget left`,
  );
}

interface Sides {
  readonly ready: ReadonlyMap<string, { base: Side; head: Side }>;
  readonly unpaired: readonly string[];
  readonly notes: readonly string[];
}

/** What the base commit has of the benchmarks in question: its own suite file, requirements, programs and harness. */
async function prepareSides(job: ConfirmJob, base: BaseCheckout, wanted: ReadonlySet<string>): Promise<Sides> {
  const { host, inputs, machine, measured, folder, result, observation } = job;
  const unpaired: string[] = [];
  const notes: string[] = [];
  const leaveOut = (id: string, reason: string): void => {
    unpaired.push(id);
    notes.push(`${id}: ${reason}`.slice(0, 2000));
    host.progress.line(`${id}: no pairs, ${reason}`);
  };
  const heads = measured.ready.filter(({ planned }) => wanted.has(planned.id));
  const baseHost: Host = {
    ...host,
    workspace: base.workspace,
    harness: (await base.counterpart(host.harness)) ?? host.harness,
  };
  const plan = await basePlan(inputs, baseHost, machine);
  if (typeof plan === "string") {
    for (const { planned } of heads) leaveOut(planned.id, plan);
    return { ready: new Map(), unpaired, notes };
  }
  const bench = benchOf(baseHost, folder, observation);
  const { provide } = await planEnvironments(inputs, baseHost, machine, plan);
  const benchmarks = plan.benchmarks.filter(({ id }) => wanted.has(id));
  const { ready, notReady } = await readyAll({ benchmarks, provide, bench, side: "base" });
  const sides = new Map<string, { base: Side; head: Side }>();
  for (const head of heads) {
    const { id } = head.planned;
    const other = ready.find(({ planned }) => planned.id === id);
    const broken = notReady.find(({ planned }) => planned.id === id);
    if (other === undefined) leaveOut(id, broken?.message ?? "the base commit does not have it");
    else if (other.workHash !== head.workHash) leaveOut(id, otherWork(other, head));
    else {
      const repeats = result.benchmarks.find((known) => known.id === id)?.runs.length ?? 0;
      sides.set(id, {
        base: { ready: other, bench, firstNumber: 1 },
        head: { ready: head, bench: benchOf(host, folder, observation), firstNumber: repeats + 1 },
      });
    }
  }
  return { ready: sides, unpaired, notes };
}

/** The plan of the base's suite, or why it has none. */
async function basePlan(inputs: Inputs, host: Host, machine: Machine): Promise<Plan | string> {
  try {
    const { suite } = await loadSuite(inputs.suite, host.workspace);
    return makePlan(suite, machine.probe, inputs, shippedCatalogue());
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `the suite of the base commit cannot be used: ${describeError(error)}`;
  }
}

function otherWork(base: Ready, head: Ready): string {
  const names = [...new Set([...Object.keys(base.hyperparameters), ...Object.keys(head.hyperparameters)])];
  const changed = names.filter((name) => base.hyperparameters[name] !== head.hyperparameters[name]);
  const what = changed.length === 0 ? "its variables or the work order differ" : `${changed.join(", ")} changed`;
  return `it does other work than in the base commit (${what}), which pairs cannot compare`;
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
