/** Asks this machine what it can detect: pairs of unchanged runs, then pairs of which the head is slowed down on purpose. */
import path from "node:path";
import { shippedCatalogue } from "../core/catalogue.ts";
import { controlFindings } from "../core/control.ts";
import { gpuCoresOf } from "../core/device-peaks.ts";
import type { Inputs } from "../core/inputs.ts";
import { LAST_LOOK } from "../core/pairs.ts";
import { machineChanges } from "../core/machine-changes.ts";
import { makePlan } from "../core/plan.ts";
import type { Qualification } from "../core/qualification.ts";
import { disturbedRuns, movedInWords, type Qualified } from "../core/qualify-words.ts";
import { smallestEffect } from "../core/suite.ts";
import { announceJob } from "./announce.ts";
import { artifactName } from "../core/artifact-name.ts";
import { assembleResult } from "./assemble-result.ts";
import { controlBackends, openControl } from "./control.ts";
import { planEnvironments } from "./environments.ts";
import { measuringClock } from "./device-lock.ts";
import type { Host } from "./host.ts";
import { readMachine } from "./machine.ts";
import { benchOf, readyAll, waitUntilQuiet } from "./measure-job.ts";
import { runsDue } from "./pairs.ts";
import { qualifyOne, type QualifiedRuns, type QualifyJob } from "./qualify-pairs.ts";
import { makeResultsFolder } from "./results-folder.ts";
import type { Observation } from "./run-benchmark.ts";
import { stayAwake } from "./stay-awake.ts";
import { loadSuite } from "./suite-file.ts";
import { openJobLock, openWatch } from "./watch-job.ts";

export interface QualifyRequest {
  readonly inputs: Inputs;
  readonly host: Host;
  /** Share by which the injected runs take longer. */
  readonly slowdown: number;
}

/** Runs of one benchmark at most: two series of pairs, both sides warmed up before each. */
const MOST_RUNS = 2 * runsDue(null, LAST_LOOK);

export async function qualify({ inputs, host, slowdown }: QualifyRequest): Promise<Qualified> {
  const startedAt = new Date();
  const { suite, note } = await loadSuite(inputs.suite, host.workspace);
  const machine = await readMachine(inputs, host);
  const plan = makePlan(suite, machine.probe, inputs, shippedCatalogue());
  const history = await host.store.read(machine.runnerKey);
  const { installs, provide } = await planEnvironments(inputs, host, machine, plan);
  await announceJob({ inputs, host, suite, repeats: MOST_RUNS, machine, plan, history: history.results, installs });
  const { run_id: runId, attempt } = host.context.job;
  const folder = await makeResultsFolder(host.resultsRoot, artifactName(machine.runnerKey, runId, attempt, suite.name));
  await using stack = new AsyncDisposableStack();
  stack.use(await stayAwake(host));
  const watch = stack.use(await openWatch(inputs, host, machine, folder));
  const lock = openJobLock(host, machine, inputs);
  const observation: Observation = { watch, lock, gpuCores: gpuCoresOf(machine.probe), earlier: new Map() };
  const bench = benchOf(host, folder, observation);
  host.progress.phase("Prepare");
  const { ready, notReady, leftOut } = await readyAll({ benchmarks: plan.benchmarks, provide, bench, side: "head" });
  host.progress.phase("Qualify");
  const busy = await waitUntilQuiet(ready, observation, host);
  const beganMs = Date.now();
  const elapsedS = measuringClock(lock);
  const control = openControl({
    host,
    python: machine.python.executable,
    backends: controlBackends(ready),
    results: folder.path,
    watch,
    lock,
  });
  await control.measure(1);
  const policy = {
    minEffect: smallestEffect(suite.judge["min-effect"]),
    maxTolerated: suite.judge["max-tolerated"],
    tighten: suite.judge["min-effect"] === "auto",
  };
  const job: QualifyJob = {
    bench,
    slowed: { ...bench, results: path.join(folder.path, "injected") },
    slowdown,
    repeats: host.repeats ?? suite.repeats,
    terms: { policy, familySize: Math.max(1, plan.benchmarks.length) },
    leftS: () => inputs.timeBudget - elapsedS(),
  };
  const found: QualifiedRuns[] = [];
  for (const one of ready) if (!host.signal.aborted) found.push(await qualifyOne(one, job));
  await control.measure(2);
  host.progress.end();
  const warnings = [...busy, ...machineChanges(watch.between(beganMs, Date.now()))];
  const measured = { benchmarks: [], ready, control, beganMs, measuredS: elapsedS(), warnings };
  const result = assembleResult({
    host,
    suite,
    repeats: job.repeats,
    machine,
    plan,
    measured,
    startedAt,
    note,
    accepted: [],
  });
  const refused = [
    ...[...plan.failed, ...leftOut].map(({ id, reason }) => ({ benchmark: id, message: reason })),
    ...notReady.map(({ planned, message }) => ({ benchmark: planned.id, message })),
  ];
  const qualification: Qualification = {
    schema: 1,
    version: host.version,
    runner_key: machine.runnerKey,
    made_at: new Date().toISOString(),
    suite: suite.name,
    machine: machine.identity,
    benchmarks: found.flatMap(({ qualified }) => qualified ?? []),
    disturbances: [
      ...busy,
      ...movedInWords(controlFindings(result, history.results)),
      ...found.flatMap(({ benchmark, series }) => disturbedRuns(benchmark, series)),
      ...result.control.flatMap(({ id, runs }) => disturbedRuns(id, [runs])),
    ].map((text) => text.slice(0, 2000)),
    measured_s: elapsedS(),
  };
  const fault = watch.fault();
  const faults = [...lock.warnings(), ...(fault === null ? [] : [fault])];
  await folder.writeJson("qualification.json", qualification);
  return {
    qualification,
    slowdown,
    unqualified: [...refused, ...found.flatMap(({ problem }) => problem ?? [])],
    notes: [...found.flatMap(({ notes }) => notes), ...(note === null ? [] : [note])],
    warnings: [...history.warnings, ...faults],
    saved: await save(qualification, host),
    results: folder.path,
  };
}

/** A machine that was asked nothing has nothing to tell its history. */
async function save(qualification: Qualification, host: Host): Promise<Qualified["saved"]> {
  if (host.record !== "now" || qualification.benchmarks.length === 0 || host.signal.aborted) return null;
  host.progress.phase("Record");
  return host.store.saveQualification(qualification);
}
