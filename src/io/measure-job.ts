/** Everything of the plan made ready and measured. */
import type { Inputs } from "../core/inputs.ts";
import type { Plan } from "../core/plan.ts";
import type { BenchmarkResult } from "../core/result.ts";
import type { Suite } from "../core/suite.ts";
import { harnessUnder, type Harness } from "./harness.ts";
import type { Host } from "./host.ts";
import { measure, resultOfNotReady } from "./measure.ts";
import { makeReady, type ProvideEnvironment, type Ready, type ReadyInput } from "./ready.ts";
import type { Bench } from "./run-benchmark.ts";
import type { ResultsFolder } from "./results-folder.ts";
import { scratchFolder } from "./scratch.ts";

export interface MeasureJob {
  readonly inputs: Pick<Inputs, "timeBudget">;
  readonly host: Host;
  readonly suite: Suite;
  readonly repeats: number;
  readonly plan: Plan;
  readonly folder: ResultsFolder;
  readonly provide: ProvideEnvironment;
}

export interface MeasuredJob {
  readonly benchmarks: readonly BenchmarkResult[];
  /** What can be run again, for pairs. */
  readonly ready: readonly Ready[];
  /** Seconds, installation and preparation excluded. */
  readonly measuredS: number;
}

export async function measureJob({ inputs, host, repeats, plan, folder, provide }: MeasureJob): Promise<MeasuredJob> {
  const { progress } = host;
  const bench = benchOf(host, folder);
  progress.phase("Prepare");
  const { ready, notReady } = await readyAll({ benchmarks: plan.benchmarks, provide, bench, side: "head" });
  for (const { planned, message } of notReady) progress.line(`${planned.id}: not ready, ${message}`);
  progress.phase("Measure");
  const measured = await measure({ ready, repeats, budget: inputs.timeBudget, bench });
  const benchmarks = [...measured.benchmarks, ...notReady.map(resultOfNotReady)];
  return { benchmarks, ready, measuredS: measured.measuredS };
}

/** Where the runs of a host's own checkout take place. */
export function benchOf(host: Host, folder: ResultsFolder): Bench {
  const { env, workspace, progress, signal } = host;
  const harness = (python: string): Harness => harnessUnder(host, python);
  return { harness, env, workspace, results: folder.path, progress, signal };
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
