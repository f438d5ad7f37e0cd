import { expect, test } from "vitest";
import { cancelAll, MOMENTS } from "../support/cancel-moments.ts";

/** Every eighth of the moments that the slow tier goes through, so that all ways of ending and both events are among them. */
const SOME = MOMENTS.filter((_, index) => index % 8 === 1);

test("the shipped action, cancelled at some moments of its phases, leaves nothing but readable results", async () => {
  expect(new Set(SOME.map(({ way }) => way)).size).toBe(3);
  expect(await cancelAll(SOME, 2)).toEqual([]);
});
