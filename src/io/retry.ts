/** Failures of GitHub's API as values, and repeating the ones that pass by themselves. */
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { describeError } from "../core/errors.ts";

export interface ApiFailure {
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** GitHub's own words. */
  readonly message: string;
  /** Seconds GitHub wants us to wait; null when it is no limit of rate. */
  readonly waitS: number | null;
}

const failureSchema = z.object({
  name: z.literal("HttpError"),
  status: z.number(),
  message: z.string(),
  response: z
    .object({
      headers: z.record(z.string(), z.unknown()),
      data: z.unknown(),
    })
    .optional(),
});
const bodySchema = z.object({ message: z.string() });
const secondsSchema = z.coerce.number().nonnegative();

/** What GitHub documents for a secondary limit that names no time. */
const SECONDARY_WAIT_S = 60;

/** An answer came, and was cut short or is not what it should be: worth another attempt. */
export class BrokenAnswer extends Error {
  override readonly name = "BrokenAnswer";
}

/** The failure behind an error of the API client; any other error is a bug and is thrown again. */
export function apiFailure(error: unknown): ApiFailure {
  if (error instanceof BrokenAnswer) return { status: 0, message: describeError(error), waitS: null };
  if (error instanceof Error && error.name === "GraphqlResponseError") {
    return { status: 200, message: error.message, waitS: null };
  }
  const parsed = failureSchema.safeParse(error);
  if (!parsed.success) throw error;
  const { status, message, response } = parsed.data;
  if (response === undefined) return { status: 0, message: innermost(error) ?? message, waitS: null };
  const body = bodySchema.safeParse(response.data);
  const text = body.success ? body.data.message : message;
  return { status, message: text, waitS: limitWait(status, text, response.headers) };
}

/** The words of the last cause that has any: "fetch failed" helps nobody. */
function innermost(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  return innermost(error.cause) ?? (error.message === "" ? null : error.message);
}

function limitWait(status: number, message: string, headers: Record<string, unknown>): number | null {
  if (status !== 403 && status !== 429) return null;
  const after = secondsSchema.safeParse(headers["retry-after"]);
  if (after.success) return after.data;
  if (headers["x-ratelimit-remaining"] === "0") {
    const reset = secondsSchema.safeParse(headers["x-ratelimit-reset"]);
    return reset.success ? Math.max(1, reset.data - Date.now() / 1000) : SECONDARY_WAIT_S;
  }
  return status === 429 || /secondary rate limit|abuse detection/i.test(message) ? SECONDARY_WAIT_S : null;
}

export interface RetryPolicy {
  readonly attempts: number;
  /** Mean wait before the second attempt in seconds; it doubles with each further one. */
  readonly baseS: number;
  /** When GitHub asks for a longer wait than this many seconds, there is no further attempt. */
  readonly longestWaitS: number;
  /** No attempt begins later than this many seconds after the first: a service that hangs must not use up the job. */
  readonly withinS: number;
}

const API_RETRY: RetryPolicy = { attempts: 4, baseS: 1, longestWaitS: 60, withinS: 120 };

/**
 * Repeats `request` after 5xx, a lost connection or a rate limit; every other refusal is final. It is told which attempt
 * it is, from 1: what an earlier one asked for may have been done although its answer was lost.
 */
export async function withRetry<T>(
  request: (attempt: number) => Promise<T>,
  policy: RetryPolicy = API_RETRY,
): Promise<T> {
  const began = performance.now();
  for (let attempt = 1; ; attempt++) {
    try {
      return await request(attempt);
    } catch (error) {
      const { status, waitS } = apiFailure(error);
      const passing = waitS !== null || status === 0 || status >= 500;
      const wait = waitS ?? jittered(policy.baseS, attempt);
      const tooLate = (performance.now() - began) / 1000 + wait > policy.withinS;
      if (!passing || attempt >= policy.attempts || wait > policy.longestWaitS || tooLate) throw error;
      await sleep(wait * 1000);
    }
  }
}

/** Seconds before attempt `attempt + 1`: doubling, and spread by half so that parallel jobs do not meet again. */
function jittered(baseS: number, attempt: number): number {
  return baseS * 2 ** (attempt - 1) * (0.5 + Math.random());
}

/** One sentence for people: what failed and GitHub's own words for it. */
export function describeFailure({ status, message, waitS }: ApiFailure): string {
  const words = message.replace(/\s+/g, " ").trim();
  if (status === 0) return `GitHub's API did not answer (${words})`;
  const limit = waitS === null ? "" : `, a rate limit that ends in ${Math.ceil(waitS)} s`;
  return `GitHub answered ${status} (${words})${limit}`;
}

/** Says which permission of the job is missing and gives the lines to paste. */
export function permissionAdvice(permissions: Readonly<Record<string, "read" | "write">>): string {
  const lines = Object.entries(permissions).map(([name, level]) => `  ${name}: ${level}`);
  return `Give the job in the workflow file these permissions:\n\npermissions:\n${lines.join("\n")}\n`;
}
