/** Which stored files may go: never those that a series in use rests on, unless that is said. */
import fc from "../support/property.ts";
import { expect, test } from "vitest";
import { identity } from "../../src/core/identity.ts";
import { KEEP, planPrune, type PruneRule } from "../../src/core/prune.ts";
import type { JobResult } from "../../src/core/result.ts";
import { summarise } from "../../src/core/store-summary.ts";
import {
  qualificationPath,
  readStored,
  storedPath,
  storedText,
  type StoredFile,
} from "../../src/core/stored-result.ts";
import { sampleQualification } from "../io/sample-result.ts";
import { benchmark, jobResult, TOKENS } from "../support/results.ts";

const NOW = new Date("2027-01-01T00:00:00Z");
const RULE: PruneRule = { olderThanDays: 180, keep: KEEP, runner: null, broken: false };
const BOX = "box-1a2b";

/** One job a day, the newest `0` days before {@link NOW}. */
function job(daysAgo: number, title = "lora", torch = "2.13.0", runner_key = BOX): JobResult {
  const at = new Date(NOW.getTime() - daysAgo * 86_400_000).toISOString();
  const software = identity({ torch });
  const entry = benchmark([[TOKENS, [100]]], { title, id: `${title}.torch-cpu`, software });
  return jobResult(1, [entry], { runner_key, job: { run_id: `${daysAgo}`, started_at: at, finished_at: at } });
}

function stored(...results: JobResult[]): StoredFile[] {
  return results.map((result) => readStored({ path: storedPath(result), text: storedText(result) }));
}

function days(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** Ages of the files that would go, newest first. */
function gone(files: readonly StoredFile[], rule: Partial<PruneRule>): number[] {
  const ids = planPrune(files, { ...RULE, ...rule }, NOW).remove.map(({ path }) => /-(\d+)-1\.json$/.exec(path)?.[1]);
  return ids.map(Number).toSorted((a, b) => a - b);
}

test("old results go, the newest of a series in use stay however old they are", () => {
  expect(gone(stored(...days(170, 190).map((ago) => job(ago))), {})).toEqual([]);
  expect(gone(stored(...days(1, 200).map((ago) => job(ago))), {})).toEqual(days(181, 200));
  const plan = planPrune(stored(...days(170, 190).map((ago) => job(ago))), RULE, NOW);
  expect(plan).toMatchObject({ stay: 21, needed: 10 });
  expect(gone(stored(...days(170, 190).map((ago) => job(ago))), { keep: 3 })).toEqual(days(181, 190));
});

test("a benchmark that runs rarely keeps its own newest thirty, and another software's history goes", () => {
  const often = days(1, 300).map((ago) => job(ago));
  const rare = days(1, 40).map((week) => job(1000 + week * 7, "nightly"));
  const before = days(301, 340).map((ago) => job(ago, "lora", "2.12.0"));
  const files = stored(...often, ...rare, ...before);
  const removed = gone(files, {});
  expect(removed).toEqual([...days(181, 340), ...days(31, 40).map((week) => 1000 + week * 7)]);
  // Ten of today's software do not make room for twenty of yesterday's.
  const young = days(1000, 1009).map((ago) => job(ago, "nightly"));
  const old = days(1010, 1040).map((ago) => job(ago, "nightly", "2.12.0"));
  expect(gone(stored(...often.slice(0, 60), ...young, ...old), {})).toEqual(days(1010, 1040));
});

test("a result that cannot serve as history protects nothing", () => {
  const failed = days(1, 30).map((ago) => {
    const result = job(ago);
    const status = { state: "failed", reason: "timeout", message: "took too long" } as const;
    return { ...result, benchmarks: result.benchmarks.map((entry) => ({ ...entry, status })) };
  });
  const good = days(200, 240).map((ago) => job(ago));
  expect(gone(stored(...failed, ...good), {})).toEqual(days(230, 240));
});

test("a retired runner goes whole when its last jobs are given up too, and others stay", () => {
  const files = [
    ...stored(...days(200, 220).map((ago) => job(ago)), ...days(200, 220).map((ago) => job(ago, "lora", "2", "other"))),
    readStored({ path: qualificationPath(sampleQualification(0, BOX)), text: storedText(sampleQualification(0, BOX)) }),
  ];
  const plan = planPrune(files, { ...RULE, keep: 0, runner: BOX }, NOW);
  expect(plan.remove).toHaveLength(22);
  expect(plan.remove.every(({ path }) => path.startsWith(`${BOX}/`))).toBe(true);
  expect(plan.stay).toBe(0);
});

test("of the records of what a runner detects the newest stays", () => {
  const files = [1, 2, 3]
    .map((minute) => sampleQualification(minute))
    .map((record) => readStored({ path: qualificationPath(record), text: storedText(record) }));
  const plan = planPrune(files, RULE, NOW);
  expect(plan.remove.map(({ path }) => path)).toEqual(
    [2, 1].map((minute) => qualificationPath(sampleQualification(minute))),
  );
});

test("broken files go only when that is asked, and one of a newer version never", () => {
  const broken = readStored({ path: `${BOX}/x-1-1.json`, text: "{" });
  const newer = readStored({ path: `${BOX}/x-2-1.json`, text: JSON.stringify({ schema: 9 }) });
  const files = [...stored(...days(300, 400).map((ago) => job(ago))), broken, newer];
  expect(planPrune(files, { ...RULE, keep: 0 }, NOW).remove).toHaveLength(101);
  const plan = planPrune(files, { ...RULE, broken: true }, NOW);
  expect(plan.remove.map(({ path }) => path)).toEqual([broken.path]);
  expect(plan.stay).toBe(102);
});

test("whatever the rule, what goes is old enough and none of the newest that stay", () => {
  const ages = fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(
      ages,
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 0, max: 400 }),
      (some, keep, olderThanDays) => {
        const removed = gone(stored(...some.map((ago) => job(ago))), { keep, olderThanDays });
        const newest = new Set(some.toSorted((a, b) => a - b).slice(0, keep));
        expect(removed.every((ago) => ago > olderThanDays && !newest.has(ago))).toBe(true);
        expect(removed).toHaveLength(some.filter((ago) => ago > olderThanDays && !newest.has(ago)).length);
      },
    ),
    { seed: 20_260_304, numRuns: 50 },
  );
});

test("a summary names every runner with its ages and what is not used", () => {
  const files = [
    ...stored(job(2), job(40), job(1, "sft"), job(9, "lora", "2", "other")),
    readStored({ path: `${BOX}/x-1-1.json`, text: "{" }),
    readStored({ path: qualificationPath(sampleQualification(0, BOX)), text: storedText(sampleQualification(0, BOX)) }),
  ];
  const [box, other] = summarise(files, NOW);
  expect(box).toMatchObject({
    runner_key: BOX,
    jobs: 3,
    benchmarks: ["lora.torch-cpu", "sft.torch-cpu"],
    newest: { age_days: 1 },
    oldest: { age_days: 40 },
    qualified_at: "2026-03-04T10:00:00.000Z",
    unusable: [{ path: `${BOX}/x-1-1.json`, fault: expect.stringMatching(/not valid JSON/) }],
  });
  expect(other).toMatchObject({ runner_key: "other", jobs: 1, qualified_at: null, unusable: [] });
  expect(summarise([], NOW)).toEqual([]);
});
