/** A run beside what the watcher saw: which samples are of its time, and what they say of it. */
import { powerAtStart } from "./machine-changes.ts";
import type { Backend } from "./backend.ts";
import type { DeviceEvent, HarnessEvent } from "./protocol.ts";
import type { Disturbance, RunRecord } from "./result.ts";
import { runDisturbances, timedTimes, usualClock } from "./run-disturbances.ts";

export interface Span {
  /** Unix time, milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
  /** Seconds between samples. */
  readonly intervalS: number;
}

function ms({ time_s }: DeviceEvent): number {
  return time_s * 1000;
}

/** Samples of a span, in their order. One too short to hold any gets its neighbours, at most an interval away. */
export function samplesWithin(samples: readonly DeviceEvent[], { startMs, endMs, intervalS }: Span): DeviceEvent[] {
  const inside = samples.filter((sample) => ms(sample) >= startMs && ms(sample) <= endMs);
  if (inside.length > 0) return inside;
  const before = samples.findLast((sample) => ms(sample) < startMs && ms(sample) >= startMs - intervalS * 1000);
  const after = samples.find((sample) => ms(sample) > endMs && ms(sample) <= endMs + intervalS * 1000);
  return [before, after].filter((sample) => sample !== undefined);
}

export interface Observed {
  readonly record: RunRecord;
  readonly events: readonly HarnessEvent[];
  readonly backend: Backend;
  readonly samples: readonly DeviceEvent[];
  /** During the runs before it, by backend; what was seen now is added. */
  readonly earlier: Map<Backend, (readonly DeviceEvent[])[]>;
}

/** What the watcher saw during a run, and what the run's own steps show. */
export function observedDisturbances({ record, events, backend, samples, earlier }: Observed): Disturbance[] {
  const others = earlier.get(backend) ?? [];
  const steps = events.filter((event) => event.event === "step");
  const times = timedTimes(steps, record.warmup_steps);
  const startPower = powerAtStart([...others.flat(), ...samples]);
  const found = runDisturbances({ backend, samples, times, usualClockMhz: usualClock(others), startPower });
  earlier.set(backend, [...others, samples]);
  return found;
}
