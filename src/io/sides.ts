/** Both sides of the benchmarks that ask for pairs: the head as it was measured, and what the base commit has of it. */
import path from "node:path";
import { shippedCatalogue } from "../core/catalogue.ts";
import { describeError, UserError } from "../core/errors.ts";
import type { Inputs } from "../core/inputs.ts";
import { makePlan, type Plan } from "../core/plan.ts";
import type { JobResult } from "../core/result.ts";
import type { BaseCheckout } from "./base-checkout.ts";
import { baseImports } from "./base-imports.ts";
import { planEnvironments } from "./environments.ts";
import type { Host } from "./host.ts";
import type { Machine } from "./machine.ts";
import { benchOf, readyAll, type MeasuredJob } from "./measure-job.ts";
import type { Side } from "./pairs.ts";
import type { Ready } from "./ready.ts";
import type { ResultsFolder } from "./results-folder.ts";
import type { Observation } from "./run-benchmark.ts";
import { loadSuite } from "./suite-file.ts";

export interface SidesJob {
  readonly inputs: Inputs;
  readonly host: Host;
  readonly machine: Machine;
  readonly measured: MeasuredJob;
  readonly observation: Observation;
  readonly folder: ResultsFolder;
  readonly result: JobResult;
}

export interface Sides {
  readonly ready: ReadonlyMap<string, { base: Side; head: Side }>;
  readonly unpaired: readonly string[];
  readonly notes: readonly string[];
}

/** What the base commit has of the benchmarks in question: its own suite file, requirements, programs and harness. */
export async function prepareSides(job: SidesJob, base: BaseCheckout, wanted: ReadonlySet<string>): Promise<Sides> {
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
  const { ready, notReady, leftOut } = await readyAll({ benchmarks, provide, bench, side: "base" });
  const sides = new Map<string, { base: Side; head: Side }>();
  for (const head of heads) {
    const { id } = head.planned;
    const other = ready.find(({ planned }) => planned.id === id);
    const broken =
      notReady.find(({ planned }) => planned.id === id)?.message ?? leftOut.find((left) => left.id === id)?.reason;
    if (other === undefined) leaveOut(id, broken ?? "the base commit does not have it");
    else if (other.workHash !== head.workHash) leaveOut(id, otherWork(other, head));
    else {
      const repeats = result.benchmarks.find((known) => known.id === id)?.runs.length ?? 0;
      sides.set(id, {
        base: { ready: other, bench, firstNumber: 1, env: await importsOf(other, base, host) },
        head: { ready: head, bench: benchOf(host, folder, observation), firstNumber: repeats + 1 },
      });
    }
  }
  return { ready: sides, unpaired, notes };
}

/** Of a program that runs with what is installed: its packages may have been installed from the head's checkout. */
async function importsOf(
  { planned, environment }: Ready,
  base: BaseCheckout,
  host: Host,
): Promise<Record<string, string>> {
  const { entry } = planned;
  if ("workload" in entry || environment.versions !== null) return {};
  const { env, workspace, signal } = host;
  const folders = await baseImports(base, { python: environment.python, env, workspace, signal });
  const given = entry.env["PYTHONPATH"];
  const all = [...(given === undefined ? [] : [given]), ...folders];
  return all.length === 0 ? {} : { PYTHONPATH: all.join(path.delimiter) };
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
