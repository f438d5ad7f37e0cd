import { expect, test } from "vitest";
import { cancelAll, MOMENTS } from "../support/cancel-moments.ts";

test(`the shipped action, cancelled at ${MOMENTS.length} moments of all its phases, leaves nothing but readable results`, async () => {
  expect(MOMENTS.length).toBeGreaterThanOrEqual(50);
  expect(await cancelAll(MOMENTS, 2)).toEqual([]);
});
