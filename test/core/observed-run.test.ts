import { expect, test } from "vitest";
import { samplesWithin } from "../../src/core/observed-run.ts";
import type { DeviceEvent } from "../../src/core/protocol.ts";

test("the samples at both ends of a span belong to it, whatever their seconds are as milliseconds and back", () => {
  const times = Array.from({ length: 1000 }, (_, index) => 1_795_690_778 + index / 999);
  // Of some of them dividing makes another number than they were.
  expect(times.filter((time_s) => (time_s * 1000) / 1000 !== time_s).length).toBeGreaterThan(10);
  for (const time_s of times) {
    const samples = [time_s - 2, time_s, time_s + 2].map((at): DeviceEvent => ({ event: "device", time_s: at }));
    expect(samplesWithin(samples, { startMs: time_s * 1000, endMs: time_s * 1000, intervalS: 1 })).toEqual([
      samples[1],
    ]);
    const [first, , last] = samples.map((sample) => sample.time_s * 1000);
    expect(samplesWithin(samples, { startMs: first ?? 0, endMs: last ?? 0, intervalS: 1 })).toEqual(samples);
  }
});
