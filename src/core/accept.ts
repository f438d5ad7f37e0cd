/** Changes that the repository says are meant: reading `finetune-bench.accept.yml`, and what an entry covers. */
import { stringify } from "yaml";
import * as z from "zod";
import { UserError } from "./errors.ts";
import type { Acceptance, Job } from "./result.ts";
import { problemsOf, readYaml, type Problem } from "./yaml-problems.ts";

export const ACCEPT_FILE = "finetune-bench.accept.yml";

const MAX_BYTES = 262_144;
/** Days that a pasted entry holds, counted from the job that found the change. */
const DAYS_OFFERED = 60;

const entrySchema = z.strictObject({
  benchmark: z.string().min(1).max(200).meta({ description: "Id of the benchmark, as the report shows it" }),
  metric: z.string().min(1).max(100).meta({ description: "Name of the metric, such as tokens_per_second" }),
  runner: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, { error: "must be a runner key such as apple-m4-max-64gb-3f2a" })
    .meta({ description: "Runner key, as the report shows it" }),
  reason: z.string().trim().min(1).max(500).meta({ description: "Why this change is meant" }),
  expires: z.iso
    .date({ error: "must be a day such as 2027-01-31" })
    .meta({ description: "The last day on which the entry holds, YYYY-MM-DD" }),
});

export const acceptFileSchema = z.strictObject({
  version: z.literal(1),
  accept: z.array(entrySchema).max(1000),
});

/** The entries of the file `name`. Throws a `UserError` that lists every mistake as `name:line:column: …`. */
export function parseAccepted(text: string, name: string = ACCEPT_FILE): Acceptance[] {
  if (text.length > MAX_BYTES) throw new UserError(`${name}: larger than ${MAX_BYTES} bytes; remove old entries`);
  const { value, refusal } = readYaml(text, name);
  const parsed = acceptFileSchema.safeParse(value);
  if (!parsed.success) throw refusal(problemsOf(parsed.error, value, acceptFileSchema));
  const accepted = parsed.data.accept.map(({ runner, ...entry }) => ({ ...entry, runner_key: runner }));
  const doubles = accepted.flatMap((entry, index): Problem[] => {
    const first = accepted.findIndex((earlier) => isSame(earlier, entry));
    return first === index ? [] : [{ path: ["accept", index], message: `is accept[${first}] again` }];
  });
  if (doubles.length > 0) throw refusal(doubles);
  return accepted;
}

/** One metric of one benchmark on one runner. */
export interface SeriesName {
  readonly benchmark: string;
  readonly metric: string;
  readonly runnerKey: string;
}

/**
 * The entry that covers a change of `series`; null where there is none.
 *
 * @param spent what the newest stored job of the series held: its change has landed, so it covers no second one
 * @param today `YYYY-MM-DD`, the day of the job
 */
export function acceptanceFor(
  series: SeriesName,
  accepted: readonly Acceptance[],
  spent: readonly Acceptance[],
  today: string,
): Acceptance | null {
  return accepted.find((entry) => covers(entry, series) && !isSpent(entry, spent) && !isExpired(entry, today)) ?? null;
}

/** Why the entries for `series` cover no change of it, as a warning; null where one covers it, and where there are none. */
export function whyNotAccepted(
  series: SeriesName,
  accepted: readonly Acceptance[],
  spent: readonly Acceptance[],
  today: string,
): string | null {
  if (acceptanceFor(series, accepted, spent, today) !== null) return null;
  const newest = accepted.findLast((entry) => covers(entry, series));
  if (newest === undefined) return null;
  // First, since an entry that expired before it landed has covered nothing, though the history holds it.
  if (isExpired(newest, today)) return `its entry in ${ACCEPT_FILE} expired on ${newest.expires}`;
  return `its entry in ${ACCEPT_FILE} covers an earlier change, which the history holds already; accept this one with an entry of its own`;
}

/**
 * Where the baseline of a series begins: at its newest job with an acceptance that the job before it did not have, since
 * there the accepted change landed; 0 where there is none.
 *
 * @param jobs of this series, oldest first
 */
export function segmentStart(
  jobs: readonly { readonly job: Pick<Job, "started_at">; readonly accepted: readonly Acceptance[] }[],
  series: SeriesName,
): number {
  const landed = jobs.findLastIndex(({ job, accepted }, index) => {
    const before = jobs[index - 1]?.accepted ?? [];
    return acceptanceFor(series, accepted, before, dayOf(job.started_at)) !== null;
  });
  return Math.max(0, landed);
}

function covers(entry: Acceptance, { benchmark, metric, runnerKey }: SeriesName): boolean {
  return entry.benchmark === benchmark && entry.metric === metric && entry.runner_key === runnerKey;
}

/** An entry with another reason or day is another acceptance, of another change. */
function isSame(a: Acceptance, b: Acceptance): boolean {
  return (
    a.benchmark === b.benchmark &&
    a.metric === b.metric &&
    a.runner_key === b.runner_key &&
    a.reason === b.reason &&
    a.expires === b.expires
  );
}

function isSpent(entry: Acceptance, spent: readonly Acceptance[]): boolean {
  return spent.some((landed) => isSame(landed, entry));
}

/** Days compare as text. The last day counts. */
function isExpired({ expires }: Acceptance, today: string): boolean {
  return expires < today;
}

/** The day of a time stamp, as entries and `today` name it. */
export function dayOf(time: string): string {
  return time.slice(0, 10);
}

/**
 * The whole accept file that covers `changes`, for pasting: whoever has the file already takes the items. The reason is
 * left empty, and an empty one is refused, since nobody else knows it.
 *
 * @param foundAt time of the job that found them
 */
export function acceptYaml(changes: readonly SeriesName[], foundAt: string): string {
  const expires = dayOf(new Date(Date.parse(foundAt) + DAYS_OFFERED * 86_400_000).toISOString());
  const accept = changes.map(({ benchmark, metric, runnerKey }) => ({
    benchmark,
    metric,
    runner: runnerKey,
    reason: "",
    expires,
  }));
  return stringify({ version: 1, accept }, { lineWidth: 0 }).replaceAll(
    /^( +reason: "")$/gm,
    "$1 # why this change is meant",
  );
}
