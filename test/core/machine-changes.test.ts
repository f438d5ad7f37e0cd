import { expect, test } from "vitest";
import { machineChanges, otherwisePowered, powerAtStart } from "../../src/core/machine-changes.ts";
import type { DeviceEvent } from "../../src/core/protocol.ts";

/** One sample a second; `facts` of each. */
function samples(...facts: readonly Partial<DeviceEvent>[]): DeviceEvent[] {
  return facts.map((fact, index) => ({ event: "device", time_s: index, ...fact }));
}

test.each([
  [[{ low_power: false }, {}, { low_power: true }], "Low Power Mode was switched on while the job ran: "],
  [[{ low_power: true }, { low_power: false }], "Low Power Mode was switched off while the job ran: "],
  [[{ on_battery: false }, { on_battery: true }], "the machine was unplugged and ran on its battery while the job ran"],
  [[{ on_battery: true }, { on_battery: false }], "the machine was plugged in while the job ran"],
  [[{ display_asleep: false }, { display_asleep: true }], "the display went to sleep while the job ran"],
  [[{ display_asleep: true }, { display_asleep: false }], "the display woke up while the job ran"],
  [
    [{ display_asleep: true }, { display_asleep: false }, { display_asleep: true }],
    "the display woke up while the job ran (and it changed again)",
  ],
])("a switch is one warning: %j", (facts, said) => {
  const changes = machineChanges(samples(...facts));
  expect(changes).toHaveLength(1);
  expect(changes[0]).toContain(said);
  expect(changes[0]).not.toMatch(/\.$/);
});

test("every state has its own, and one that stays or is not told has none", () => {
  const calm = { low_power: true, on_battery: false, display_asleep: true };
  expect(machineChanges(samples(calm, {}, calm))).toEqual([]);
  expect(machineChanges(samples({}, { cpu_busy: 1 }))).toEqual([]);
  expect(machineChanges(samples(calm, { low_power: false, on_battery: true, display_asleep: false }))).toHaveLength(3);
});

test("a run is disturbed where it was not powered as the job was when it began", () => {
  const start = powerAtStart(samples({}, { low_power: false }, { low_power: true, on_battery: false }));
  expect(start).toEqual({ low_power: false, on_battery: false });
  expect(otherwisePowered(samples({ low_power: false, on_battery: false }), start)).toEqual([]);
  expect(otherwisePowered(samples({}), start)).toEqual([]);
  expect(otherwisePowered(samples({ low_power: false }, { low_power: true }), start)).toEqual([
    { kind: "power", message: "Low Power Mode was switched on after the job began" },
  ]);
  expect(otherwisePowered(samples({ low_power: true, on_battery: true }), start)).toHaveLength(2);
  expect(otherwisePowered(samples({ low_power: false }), powerAtStart(samples({ low_power: true })))).toEqual([
    { kind: "power", message: "Low Power Mode was switched off after the job began" },
  ]);
});

test("a machine that did not tell at first disturbs nobody later", () => {
  expect(otherwisePowered(samples({ low_power: true }), powerAtStart([]))).toEqual([]);
});
