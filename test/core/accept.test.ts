/** Accepted changes: the file people write, what an entry covers, and where the baseline begins after it. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  acceptanceFor,
  acceptYaml,
  parseAccepted,
  segmentStart,
  whyNotAccepted,
  type SeriesName,
} from "../../src/core/accept.ts";
import { UserError } from "../../src/core/errors.ts";
import type { Acceptance } from "../../src/core/result.ts";

const SERIES: SeriesName = { benchmark: "lora.mlx-metal", metric: "tokens_per_second", runnerKey: "box-1a2b" };

function entry(overrides: Partial<Acceptance> = {}): Acceptance {
  return {
    benchmark: "lora.mlx-metal",
    metric: "tokens_per_second",
    runner_key: "box-1a2b",
    reason: "fp32 accumulation",
    expires: "2027-01-31",
    ...overrides,
  };
}

function mistakes(text: string): string[] {
  try {
    parseAccepted(text);
  } catch (error) {
    if (error instanceof UserError) return error.message.split("\n");
    throw error;
  }
  return [];
}

test("entries are read as people write them", () => {
  const text = `version: 1
accept:
  - benchmark: lora.mlx-metal
    metric: tokens_per_second
    runner: box-1a2b
    reason: fp32 accumulation
    expires: 2027-01-31
`;
  expect(parseAccepted(text)).toEqual([entry()]);
  expect(parseAccepted("version: 1\naccept: []\n")).toEqual([]);
});

test("every mistake is reported at once, each with its line and column", () => {
  const text = `version: 1
accept:
  - benchmark: lora.mlx-metal
    metrik: tokens_per_second
    runner: Box
    reason: ""
    expires: 2027-02-30
  - lora.mlx-metal
accepted: []
`;
  expect(mistakes(text)).toEqual([
    "finetune-bench.accept.yml:3:5: accept[0].metric: is missing: must be a text",
    'finetune-bench.accept.yml:4:5: accept[0].metrik: unknown key; accepted: benchmark, metric, runner, reason, expires; did you mean "metric"?',
    'finetune-bench.accept.yml:5:13: accept[0].runner: must be a runner key such as apple-m4-max-64gb-3f2a; given "Box"',
    'finetune-bench.accept.yml:6:13: accept[0].reason: must not be empty; given ""',
    'finetune-bench.accept.yml:7:14: accept[0].expires: must be a day such as 2027-01-31; given "2027-02-30"',
    'finetune-bench.accept.yml:8:5: accept[1]: must be a mapping; given "lora.mlx-metal"',
    'finetune-bench.accept.yml:9:1: accepted: unknown key; accepted: version, accept; did you mean "accept"?',
  ]);
  expect(mistakes("version: 1\naccept: [\n")[0]).toMatch(/^finetune-bench\.accept\.yml:\d+:\d+: not valid YAML: /);
  expect(mistakes("")).toHaveLength(1);
  expect(mistakes("version: 2\naccept: []\n")).toEqual(["finetune-bench.accept.yml:1:10: version: must be 1; given 2"]);
  expect(mistakes("a".repeat(262_145))).toEqual([expect.stringContaining("larger than 262144 bytes")]);
});

test("the same entry twice is a mistake, a second one for the same series is not", () => {
  const item = `  - { benchmark: a, metric: m, runner: box, reason: r, expires: 2027-01-31 }\n`;
  expect(mistakes(`version: 1\naccept:\n${item}${item}`)).toEqual([
    "finetune-bench.accept.yml:4:5: accept[1]: is accept[0] again",
  ]);
  expect(mistakes(`version: 1\naccept:\n${item}${item.replace("reason: r", "reason: s")}`)).toEqual([]);
});

test("an entry covers its own series up to and with its last day", () => {
  expect(acceptanceFor(SERIES, [entry()], [], "2027-01-31")).toEqual(entry());
  expect(acceptanceFor(SERIES, [entry()], [], "2027-02-01")).toBeNull();
  for (const other of [{ benchmark: "lora.mlx-cpu" }, { metric: "peak_memory" }, { runner_key: "box-1a2c" }]) {
    expect(acceptanceFor(SERIES, [entry(other)], [], "2026-12-01")).toBeNull();
    expect(whyNotAccepted(SERIES, [entry(other)], [], "2026-12-01")).toBeNull();
  }
});

test("an entry whose change has landed covers no second one, and a new reason is a new acceptance", () => {
  const again = entry({ reason: "a larger batch" });
  expect(acceptanceFor(SERIES, [entry()], [entry()], "2026-12-01")).toBeNull();
  expect(acceptanceFor(SERIES, [entry(), again], [entry()], "2026-12-01")).toEqual(again);
  expect(whyNotAccepted(SERIES, [entry()], [entry()], "2026-12-01")).toMatch(/covers an earlier change/);
  expect(whyNotAccepted(SERIES, [entry()], [], "2027-02-01")).toMatch(/expired on 2027-01-31$/);
  // It expired before it landed, so it has covered nothing, although the history holds it.
  const late = entry({ expires: "2026-11-15" });
  expect(whyNotAccepted(SERIES, [late], [late], "2026-12-01")).toMatch(/expired on 2026-11-15$/);
  expect(whyNotAccepted(SERIES, [entry(), again], [entry()], "2026-12-01")).toBeNull();
  expect(whyNotAccepted(SERIES, [], [], "2026-12-01")).toBeNull();
});

test("the documented file is one", () => {
  const docs = readFileSync(new URL("../../docs/baselines.md", import.meta.url), "utf8");
  const [, example = ""] = /```yaml\n(.*?)```/s.exec(docs) ?? [];
  expect(parseAccepted(example)).toHaveLength(1);
});

/** One job a day from 1 December, each with these entries. */
function jobs(...accepted: Acceptance[][]) {
  return accepted.map((entries, index) => ({
    job: { started_at: `2026-12-${String(index + 1).padStart(2, "0")}T08:00:00Z` },
    accepted: entries,
  }));
}

test("the baseline begins where the newest acceptance of the series landed", () => {
  const again = entry({ reason: "a larger batch" });
  const foreign = entry({ metric: "peak_memory" });
  expect(segmentStart([], SERIES)).toBe(0);
  expect(segmentStart(jobs([], [], []), SERIES)).toBe(0);
  expect(segmentStart(jobs([entry()], [entry()]), SERIES)).toBe(0);
  expect(segmentStart(jobs([], [entry()], [entry()], [entry(), foreign]), SERIES)).toBe(1);
  expect(segmentStart(jobs([], [entry()], [entry(), again], [again], []), SERIES)).toBe(2);
  // Taken out and put in again: the same words for another change.
  expect(segmentStart(jobs([entry()], [], [entry()], []), SERIES)).toBe(2);
});

test("an entry that was too old when it landed starts nothing", () => {
  const late = jobs([], [entry({ expires: "2026-12-01" })], []);
  expect(segmentStart(late, SERIES)).toBe(0);
});

test("the offered lines are a whole file, refused only for the reason that nobody else can give", () => {
  const odd = { benchmark: "123", metric: "no", runnerKey: "1e5" };
  const text = acceptYaml([SERIES, odd], "2026-12-31T23:59:59.000Z");
  expect(text).toMatchInlineSnapshot(`
    "version: 1
    accept:
      - benchmark: lora.mlx-metal
        metric: tokens_per_second
        runner: box-1a2b
        reason: "" # why this change is meant
        expires: 2027-03-01
      - benchmark: "123"
        metric: no
        runner: "1e5"
        reason: "" # why this change is meant
        expires: 2027-03-01
    "
  `);
  expect(mistakes(text)).toEqual([
    'finetune-bench.accept.yml:6:13: accept[0].reason: must not be empty; given ""',
    'finetune-bench.accept.yml:11:13: accept[1].reason: must not be empty; given ""',
  ]);
  const filled = text.replaceAll('""', "because");
  expect(parseAccepted(filled)).toEqual([
    entry({ reason: "because", expires: "2027-03-01" }),
    { benchmark: "123", metric: "no", runner_key: "1e5", reason: "because", expires: "2027-03-01" },
  ]);
});
