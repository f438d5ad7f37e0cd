import { expect, test } from "vitest";
import { parseDuration } from "../../src/core/duration.ts";

test("days, hours, minutes and seconds are read alone and together", () => {
  expect(["30d", "1d12h", "1h30m", "90s", "1.5d", " 2 d "].map(parseDuration)).toEqual([
    2_592_000, 129_600, 5400, 90, 129_600, 172_800,
  ]);
});

test("anything else is no duration", () => {
  for (const text of ["", "0d", "30", "d", "30 days", "1h1d", "-1d", "1d-", "Infinityd"]) {
    expect(parseDuration(text), text).toBeNull();
  }
});
