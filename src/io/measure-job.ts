/** Everything of the plan made ready and measured. */
import { isCpu } from "../core/backend.ts";
import type { Inputs } from "../core/inputs.ts";
import { machineChanges } from "../core/machine-changes.ts";
import type { LeftOut, Plan } from "../core/plan.ts";
import type { BenchmarkResult } from "../core/result.ts";
import { controlBackends, openControl, type Control } from "./control.ts";
import { measuringClock } from "./device-lock.ts";
import { harnessUnder, type Harness } from "./harness.ts";
import type { Host } from "./host.ts";
import type { Machine } from "./machine.ts";
import { measure, resultOfNotReady } from "./measure.ts";
import { makeReady, type ProvideEnvironment, type Ready, type ReadyInput } from "./ready.ts";
import type { Bench, Observation } from "./run-benchmark.ts";
import type { ResultsFolder } from "./results-folder.ts";
import { scratchFolder } from "./scratch.ts";

export interface MeasureJob {
  readonly inputs: Pick<Inputs, "timeBudget">;
  readonly host: Host;
  readonly machine: Machine;
  readonly repeats: number;
  readonly plan: Plan;
  readonly folder: ResultsFolder;
  readonly provide: ProvideEnvironment;
  readonly observation: Observation;
}

export interface MeasuredJob {
  readonly benchmarks: readonly BenchmarkResult[];
  /** Were not run, by rule: what they need is not on this machine. */
  readonly leftOut: readonly LeftOut[];
  /** What can be run again, for pairs. */
  readonly ready: readonly Ready[];
  /** Has run before and after the benchmarks; runs again after pairs. */
  readonly control: Control;
  /** When measuring began: Unix time, milliseconds. */
  readonly beganMs: number;
  /** Seconds; installation, preparation and waiting for others excluded. */
  readonly measuredS: number;
  readonly warnings: readonly string[];
}

/** Prepares, waits for a quiet machine, and measures between two runs of the control workload. */
export async function measureJob(job: MeasureJob): Promise<MeasuredJob> {
  const { inputs, host, machine, repeats, plan, folder, provide, observation } = job;
  const { progress } = host;
  const { watch, lock } = observation;
  const bench = benchOf(host, folder, observation);
  progress.phase("Prepare");
  const { ready, notReady, leftOut } = await readyAll({ benchmarks: plan.benchmarks, provide, bench, side: "head" });
  for (const { planned, message } of notReady) progress.line(`${planned.id}: not ready, ${message}`);
  for (const { id, reason } of leftOut) progress.line(`${id}: left out, ${reason}`);
  progress.phase("Measure");
  const warnings = await waitUntilQuiet(ready, observation, host);
  const beganMs = Date.now();
  const elapsedS = measuringClock(lock);
  const backends = controlBackends(ready);
  const python = machine.python.executable;
  const control = openControl({ host, python, backends, results: folder.path, watch, lock });
  await control.measure(1);
  const { benchmarks } = await measure({ ready, repeats, budget: inputs.timeBudget, bench });
  await control.measure(2);
  const measuredS = elapsedS();
  warnings.push(...machineChanges(watch?.between(beganMs, Date.now()) ?? []), ...lock.warnings());
  const all = [...benchmarks, ...notReady.map(resultOfNotReady)];
  return { benchmarks: all, leftOut, ready, control, beganMs, measuredS, warnings };
}

/** Seconds that a job waits for what else runs on the machine. */
const IDLE_S = 5;

/**
 * Looks at the machine while nobody else measures on it: what another job does is waited for, and no disturbance. Of all that
 * run on the processors one speaks for the others, and of all that run on the accelerator.
 */
export async function waitUntilQuiet(
  ready: readonly Ready[],
  { watch, lock }: Observation,
  host: Host,
): Promise<string[]> {
  const found: string[] = [];
  for (const backend of new Map(ready.map(({ planned }) => [isCpu(planned.backend), planned.backend])).values()) {
    const busy = await lock.during(backend, async () => watch?.waitUntilIdle({ backend, maxS: IDLE_S }));
    if (busy !== null && busy !== undefined) found.push(`${busy}, and did not become idle within ${IDLE_S} s`);
  }
  for (const warning of found) host.progress.line(`warning: ${warning}`);
  return found;
}

/** Where the runs of a host's own checkout take place. */
export function benchOf(host: Host, folder: ResultsFolder, observation: Observation): Bench {
  const { env, workspace, progress, signal } = host;
  const harness = (python: string): Harness => harnessUnder(host, python);
  return { harness, env, workspace, results: folder.path, observation, progress, signal };
}

interface ReadyAll extends Pick<ReadyInput, "benchmarks" | "provide" | "side"> {
  readonly bench: Bench;
}

/** Makes the benchmarks of one side ready. */
export async function readyAll({ bench, ...which }: ReadyAll): ReturnType<typeof makeReady> {
  await using scratch = await scratchFolder();
  const { harness, results, progress, signal } = bench;
  return await makeReady({ ...which, harness, results, scratch: scratch.path, progress, signal });
}
