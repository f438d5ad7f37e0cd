/** Everything of the plan made ready and measured. */
import type { Inputs } from "../core/inputs.ts";
import type { Plan } from "../core/plan.ts";
import type { BenchmarkResult } from "../core/result.ts";
import type { Suite } from "../core/suite.ts";
import { harnessUnder } from "./harness.ts";
import type { Host } from "./host.ts";
import { measure, resultOfNotReady } from "./measure.ts";
import { makeReady, type ProvideEnvironment } from "./ready.ts";
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
  /** Seconds, installation and preparation excluded. */
  readonly measuredS: number;
}

export async function measureJob({ inputs, host, repeats, plan, folder, provide }: MeasureJob): Promise<MeasuredJob> {
  const { progress, signal } = host;
  await using scratch = await scratchFolder();
  const harness = (python: string) => harnessUnder(host, python);
  progress.phase("Prepare");
  const { ready, notReady } = await makeReady({
    benchmarks: plan.benchmarks,
    provide,
    harness,
    results: folder.path,
    scratch: scratch.path,
    progress,
    signal,
  });
  for (const { planned, message } of notReady) progress.line(`${planned.id}: not ready, ${message}`);
  progress.phase("Measure");
  const measured = await measure({
    ready,
    repeats,
    budget: inputs.timeBudget,
    harness,
    env: host.env,
    workspace: host.workspace,
    results: folder.path,
    progress,
    signal,
  });
  return { benchmarks: [...measured.benchmarks, ...notReady.map(resultOfNotReady)], measuredS: measured.measuredS };
}
