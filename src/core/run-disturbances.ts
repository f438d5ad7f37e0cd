/** What slowed one run down or shared its machine: from the samples of the device while it ran, and from its own steps. */
import { isCpu, type Backend } from "./backend.ts";
import { otherwisePowered, type Power } from "./machine-changes.ts";
import type { DeviceEvent, StepEvent } from "./protocol.ts";
import { stepEstimator } from "./registry.ts";
import type { Disturbance } from "./result.ts";
import { mean, median, sum } from "./statistics.ts";
import { formatDuration, formatNumber, formatPercent } from "./units.ts";

export interface ObservedRun {
  readonly backend: Backend;
  /** Samples of the device between the start and the end of the run, in the order of their time. */
  readonly samples: readonly DeviceEvent[];
  /** Seconds of its timed steps, warm-up excluded, per unit of work where steps do unequal work (see {@link timedTimes}). */
  readonly times: readonly number[];
  /** Clock of this device under load in the other runs of the job, MHz (see {@link usualClock}); null: not known. */
  readonly usualClockMhz: number | null;
  /** How the machine was powered when the job began. */
  readonly startPower: Power;
}

/**
 * What NVIDIA's driver says when heat slows the board. `hw_slowdown` stands for heat or for power: it counts as heat
 * where the power brake is not named beside it.
 */
const THERMAL = new Set(["hw_slowdown", "hw_thermal_slowdown", "sw_thermal_slowdown"]);
/** A power supply that cannot deliver. */
const POWER = new Set(["hw_power_brake_slowdown"]);
/** No disturbance: a data-centre board trains at its power cap all day. */
export const POWER_CAP = "sw_power_cap";
// Nor are the others: chosen application clocks, boards in step with each other and the display
// (applications_clocks_setting, sync_boost, display_clock_setting) are states that hold for every run alike.

/** macOS slows the chip from `serious` on; `fair` only makes the fans turn. */
const PRESSED = new Set(["serious", "critical"]);

/** A hypervisor that takes 2 % of the time moves a median by as much as the smallest change worth a verdict. */
const MOST_STOLEN = 0.02;
/** A minimum needs one undisturbed step of many: shared machines lose some per cent of their time every day. */
const MOST_STOLEN_CPU = 0.1;
/** Clocks of one board under one load differ by some per cent with its temperature. */
const LEAST_CLOCK = 0.9;
/** A device that is less busy than this lowers its clock by itself. */
const LOADED = 0.5;
/** Thirds of three steps: the fewest that have a middle. */
const TREND_STEPS = 9;
/** Twice the smallest change worth a verdict, and what is tolerated at most. */
const MOST_TREND = 0.05;
/**
 * Standard deviations of rank correlation. Steps that scatter by 2 to 20 % around one level, each a third to two thirds like
 * the step before, pass both conditions in fewer than one run of 200 (simulated, 9 to 60 steps); 20 steps of 2 % that
 * become 12 % slower are found in more than eight of ten runs.
 */
const LEAST_ORDER = 3.6;
const MOST_BLOCKS = 100;

/** Empty for a run that nothing disturbed, and for one that nothing is known of. */
export function runDisturbances(run: ObservedRun): Disturbance[] {
  const { backend, samples, times, usualClockMhz, startPower } = run;
  // What an accelerator does says nothing of work on the processor.
  const device = isCpu(backend)
    ? []
    : [...throttled(samples), ...slowClock(samples, usualClockMhz), ...shared(samples)];
  const machine = [...pressed(samples), ...otherwisePowered(samples, startPower), ...stolen(samples, backend)];
  return [...device, ...machine, ...trend(times, backend)];
}

function throttled(samples: readonly DeviceEvent[]): Disturbance[] {
  const heat = samples.filter(({ throttle = [] }) => throttle.some((reason) => isHeat(reason, throttle)));
  const power = samples.filter(({ throttle = [] }) => throttle.some((reason) => POWER.has(reason)));
  const found: Disturbance[] = [];
  if (heat.length > 0) {
    const hottest = largest(heat.map(({ temperature_c }) => temperature_c));
    const degrees = hottest === null ? "" : `, up to ${formatNumber(hottest)} °C`;
    const names = reasonsIn(heat, (reason) => THERMAL.has(reason));
    found.push({
      kind: "thermal",
      message: `the driver slowed the device for its heat (${names}) in ${share(heat, samples)}${degrees}`,
    });
  }
  if (power.length > 0) {
    const names = reasonsIn(power, (reason) => POWER.has(reason));
    found.push({
      kind: "power",
      message: `the driver slowed the device for its power supply (${names}) in ${share(power, samples)}`,
    });
  }
  return found;
}

function isHeat(reason: string, all: readonly string[]): boolean {
  if (!THERMAL.has(reason)) return false;
  return reason !== "hw_slowdown" || !all.some((other) => POWER.has(other));
}

function reasonsIn(samples: readonly DeviceEvent[], counts: (reason: string) => boolean): string {
  return [...new Set(samples.flatMap(({ throttle = [] }) => throttle.filter(counts)))].sort().join(", ");
}

function slowClock(samples: readonly DeviceEvent[], usual: number | null): Disturbance[] {
  const clock = loadedClock(samples);
  if (clock === null || usual === null || clock > LEAST_CLOCK * usual) return [];
  const [now, then] = [Math.round(clock), Math.round(usual)].map(formatNumber);
  return [{ kind: "clock", message: `clock ${now} MHz under load, ${then} MHz in the other runs` }];
}

function shared(samples: readonly DeviceEvent[]): Disturbance[] {
  const known = samples.filter(({ foreign_processes }) => foreign_processes !== undefined);
  const foreign = known.filter(({ foreign_processes = 0 }) => foreign_processes > 0);
  if (foreign.length === 0) return [];
  const most = largest(foreign.map(({ foreign_processes }) => foreign_processes)) ?? 1;
  const who = most === 1 ? "another program was" : `${formatNumber(most)} other programs were`;
  return [{ kind: "foreign-process", message: `${who} on the accelerator in ${share(foreign, known)}` }];
}

function pressed(samples: readonly DeviceEvent[]): Disturbance[] {
  const known = samples.filter(({ pressure }) => pressure !== undefined);
  const high = known.filter(({ pressure = "" }) => PRESSED.has(pressure));
  if (high.length === 0) return [];
  const worst = high.some(({ pressure }) => pressure === "critical") ? "critical" : "serious";
  return [{ kind: "pressure", message: `thermal pressure ${worst} in ${share(high, known)}` }];
}

function stolen(samples: readonly DeviceEvent[], backend: Backend): Disturbance[] {
  const shares = samples.flatMap(({ cpu_stolen }) => (cpu_stolen === undefined ? [] : [cpu_stolen]));
  const taken = shares.length === 0 ? 0 : mean(shares);
  if (taken <= (isCpu(backend) ? MOST_STOLEN_CPU : MOST_STOLEN)) return [];
  return [
    { kind: "stolen-time", message: `the hypervisor gave ${formatPercent(taken)} of the processor time to others` },
  ];
}

/**
 * The last third of the timed phase slower than the first, by the estimator of the backend: a machine that heats up, or that
 * somebody began to use. Steps that only jitter are no trend: their order must tell it too.
 */
function trend(times: readonly number[], backend: Backend): Disturbance[] {
  if (times.length < TREND_STEPS) return [];
  const size = Math.floor(times.length / 3);
  const estimate = stepEstimator(backend) === "minimum" ? smallest : median;
  const slower = estimate(times.slice(-size)) / estimate(times.slice(0, size)) - 1;
  if (!(slower > MOST_TREND) || orderOf(blocks(times)) < LEAST_ORDER) return [];
  return [
    { kind: "trend", message: `its steps became ${formatPercent(slower)} slower from the first third to the last` },
  ];
}

/**
 * Kendall's rank correlation of values with their order, in its own standard deviations under no trend (M. G. Kendall, A New
 * Measure of Rank Correlation, 1938): no assumption on how steps scatter, and single slow ones hardly count.
 */
function orderOf(values: readonly number[]): number {
  const n = values.length;
  const score = sum(values.flatMap((value, index) => values.slice(index + 1).map((later) => Math.sign(later - value))));
  return score / Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
}

/** Medians of neighbouring steps, so that the cost of comparing each with each stays small. */
function blocks(values: readonly number[]): number[] {
  const size = Math.ceil(values.length / MOST_BLOCKS);
  return Array.from({ length: Math.ceil(values.length / size) }, (_, block) =>
    median(values.slice(block * size, (block + 1) * size)),
  );
}

/**
 * Seconds of the timed steps, per unit of work where every step tells its work (padded tokens, else real tokens, else
 * samples): longer batches at the end are no slower machine.
 *
 * @param steps all steps of the run
 * @param warmupSteps how many of them at the start are warm-up, as the run record says
 */
export function timedTimes(steps: readonly StepEvent[], warmupSteps: number): number[] {
  const timed = steps.slice(warmupSteps);
  const work =
    positive(timed.map((step) => step.tokens_padded)) ??
    positive(timed.map((step) => step.tokens_real)) ??
    positive(timed.map((step) => step.samples));
  return timed.map((step, index) => step.duration_s / (work?.[index] ?? 1));
}

function positive(values: readonly (number | undefined)[]): number[] | null {
  const given = values.filter((value) => value !== undefined && value > 0);
  return given.length === values.length ? given.filter((value) => value !== undefined) : null;
}

/**
 * The clock of the device under load in other runs of the job, MHz: the median of what each of them shows.
 *
 * @param others samples of each of the other runs on the same backend
 */
export function usualClock(others: readonly (readonly DeviceEvent[])[]): number | null {
  const clocks = others.map(loadedClock).filter((clock) => clock !== null);
  return clocks.length === 0 ? null : median(clocks);
}

/**
 * Median clock of the samples in which the device was busy; of all where it does not tell how busy it is. At its power cap a
 * board clocks as the work of the moment allows: heavy products run lower than light steps, and neither is a disturbance.
 */
function loadedClock(samples: readonly DeviceEvent[]): number | null {
  const clocks = samples.flatMap(({ clock_mhz, device_busy, throttle = [] }) =>
    clock_mhz === undefined || (device_busy ?? 1) < LOADED || throttle.includes(POWER_CAP) ? [] : [clock_mhz],
  );
  return clocks.length === 0 ? null : median(clocks);
}

/** "4 of 20 samples", with the time they stand for where it is known. */
function share(some: readonly DeviceEvent[], all: readonly DeviceEvent[]): string {
  const [first, last] = [all[0], all.at(-1)];
  const span = first === undefined || last === undefined ? 0 : last.time_s - first.time_s;
  const over = span > 0 ? ` over ${formatDuration(span)}` : "";
  return `${formatNumber(some.length)} of ${formatNumber(all.length)} samples${over}`;
}

function largest(values: readonly (number | undefined)[]): number | null {
  const given = values.filter((value) => value !== undefined);
  return given.length === 0 ? null : given.reduce((a, b) => Math.max(a, b));
}

function smallest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}
