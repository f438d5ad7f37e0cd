import { describe, expect, test } from "vitest";
import type { ChangePoint } from "../../src/core/comparison.ts";
import { findingKeys, readIssueMarker, writeIssueMarker } from "../../src/core/issue-marker.ts";
import { planIssue, standingRegressions, type IssueStep, type KnownIssue } from "../../src/core/regression-issue.ts";
import type { Report } from "../../src/core/report.ts";
import { HOSTILE } from "../support/report-benchmarks.ts";
import { SLOWED } from "../support/report-scenes-machine.ts";
import { scene } from "../support/report-scenes.ts";

const OTHER: ChangePoint = {
  ...SLOWED,
  benchmark: "my-lora.torch-cuda",
  title: "my-lora",
  first_bad: "2222222aaaabbbbccccddddeeeeffff000011112",
  effect: -0.113,
  interval: [-0.121, -0.105],
};

/** A nightly job, later for every higher number, that sees these changes. */
function nightly(points: readonly ChangePoint[], run = 1): Report {
  const report = scene("change-point");
  const job = { ...report.job, run_id: `${9000 + run}`, attempt: 1 };
  return { ...report, job, change_points: [...points] };
}

/** The issue as a step left it. */
function after(step: IssueStep, before: KnownIssue | null = null): KnownIssue {
  if (step.do === "nothing") throw new Error("nothing was done");
  const marker = readIssueMarker(step.body);
  if (marker === null) throw new Error("no marker");
  if (step.do === "open") return { number: (before?.number ?? 40) + 1, open: true, body: step.body, marker };
  const open = step.state === null ? before?.open === true : step.state === "open";
  return { number: step.number, open, body: step.body, marker };
}

const opened = (points: readonly ChangePoint[]): KnownIssue => after(planIssue(nightly(points), null));

test("a confirmed regression opens an issue that says everything needed to act", async () => {
  const step = planIssue(nightly([SLOWED, OTHER]), null);
  if (step.do !== "open") throw new Error(step.do);
  expect(step.title).toBe("Training became worse on nvidia-rtx-4090-91c0 (finetune-bench.yml)");
  await expect(step.body).toMatchFileSnapshot("../golden/issue-regressions.md");
});

test("names that would break out of the issue stay names", async () => {
  const report = nightly([{ ...SLOWED, title: HOSTILE, benchmark: HOSTILE, last_good: null }]);
  const suite = { ...report.suite, name: `${HOSTILE} --><h1>` };
  const step = planIssue({ ...report, suite }, null);
  if (step.do !== "open") throw new Error(step.do);
  await expect(step.body).toMatchFileSnapshot("../golden/issue-hostile.md");
  expect(readIssueMarker(step.body)?.standing).toHaveLength(1);
  expect(step.title).toMatch(/^Training became worse on [a-z0-9._-]+ \([a-z0-9._-]+\)$/);
});

test("what is pending, better, or no longer there opens nothing", () => {
  const none = { ...SLOWED, stands: false };
  expect(standingRegressions(nightly([none, { ...none, pending: true }]))).toEqual([]);
  expect(planIssue(nightly([none]), null)).toEqual({ do: "nothing" });
});

describe("an open issue", () => {
  const known = opened([SLOWED]);

  test("is renewed in silence while the same stands, with one commit more or less", () => {
    const step = planIssue(nightly([{ ...SLOWED, first_bad: SLOWED.last_good, jobs: 7 }], 2), known);
    expect(step).toMatchObject({ do: "change", number: 41, state: null, comment: null });
    expect(after(step, known).marker).toMatchObject({ runId: "9002", standing: known.marker.standing });
  });

  test("tells of another change, in another benchmark or in the same", () => {
    const other = planIssue(nightly([OTHER, SLOWED], 2), known);
    expect(other).toMatchObject({
      state: null,
      comment: expect.stringMatching(/`my-lora` · torch-cuda is 11\.3 % slower/),
    });
    const again = { ...SLOWED, first_bad: OTHER.first_bad, effect: -0.03 };
    const deeper = planIssue(nightly([again, SLOWED], 2), known);
    expect(deeper).toMatchObject({ comment: expect.stringMatching(/3 % slower since `2222222`/) });
    expect(after(deeper, known).marker.standing[1]).toBe(known.marker.standing[0]);
  });

  test("is closed with the reason when all is gone, and opened again when it returns", () => {
    const closing = planIssue(nightly([], 2), known);
    expect(closing).toMatchObject({ state: "closed", comment: expect.stringMatching(/mended or accepted/) });
    const closed = after(closing, known);
    expect(closed).toMatchObject({ open: false, marker: { standing: [], gone: known.marker.standing } });
    expect(planIssue(nightly([], 3), closed)).toEqual({ do: "nothing" });
    expect(planIssue(nightly([SLOWED], 3), closed)).toMatchObject({
      number: 41,
      state: "open",
      comment: expect.any(String),
    });
    expect(planIssue(nightly([OTHER], 3), closed)).toMatchObject({ do: "open", body: expect.stringContaining("#41") });
  });

  test("says nothing of a history that was not read, nor over a newer job", () => {
    expect(planIssue({ ...nightly([], 2), history_unread: true }, known)).toEqual({ do: "nothing" });
    expect(planIssue(nightly([], 0), known)).toEqual({ do: "nothing" });
  });
});

describe("an issue that somebody closed while its changes stand", () => {
  const known = { ...opened([SLOWED]), open: false };

  test("stays closed", () => {
    expect(planIssue(nightly([SLOWED], 2), known)).toEqual({ do: "nothing" });
  });

  test("comes back with what is new", () => {
    expect(planIssue(nightly([OTHER, SLOWED], 2), known)).toMatchObject({ number: 41, state: "open" });
  });

  test("comes back when its change was gone meanwhile", () => {
    const forgotten = planIssue(nightly([], 2), known);
    expect(forgotten).toMatchObject({ state: null, comment: null });
    expect(planIssue(nightly([SLOWED], 3), after(forgotten, known))).toMatchObject({ number: 41, state: "open" });
  });
});

test("the marker is read back as it was written, and nothing else is one", () => {
  const marker = {
    suiteKey: "a.yml",
    runnerKey: "box-1a2b",
    runId: "12",
    attempt: 3,
    standing: findingKeys([SLOWED]),
    gone: [],
  };
  expect(readIssueMarker(`${writeIssueMarker(marker)}\ntext`)).toEqual(marker);
  expect(readIssueMarker(`> ${writeIssueMarker(marker)}`)).toBeNull();
  expect(readIssueMarker(writeIssueMarker(marker).replace("none", "xyz"))).toBeNull();
});
