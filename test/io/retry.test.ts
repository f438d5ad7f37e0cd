/** Which failures are tried again, how often, and for how long. */
import { expect, test } from "vitest";
import { BrokenAnswer, withRetry, type RetryPolicy } from "../../src/io/retry.ts";

const QUICK: RetryPolicy = { attempts: 4, baseS: 0.001, longestWaitS: 0.05, withinS: 10 };

/** As GitHub's client throws it. */
function refusal(status: number, headers: Record<string, string> = {}, message = "no"): Error {
  return Object.assign(new Error(message), { name: "HttpError", status, response: { headers, data: { message } } });
}

/** How often a request that always ends in `error` is made. */
async function attempts(error: Error, policy = QUICK): Promise<number> {
  let made = 0;
  const request = async (attempt: number): Promise<never> => {
    made += 1;
    expect(attempt).toBe(made);
    throw error;
  };
  await expect(withRetry(request, policy)).rejects.toBe(error);
  return made;
}

test.each([500, 502, 503, 504])("%i is tried again", async (status) => {
  expect(await attempts(refusal(status))).toBe(4);
});

test.each([400, 401, 403, 404, 409, 410, 422])("%i is final", async (status) => {
  expect(await attempts(refusal(status))).toBe(1);
});

test("an answer that cannot be used is tried again", async () => {
  expect(await attempts(new BrokenAnswer("cut"))).toBe(4);
});

test.each([
  ["429 with a time", refusal(429, { "retry-after": "0.01" }), 4],
  ["a secondary limit with a time", refusal(403, { "retry-after": "0.01" }), 4],
  ["429 without a time means a minute, which is too long here", refusal(429), 1],
  ["a secondary limit without a time as well", refusal(403, {}, "You have exceeded a secondary rate limit"), 1],
  ["a limit that ends later than anybody waits", refusal(429, { "retry-after": "3600" }), 1],
  [
    "a used-up hour",
    refusal(403, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": `${Math.ceil(Date.now() / 1000) + 900}` }),
    1,
  ],
])("limits of rate: %s", async (_, error, expected) => {
  expect(await attempts(error)).toBe(expected);
});

test("nothing begins after the time for all attempts", async () => {
  expect(await attempts(refusal(500), { ...QUICK, baseS: 100, longestWaitS: 1000, withinS: 1 })).toBe(1);
});

test("an error that is none of GitHub's is not swallowed", async () => {
  expect(await attempts(new TypeError("a bug"))).toBe(1);
});
