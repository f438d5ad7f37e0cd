/** What a report gathers from a job, what it is about in the first place, and what follows from it. */
import { describe, expect, test } from "vitest";
import { acceptLines, offeredChanges } from "../../src/core/accept-offer.ts";
import { parseAccepted } from "../../src/core/accept.ts";
import { runCount, ofCandidate } from "../../src/core/disturbances.ts";
import { leadOf } from "../../src/core/lead.ts";
import { notesOf, pairsInWords, pairsNeeded } from "../../src/core/pair-words.ts";
import type { Report } from "../../src/core/report.ts";
import { reproduceOf } from "../../src/core/reproduce.ts";
import { plain } from "../../src/core/sentence.ts";
import { annotationsOf } from "../../src/io/annotations.ts";
import { lora, matmul, mine } from "../support/report-benchmarks.ts";
import { compared, reportOf } from "../support/report-fixtures.ts";
import { disturbed, NEIGHBOUR, SLOW_CLOCK } from "../support/report-machine.ts";
import { BASE_SHA } from "../support/report-scenes-today.ts";
import { jointScene, scene, type SceneName } from "../support/report-scenes.ts";

/** Kinds of what a report tells as disturbances of these runs. */
function said(runs: Parameters<typeof disturbed>[1]): string[] {
  const comparisons = [compared(lora, "tokens_per_second", "no-change", { base: 18000, half: 0.01 })];
  return reportOf({ benchmarks: [disturbed(lora, runs)], comparisons }).disturbances.map(({ kind }) => kind);
}

describe("disturbances", () => {
  const noisy = disturbed(lora, { 1: [SLOW_CLOCK], 2: [], 3: [SLOW_CLOCK, NEIGHBOUR] });
  const pairs = { software: lora.software, metrics: lora.metrics, base: noisy.runs, head: noisy.runs, stopped: null };
  const report = reportOf({
    benchmarks: [{ ...noisy, paired: pairs }, matmul],
    comparisons: [compared(lora, "tokens_per_second", "no-change", { base: 18000, half: 0.01 })],
    result: { control: [disturbed({ ...lora, id: "control.torch-cuda", title: "control" }, { 2: [NEIGHBOUR] })] },
  });

  test("equal ones of a benchmark are one, with their runs; base, head and control apart", () => {
    expect(report.disturbances.map(({ part, kind, runs }) => [part, kind, runs])).toEqual([
      ["measured", "clock", [1, 3]],
      ["measured", "foreign-process", [3]],
      ["paired-base", "clock", [1, 3]],
      ["paired-base", "foreign-process", [3]],
      ["paired-head", "clock", [1, 3]],
      ["paired-head", "foreign-process", [3]],
      ["control", "foreign-process", [2]],
    ]);
  });

  test("a run counts once, and the candidate has no runs of the base and of the control", () => {
    expect(runCount(report.disturbances)).toBe(7);
    expect(runCount(ofCandidate(report))).toBe(4);
  });

  test("a trend in every run is how the program goes; in some of them it is a disturbance", () => {
    const trend = { kind: "trend", message: "steps grow" } as const;
    expect(said({ 1: [trend], 2: [trend], 3: [trend] })).toEqual([]);
    expect(said({ 1: [trend], 2: [trend], 3: [] })).toEqual(["trend"]);
  });
});

test("software that differs between base and head is the change's own, each difference once", () => {
  const { environment } = scene("regression-of-a-dependency");
  expect(environment.proposed).toEqual([{ kind: "software", field: "torch", base: "2.12.1", head: "2.13.0" }]);
  expect(scene("regression-confirmed").environment.proposed).toEqual([]);
});

test("pairs that broke off are told with what was run until then", () => {
  const stopped = scene("inconclusive-out-of-time").confirmation?.stopped ?? [];
  expect(stopped).toMatchObject([{ benchmark: mine.id, reason: "time-budget", pairs: 4 }]);
});

describe("a report is about", () => {
  test.each<[SceneName, string]>([
    ["regression-confirmed", "verdict"],
    ["regression-confirmed-beside-others", "verdict"],
    ["accepted", "accepted"],
    ["machine-moved", "machine"],
    ["machine-moved-since", "machine"],
    ["machine-moved-beside-a-regression", "verdict"],
    ["stale-baseline", "stale-baseline"],
    ["stale-baseline-measured-today", "verdict"],
    ["change-point", "change-point"],
    ["change-point-pending", "change-point"],
    ["change-points-of-old", "verdict"],
  ])("%s: %s", (name, about) => {
    expect(leadOf(scene(name)).about).toBe(about);
  });

  test("what failed and what was compared with nothing comes before a lasting change", () => {
    const { change_points } = scene("change-point");
    for (const name of ["failed", "no-baseline", "incomparable-software", "regression-memory"] as const) {
      expect(leadOf({ ...scene(name), change_points }).about).toBe("verdict");
    }
    expect(leadOf({ ...scene("inconclusive"), change_points }).about).toBe("change-point");
  });
});

describe("pairs", () => {
  test.each([
    [{ pairs: 10, smallest_detectable: 0.04 }, 40],
    [{ pairs: 4, smallest_detectable: 0.067 }, 45],
    [{ pairs: 10, smallest_detectable: 0.2 }, null],
    [{ pairs: 10, smallest_detectable: 0.08 }, 160],
    [{ pairs: 10, smallest_detectable: 0.02 }, null],
    [{ pairs: 0, smallest_detectable: 0.04 }, null],
    [{ pairs: 10, smallest_detectable: null }, null],
  ])("%o need %s for 2 %%", (found, needed) => {
    expect(pairsNeeded(found, 0.02)).toBe(needed);
  });

  test("of a speed are named; the single one of a memory only where there is no other", () => {
    const memory = compared(lora, "peak_memory", "no-change", { base: 1e10, pairs: 1 });
    const speed = compared(lora, "tokens_per_second", "no-change", { base: 18000, half: 0.01, pairs: 4 });
    const other = compared(mine, "step_time", "no-change", { base: 0.41, half: 0.01, pairs: 10 });
    expect(pairsInWords([])).toBe("");
    expect(pairsInWords([memory])).toBe("1 pair");
    expect(pairsInWords([memory, speed])).toBe("4 pairs");
    expect(pairsInWords([speed, memory, other])).toBe("4 to 10 pairs");
  });

  test("that are missing are explained for the benchmarks in question", () => {
    const report = scene("inconclusive-out-of-time");
    const about = report.comparisons.filter(({ benchmark }) => benchmark === mine.id);
    expect(notesOf(report, 5, about)).toEqual([]);
    expect(notesOf(report, 5).map(plain)).toEqual([
      "No pairs of switch-matmul.strict.real.torch-cuda: the base commit does not have it.",
    ]);
    expect(notesOf({ ...report, ...withNotes(report, ["a", "b.", "c"]) }, 2).map(plain)).toEqual([
      "A.",
      "B.",
      "1 more note of this kind.",
    ]);
  });
});

function withNotes({ confirmation }: Report, notes: string[]): Pick<Report, "confirmation"> {
  return { confirmation: confirmation === null ? null : { ...confirmation, notes } };
}

describe("changes to accept", () => {
  test("are the certain ones, worst first, none twice, and their lines can be read back", () => {
    const report = scene("regression-confirmed-beside-others");
    expect(offeredChanges(report).map(({ benchmark, metric }) => [benchmark, metric])).toEqual([
      [mine.id, "step_time"],
      [mine.id, "peak_memory"],
    ]);
    const filled = acceptLines([report], 10).replaceAll('reason: ""', "reason: meant");
    expect(parseAccepted(filled)).toMatchObject([
      { benchmark: mine.id, metric: "step_time", runner_key: report.runner_key },
      { benchmark: mine.id, metric: "peak_memory", runner_key: report.runner_key },
    ]);
    expect(parseAccepted(acceptLines([report], 1).replaceAll('reason: ""', "reason: meant"))).toHaveLength(1);
  });

  test("are not what one odd run may have made, unless the suite wants no pairs", () => {
    const report = scene("regression-unconfirmed");
    expect(acceptLines([report], 10)).toBe("");
    expect(offeredChanges({ ...report, suite: { ...report.suite, confirm: "never" } })).toHaveLength(1);
  });

  test("are the default branch's settled regressions too, while they are news", () => {
    expect(offeredChanges(scene("change-point"))).toMatchObject([{ benchmark: lora.id, metric: "tokens_per_second" }]);
    expect(offeredChanges(scene("change-point-pending"))).toEqual([]);
    expect(offeredChanges(scene("change-points-of-old"))).toEqual([]);
  });
});

describe("to reproduce it", () => {
  test("pairs are run again with their base, unpaired jobs without", () => {
    expect(reproduceOf(scene("regression-confirmed"))).toMatch(
      new RegExp(
        `^git fetch origin 9f8e\\w+ ${BASE_SHA} && git checkout 9f8e\\w+\\n.* run --base ${BASE_SHA} --suite `,
      ),
    );
    expect(reproduceOf(scene("regression-confirmed-locally"))).toMatch(/^node .* run --base 0f1e\w+ --suite /);
    expect(reproduceOf(scene("regression-unconfirmed"))).not.toContain("--base");
  });

  test("a lasting change is run as its two commits, but only by names that are commits", () => {
    expect(reproduceOf(scene("change-point"))).toMatch(
      /^git fetch origin abc1234\w+ 1111111\w+ && git checkout abc1234/,
    );
    expect(reproduceOf(scene("hostile-machine"))).not.toMatch(/upload-pack|octocat/);
  });
});

test("a lasting change for the worse warns on the page of its run, whatever the gate says", () => {
  expect(annotationsOf(jointScene("change-point"), [])[0]).toMatchObject({ level: "warning" });
  expect(annotationsOf(jointScene("change-points-of-old"), [])[0]).toMatchObject({ level: "notice" });
});
