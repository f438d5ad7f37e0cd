/** The whole product in one straight line: inputs → plan → probe → run → results → baseline → judge → report → publish. */
import { homedir } from "node:os";
import { compareJob, type ComparedJob } from "./core/compare.ts";
import { withoutHome } from "./core/home.ts";
import type { Inputs } from "./core/inputs.ts";
import { gpuCoresOf } from "./core/device-peaks.ts";
import { compareInput, jobReport } from "./core/job-report.ts";
import { renderSummary } from "./core/markdown.ts";
import { machineChanges } from "./core/machine-changes.ts";
import { makePlan } from "./core/plan.ts";
import { reportSchema } from "./core/report.ts";
import { joinReports } from "./core/join-reports.ts";
import type { JointReport } from "./core/joint.ts";
import type { JobResult } from "./core/result.ts";
import { readAccepted } from "./io/accept-file.ts";
import { shippedCatalogue } from "./core/catalogue.ts";
import { announceJob } from "./io/announce.ts";
import { reachBaseOf } from "./io/base-reach.ts";
import { confirmJob } from "./io/confirm.ts";
import { planEnvironments } from "./io/environments.ts";
import { artifactName } from "./core/artifact-name.ts";
import type { Host } from "./io/host.ts";
import { assembleResult, withWarnings } from "./io/assemble-result.ts";
import { measureJob } from "./io/measure-job.ts";
import { readMachine } from "./io/machine.ts";
import { recordResult } from "./io/record.ts";
import { makeResultsFolder } from "./io/results-folder.ts";
import { stayAwake } from "./io/stay-awake.ts";
import { openJobLock, openWatch } from "./io/watch-job.ts";
import { loadSuite } from "./io/suite-file.ts";

export interface Outcome {
  readonly report: JointReport;
  /** The results folder. */
  readonly results: string;
}

const NO_BASE = { state: "none" } as const;

export async function runPipeline(inputs: Inputs, host: Host): Promise<Outcome> {
  const startedAt = new Date();
  const { suite, note } = await loadSuite(inputs.suite, host.workspace);
  const accepted = await readAccepted(host.workspace);
  const repeats = host.repeats ?? suite.repeats;
  const machine = await readMachine(inputs, host);
  const plan = makePlan(suite, machine.probe, inputs, shippedCatalogue());
  const history = await host.store.read(machine.runnerKey);
  await using stack = new AsyncDisposableStack();
  const side = suite.judge.confirm === "never" ? NO_BASE : await reachBaseOf(host, history.results.at(-1));
  if (side.state === "found") stack.use(side.base);
  const environments = await planEnvironments(inputs, host, machine, plan);
  const { installs, provide } = environments;
  await announceJob({ inputs, host, suite, repeats, machine, plan, history: history.results, installs });
  // Cancelled before anything could be measured: nothing to keep, and nothing to say.
  host.signal.throwIfAborted();
  const { run_id, attempt } = host.context.job;
  const folder = await makeResultsFolder(
    host.resultsRoot,
    artifactName(machine.runnerKey, run_id, attempt, suite.name),
  );
  stack.use(await stayAwake(host));
  const lock = openJobLock(host, machine, inputs);
  const watch = stack.use(await openWatch(inputs, host, machine, folder));
  const observation = { watch, lock, gpuCores: gpuCoresOf(machine.probe), earlier: new Map() };
  const measured = await measureJob({ inputs, host, machine, repeats, plan, folder, provide, observation });
  const planned = { ...plan, skipped: [...plan.skipped, ...measured.leftOut] };
  const result = assembleResult({ host, suite, repeats, machine, plan: planned, measured, startedAt, note, accepted });
  await folder.writeJson("result.json", result);
  const record = await recordResult(result, host);
  const compare = (candidate: JobResult): ComparedJob => compareJob(compareInput(candidate, history));
  const confirmed = await confirmJob({ inputs, host, machine, side, measured, observation, folder, result, compare });
  const unwatched = observation.watch.fault();
  // In the result, so that a report over several jobs tells what was seen during pairs as well.
  const whole = withWarnings(confirmed.result, [
    ...machineChanges(observation.watch.between(measured.beganMs, Date.now())),
    ...lock.warnings(),
    ...(unwatched === null ? [] : [unwatched]),
  ]);
  await folder.writeJson("result.json", whole);
  // What the watcher saw is part of what is published.
  await stack.disposeAsync();
  const built = jobReport({
    result: whole,
    compared: confirmed.compared,
    history,
    recording: { ...record, wanted: host.record === "now" },
    failOn: inputs.failOn,
    warnings: [],
  });
  const report = withoutHome(reportSchema, built, homedir());
  await folder.writeJson("report.json", report);
  const joint = joinReports([report], inputs.failOn);
  await folder.write("report.md", renderSummary(joint));
  return { report: await host.publish(joint, folder), results: folder.path };
}
