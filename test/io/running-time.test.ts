import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { afterRunning, runningTime } from "../../src/io/running-time.ts";

test("time in which this process stood still does not count, and the rest does", async () => {
  using clock = runningTime();
  const over = Promise.withResolvers<void>();
  let isOver = false;
  afterRunning(500, () => ((isOver = true), over.resolve()));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
  // Every timer that is due has its turn.
  await setImmediate();
  await setImmediate();
  expect(clock.ms()).toBeLessThan(500);
  expect(isOver).toBe(false);
  await over.promise;
  expect(clock.ms()).toBeGreaterThan(400);
});
