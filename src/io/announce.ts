/** Says before anything long begins what will run, about how long it takes and how much it downloads. */
import type { PlannedBenchmark, Plan } from "../core/plan.ts";
import type { JobResult } from "../core/result.ts";
import type { Inputs } from "../core/inputs.ts";
import type { Suite } from "../core/suite.ts";
import { counted, formatDuration, formatValue } from "../core/units.ts";
import type { Install } from "./environments.ts";
import { estimateRun, harnessUnder } from "./harness.ts";
import type { Host } from "./host.ts";
import type { Machine } from "./machine.ts";
import { scratchFolder } from "./scratch.ts";

export interface Announcement {
  readonly inputs: Pick<Inputs, "timeBudget">;
  readonly host: Pick<Host, "progress" | "harness" | "cache" | "env" | "signal">;
  readonly suite: Pick<Suite, "name">;
  readonly repeats: number;
  readonly machine: { readonly python: Pick<Machine["python"], "executable"> };
  readonly plan: Plan;
  readonly history: readonly JobResult[];
  /** What environments still to be made will take. */
  readonly installs: readonly Install[];
}

export async function announceJob(input: Announcement): Promise<void> {
  const { suite, plan, repeats } = input;
  const { progress } = input.host;
  progress.phase(
    `Plan: suite ${suite.name}, ${counted(plan.benchmarks.length, "benchmark")} × ${counted(repeats, "run")}, each run a process of its own`,
  );
  let known = 0;
  let unknown = 0;
  for (const planned of plan.benchmarks) {
    const seconds = runFromHistory(planned, input.history) ?? (await runFromEstimate(planned, input));
    if (seconds === null) unknown += 1;
    else known += seconds * repeats;
    progress.line(
      `${planned.id}: ${seconds === null ? "duration not known yet" : `about ${formatDuration(seconds)} a run`}`,
    );
  }
  for (const left of plan.skipped) progress.line(`${left.id}: left out, ${left.reason}`);
  for (const left of plan.failed) progress.line(`${left.id}: cannot run, ${left.reason}`);
  progress.line(`measuring: ${totalText(known, unknown)}, ${budgetText(known, input.inputs.timeBudget)}`);
  progress.line(
    input.installs.length === 0 ? "environments: all there, nothing to download" : installsText(input.installs),
  );
}

function installsText(installs: readonly Install[]): string {
  const known = installs.filter(({ isGuess }) => isGuess !== true);
  const unknown = installs.filter(({ isGuess }) => isGuess === true);
  const sum = (bytes: (install: Install) => number): string =>
    formatValue(
      known.reduce((total, install) => total + bytes(install), 0),
      "B",
    );
  const download = sum((install) => install.downloadBytes);
  const parts = [
    `environments to make first (once): ${installs.map(({ name }) => name).join(", ")}`,
    ...(known.length === 0 ? [] : [`about ${download} to download, ${sum((install) => install.diskBytes)} on disk`]),
    ...(unknown.length === 0 ? [] : ["how large packages of your own become is not known beforehand"]),
  ];
  return parts.join("; ");
}

function totalText(known: number, unknown: number): string {
  if (unknown === 0) return `about ${formatDuration(known)}`;
  return known === 0 ? "duration not known yet" : `about ${formatDuration(known)} and ${unknown} of unknown duration`;
}

function budgetText(known: number, budget: number): string {
  const text = `time budget of ${formatDuration(budget)}`;
  return known > budget ? `more than the ${text}: what does not fit is not measured to its end` : `within a ${text}`;
}

function runFromHistory(planned: PlannedBenchmark, history: readonly JobResult[]): number | null {
  for (const job of history.toReversed()) {
    const stored = job.benchmarks.find(
      (benchmark) => benchmark.id === planned.id && benchmark.status.state === "complete",
    );
    const durations = stored?.runs.map((run) => run.duration_s) ?? [];
    if (durations.length > 0) return durations.reduce((sum, s) => sum + s, 0) / durations.length;
  }
  return null;
}

async function runFromEstimate(planned: PlannedBenchmark, { host, machine }: Announcement): Promise<number | null> {
  if (!("workload" in planned.entry)) return null;
  await using scratch = await scratchFolder();
  const harness = harnessUnder(host, machine.python.executable);
  const estimate = await estimateRun(harness, planned.entry, planned.backend, scratch.path);
  return estimate?.seconds ?? null;
}
