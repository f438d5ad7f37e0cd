import { expect, test } from "vitest";
import type { Backend } from "../../src/core/backend.ts";
import { readEvents } from "../../src/core/events.ts";
import type { DeviceEvent } from "../../src/core/protocol.ts";
import { deviceMetrics } from "../../src/core/run-device.ts";
import { harnessRun, steps, toText } from "../support/event-lines.ts";

const START = 1_700_000_000;

/** 23 steps, 20 of them timed with 384 tokens each, from START to `seconds` later. */
function told(samples: readonly DeviceEvent[], seconds = 20, backend: Backend = "torch-cuda"): Record<string, number> {
  const phase = { event: "phase", name: "timed", start_s: START, duration_s: seconds };
  const { events, problem } = readEvents(toText(harnessRun([...steps(23), phase], backend)));
  expect(problem).toBeNull();
  return Object.fromEntries(deviceMetrics(events, samples, backend));
}

/** One sample every second from `from` to `to`, seconds after the start. */
function everySecond(from: number, to: number, fields: (second: number) => Partial<DeviceEvent>): DeviceEvent[] {
  return Array.from({ length: to - from + 1 }, (_, index) => {
    const second = from + index;
    return { event: "device", time_s: START + second, ...fields(second) };
  });
}

/** 100 W before the start, 300 W from then on. */
const joules = (second: number): number => 5e6 + 100 * Math.min(second, 0) + 300 * Math.max(second, 0);

test("the counter's growth between the first and the last timed step, between samples as if power did not change", () => {
  const samples = everySecond(-3, 23, (second) => ({ energy_j: joules(second + 0.5) })).map((sample) => ({
    ...sample,
    time_s: sample.time_s + 0.5,
  }));
  const values = told(samples);
  expect(values["device_energy"]).toBeCloseTo(300 * 20 - 50, -2);
  expect(values["device_energy_per_token"]).toBeCloseTo((values["device_energy"] ?? 0) / (20 * 384), 10);
  expect(values["device_energy_integrated"]).toBeUndefined();
});

test("a board that refuses its counter is integrated from its power, under another name", () => {
  const values = told(everySecond(-3, 23, (second) => ({ power_w: second < 0 ? 100 : 300 })));
  expect(values["device_energy_integrated"]).toBeCloseTo(6000, 6);
  expect(values["device_energy_per_token_integrated"]).toBeCloseTo(6000 / 7680, 6);
  expect(values["device_energy"]).toBeUndefined();
});

test("what the device takes while it idles is told, and taken off", () => {
  const samples = everySecond(-3, 23, (second) => ({
    energy_j: joules(second),
    power_w: second < -1 ? 90 + second : 300,
    device_busy: second < -1 ? 0.01 : 0.9,
  }));
  const values = told(samples);
  expect(values["idle_power"]).toBe(87);
  expect(values["device_energy_above_idle"]).toBeCloseTo(6000 - 87 * 20, 6);
});

test.each([
  ["steps of less than ten seconds", everySecond(-3, 12, (second) => ({ energy_j: joules(second) })), 9],
  ["samples of half of the steps", everySecond(-3, 10, (second) => ({ energy_j: joules(second) })), 20],
  ["a driver that was loaded anew", everySecond(-3, 23, (second) => ({ energy_j: joules(second % 9) })), 20],
  ["a single sample", everySecond(5, 5, (second) => ({ energy_j: joules(second) })), 20],
  ["no samples", [], 20],
])("no energy is told of %s", (_, samples, seconds) => {
  expect(Object.keys(told(samples, seconds)).filter((name) => name.includes("energy"))).toEqual([]);
});

test("steps that begin a moment before the first sample count as the rest", () => {
  const values = told(everySecond(1, 23, (second) => ({ energy_j: joules(second) })));
  expect(values["device_energy"]).toBeCloseTo(6000, 6);
});

test("how busy, how fast and how hot the device was and what its memory held, of the timed steps alone", () => {
  const samples = everySecond(-2, 22, (second) => {
    const inside = second >= 0 && second <= 20;
    return {
      device_busy: inside ? 0.9 : 0,
      memory_busy: inside ? 0.4 : 0,
      memory_used_bytes: inside ? 2e9 + second : 9e9,
      clock_mhz: inside ? 1900 + second : 300,
      temperature_c: inside ? 50 + second : 90,
      throttle: inside && second < 7 ? ["sync_boost", "sw_power_cap"] : [],
    };
  });
  expect(told(samples)).toEqual({
    device_busy: 0.9,
    device_memory_busy: 0.4,
    device_memory_peak: 2e9 + 20,
    device_clock: 1.91e9,
    device_power_capped: 7 / 21,
    device_temperature: 70,
  });
});

test("of work on a processor its package's energy is told, and nothing of an accelerator that may be there", () => {
  const samples = everySecond(-3, 23, (second) => ({
    cpu_energy_j: 10 * (second + 3),
    energy_j: joules(second),
    device_busy: 0.5,
  }));
  expect(told(samples, 20, "torch-cpu")).toEqual({ cpu_energy: 200 });
  expect(told(samples)["cpu_energy"]).toBe(200);
});

test("without the time at which the steps began nothing is told", () => {
  const { events } = readEvents(toText(harnessRun()));
  expect(
    deviceMetrics(
      events,
      everySecond(0, 20, () => ({ device_busy: 1 })),
      "torch-cuda",
    ),
  ).toEqual([]);
});
