/** What the watcher saw of the device while the timed steps ran: how busy it was, what memory was in use, what energy it took. */
import { isCpu, type Backend } from "./backend.ts";
import type { DeviceEvent, HarnessEvent } from "./protocol.ts";
import type { MetricName } from "./registry.ts";
import { POWER_CAP } from "./run-disturbances.ts";
import { mean, median, sum } from "./statistics.ts";

interface Window {
  readonly startS: number;
  readonly endS: number;
}

/** [Unix time, joules]. */
type Point = readonly [number, number];

/** The sensor of some boards sees a quarter of the time: what it says of less than ten seconds is no measurement. */
const LEAST_ENERGY_S = 10;
/** The share of the window that must lie between two samples. */
const LEAST_COVERED = 0.9;
/** A device that is less busy than this idles. */
const IDLE = 0.05;

/**
 * @param samples of the whole run, so that some lie before and after its timed steps
 */
export function deviceMetrics(
  events: readonly HarnessEvent[],
  samples: readonly DeviceEvent[],
  backend: Backend,
): (readonly [MetricName, number])[] {
  const timed = events.findLast((event) => event.event === "phase" && event.name === "timed");
  if (timed?.event !== "phase" || timed.start_s === undefined) return [];
  const window = { startS: timed.start_s, endS: timed.start_s + timed.duration_s };
  const cpu = energyIn(window, counted(samples, "cpu_energy_j"));
  const processor: (readonly [MetricName, number])[] = cpu === null ? [] : [["cpu_energy", cpu]];
  // What an accelerator does says nothing of work on the processor.
  if (isCpu(backend)) return processor;
  return [...useIn(window, samples), ...energyOf(window, samples, tokensOf(events)), ...processor];
}

function useIn({ startS, endS }: Window, samples: readonly DeviceEvent[]): [MetricName, number][] {
  const inside = samples.filter(({ time_s }) => time_s >= startS && time_s <= endS);
  const told = (read: (sample: DeviceEvent) => number | undefined): number[] =>
    inside.map(read).filter((value) => value !== undefined);
  const found: [MetricName, number[], (values: readonly number[]) => number][] = [
    ["device_busy", told((sample) => sample.device_busy), median],
    ["device_memory_busy", told((sample) => sample.memory_busy), median],
    ["device_memory_peak", told((sample) => sample.memory_used_bytes), (values) => Math.max(...values)],
    ["device_clock", told((sample) => sample.clock_mhz && sample.clock_mhz * 1e6), median],
    ["device_power_capped", told(({ throttle }) => throttle && Number(throttle.includes(POWER_CAP))), mean],
    ["device_temperature", told((sample) => sample.temperature_c), (values) => Math.max(...values)],
  ];
  return found.flatMap(([name, values, of]): [MetricName, number][] =>
    values.length === 0 ? [] : [[name, of(values)]],
  );
}

/** By the driver's counter; where it has none, by its power samples, under another name: the two are never compared. */
function energyOf(window: Window, samples: readonly DeviceEvent[], tokens: number | null): [MetricName, number][] {
  const measured = energyIn(window, counted(samples, "energy_j"));
  const energy = measured ?? energyIn(window, integrated(samples));
  const idle = idlePower(window, samples);
  const found: [MetricName, number][] = idle === null ? [] : [["idle_power", idle]];
  if (energy === null) return found;
  const isMeasured = measured !== null;
  found.push([isMeasured ? "device_energy" : "device_energy_integrated", energy]);
  if (tokens !== null) {
    found.push([isMeasured ? "device_energy_per_token" : "device_energy_per_token_integrated", energy / tokens]);
  }
  if (idle !== null) found.push(["device_energy_above_idle", energy - idle * (window.endS - window.startS)]);
  return found;
}

function counted(samples: readonly DeviceEvent[], field: "energy_j" | "cpu_energy_j"): Point[] {
  return samples.flatMap((sample): Point[] => {
    const joules = sample[field];
    return joules === undefined ? [] : [[sample.time_s, joules]];
  });
}

/** The area under the power samples, as a counter that begins at the first of them. */
function integrated(samples: readonly DeviceEvent[]): Point[] {
  const points: Point[] = [];
  let before: { time: number; watts: number; joules: number } | null = null;
  for (const { time_s: time, power_w: watts } of samples) {
    if (watts === undefined) continue;
    const joules: number = before === null ? 0 : before.joules + ((time - before.time) * (watts + before.watts)) / 2;
    points.push([time, joules]);
    before = { time, watts, joules };
  }
  return points;
}

/** Joules between two times; null where the window is short, too little of it is covered, or the counter began anew. */
function energyIn({ startS, endS }: Window, points: readonly Point[]): number | null {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || endS - startS < LEAST_ENERGY_S) return null;
  if (points.some(([, joules], index) => joules < (points[index - 1]?.[1] ?? 0))) return null;
  const [from, to] = [Math.max(startS, first[0]), Math.min(endS, last[0])];
  const covered = (to - from) / (endS - startS);
  if (covered < LEAST_COVERED) return null;
  return (joulesAt(to, points) - joulesAt(from, points)) / covered;
}

/** Between two points as if the power did not change; `time` lies among them. */
function joulesAt(time: number, points: readonly Point[]): number {
  const after = points.findIndex(([at]) => at >= time);
  const [at, joules] = points[after] ?? [time, 0];
  const [atBefore, joulesBefore] = points[after - 1] ?? [at, joules];
  return at === atBefore ? joules : joulesBefore + ((joules - joulesBefore) * (time - atBefore)) / (at - atBefore);
}

/** The least power before the timed steps while the device did nothing. */
function idlePower({ startS }: Window, samples: readonly DeviceEvent[]): number | null {
  const idle = samples.filter(({ time_s, device_busy }) => time_s < startS && (device_busy ?? 1) < IDLE);
  const watts = idle.flatMap(({ power_w }) => (power_w === undefined ? [] : [power_w]));
  return watts.length === 0 ? null : Math.min(...watts);
}

/** Of the phase, whose steps the core may tag as warm-up later: their energy is in it too. */
function tokensOf(events: readonly HarnessEvent[]): number | null {
  const steps = events.filter((event) => event.event === "step" && event.phase === "timed");
  const tokens = steps.flatMap((step) => (step.event === "step" ? [step.tokens_real ?? 0] : []));
  return tokens.length > 0 && tokens.every((count) => count > 0) ? sum(tokens) : null;
}
