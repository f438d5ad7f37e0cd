/** What somebody switched at the machine while a job ran on it, from the samples of its watcher. */
import type { HarnessEvent } from "./protocol.ts";
import type { Disturbance } from "./result.ts";

type DeviceEvent = Extract<HarnessEvent, { event: "device" }>;

/** A state of the machine that is one way or the other, and what is said when it did not stay so. */
const SWITCHES = {
  low_power: { on: "Low Power Mode was switched on", off: "Low Power Mode was switched off" },
  on_battery: { on: "the machine was unplugged and ran on its battery", off: "the machine was plugged in" },
  display_asleep: { on: "the display went to sleep", off: "the display woke up" },
} as const;
const POWER = ["low_power", "on_battery"] as const;

/**
 * One sentence for each state that did not stay as it was, without its full stop; none on a machine that does not tell.
 *
 * @param samples of the whole job, in the order of their time
 */
export function machineChanges(samples: readonly DeviceEvent[]): string[] {
  return ([...POWER, "display_asleep"] as const).flatMap((name) => {
    const states = samples.flatMap((sample) => sample[name] ?? []);
    const switches = states.filter((state, index) => index > 0 && state !== states[index - 1]);
    const [first] = switches;
    if (first === undefined) return [];
    const often = switches.length === 1 ? "" : " (and it changed again)";
    return [`${SWITCHES[name][first ? "on" : "off"]} while the job ran${often}: not all its runs had the same machine`];
  });
}

/** How a machine is powered; undefined where it does not tell. */
export type Power = Pick<DeviceEvent, (typeof POWER)[number]>;

/** How it was when the job began: which is what the machine's identity says of it. */
export function powerAtStart(samples: readonly DeviceEvent[]): Power {
  const power: Power = {};
  for (const name of POWER) {
    const first = samples.find((sample) => sample[name] !== undefined)?.[name];
    if (first !== undefined) power[name] = first;
  }
  return power;
}

/** A run that was not powered as the job was when it began. */
export function otherwisePowered(samples: readonly DeviceEvent[], start: Power): Disturbance[] {
  return POWER.filter((name) => {
    const before = start[name];
    return before !== undefined && samples.some((sample) => (sample[name] ?? before) !== before);
  }).map((name) => ({
    kind: "power" as const,
    message: `${SWITCHES[name][start[name] === true ? "off" : "on"]} after the job began`,
  }));
}
