/** The runs of one backend's control workload → its entry in the result of the job. */
import type { Backend } from "./backend.ts";
import { softwareIdentity } from "./identity.ts";
import { powerAtStart, type Power } from "./machine-changes.ts";
import type { DeviceEvent, HarnessEvent } from "./protocol.ts";
import type { BenchmarkResult, RunRecord } from "./result.ts";
import { runDisturbances, timedTimes, usualClock } from "./run-disturbances.ts";
import type { MadeRun } from "./run-record.ts";

export interface ControlRun extends MadeRun {
  readonly events: readonly HarnessEvent[];
  readonly samples: readonly DeviceEvent[];
}

export function controlResult(backend: Backend, runs: readonly ControlRun[]): BenchmarkResult {
  const done = runs.filter(({ record }) => record.outcome.status === "ok");
  const failed = runs.map(({ record }) => record.outcome).find((outcome) => outcome.status === "failed");
  const environment = done.find((run) => run.environment !== null)?.environment ?? null;
  const startPower = powerAtStart(runs.flatMap((run) => run.samples));
  return {
    id: `control.${backend}`,
    title: "control",
    backend,
    work_hash: done.flatMap(({ events }) => workHash(events))[0] ?? null,
    comparison_class: "strict",
    hyperparameters: {},
    software: environment === null ? null : softwareIdentity(environment),
    metrics: [...(done[0]?.metrics ?? [])],
    runs: runs.map((run, index) => withDisturbances(run, { backend, others: runs.toSpliced(index, 1), startPower })),
    status:
      failed?.status === "failed"
        ? { state: "failed", reason: failed.reason, message: failed.message }
        : { state: "complete" },
    paired: null,
  };
}

interface Others {
  readonly backend: Backend;
  readonly others: readonly ControlRun[];
  readonly startPower: Power;
}

function withDisturbances({ record, events, samples }: ControlRun, { backend, others, startPower }: Others): RunRecord {
  const steps = events.filter((event) => event.event === "step");
  const times = timedTimes(steps, record.warmup_steps);
  const usualClockMhz = usualClock(others.map((other) => other.samples));
  return { ...record, disturbances: runDisturbances({ backend, samples, times, usualClockMhz, startPower }) };
}

function workHash(events: readonly HarnessEvent[]): string[] {
  return events.flatMap((event) => (event.event === "start" ? [event.work_hash] : []));
}
