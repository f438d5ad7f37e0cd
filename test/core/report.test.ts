import { describe, expect, test } from "vitest";
import { buildReport } from "../../src/core/build-report.ts";
import { compareJob } from "../../src/core/compare.ts";
import { decideGate } from "../../src/core/gate.ts";
import { withArtifact } from "../../src/core/join-reports.ts";
import { renderComment } from "../../src/core/markdown.ts";
import type { ControlFinding } from "../../src/core/comparison.ts";
import { reportSchema, type Report } from "../../src/core/report.ts";
import type { BenchmarkResult, JobResult, Paired } from "../../src/core/result.ts";
import { plain } from "../../src/core/sentence.ts";
import { benchmark, compared, PUSH, jointOf, reportOf, resultOf, RUNNER } from "../support/report-fixtures.ts";
import { disturbed, MOVED_CUDA, SLOW_CLOCK } from "../support/report-machine.ts";
import { scene, SCENES, type SceneName } from "../support/report-scenes.ts";

const NAMES = Object.keys(SCENES).filter((name): name is SceneName => name in SCENES);

describe("every report", () => {
  test.each(NAMES)("%s is the same drawing after a trip through JSON", (name) => {
    const report = scene(name);
    const read = reportSchema.parse(JSON.parse(JSON.stringify(report)));
    expect(renderComment(jointOf(read))).toBe(renderComment(jointOf(report)));
  });
});

describe("built from", () => {
  const lora = benchmark("lora", "torch-cuda", { tokens_per_second: 100, final_loss: 2 });
  const row = compared(lora, "tokens_per_second", "no-change", { base: 101, half: 0.01 });

  test("a stored job: its age counts in days to the end of this one", () => {
    const baseline = { jobs: 3, newest_sha: null, newest_at: "2026-03-03T10:13:20Z", stale: false };
    const report = reportOf({ benchmarks: [lora], comparisons: [row], baseline });
    expect(report.baseline?.age_days).toBeCloseTo(1);
    const later = { ...baseline, newest_at: "2026-03-09T00:00:00Z" };
    expect(reportOf({ benchmarks: [lora], comparisons: [row], baseline: later }).baseline?.age_days).toBe(0);
  });

  test("warnings of every stage: equal ones become one, with its benchmarks", () => {
    const noisy = { ...lora, runs: lora.runs.map((run) => ({ ...run, warnings: ["throttled"] })) };
    const other = { ...noisy, id: "other.torch-cuda", title: "other" };
    const report = reportOf({
      benchmarks: [noisy, other],
      comparisons: [{ ...row, warnings: ["throttled", "few jobs"] }],
      result: { warnings: ["suite not found"] },
      warnings: ["not stored"],
    });
    expect(report.warnings).toEqual([
      { message: "not stored", benchmarks: [] },
      { message: "suite not found", benchmarks: [] },
      { message: "throttled", benchmarks: [lora.id, other.id] },
      { message: "few jobs", benchmarks: [lora.id] },
    ]);
  });

  test("two software identities: each once, with its backends", () => {
    const mlx = benchmark("lora", "mlx-cuda", { tokens_per_second: 100 });
    const second = benchmark("other", "torch-cuda", { tokens_per_second: 100 });
    const { software } = reportOf({ benchmarks: [lora, mlx, second], comparisons: [row] }).environment;
    expect(software.map(({ backends }) => backends)).toEqual([["torch-cuda"], ["mlx-cuda"]]);
  });

  test("a loss that is gone: the benchmark counts as failed, and its reason is told", () => {
    const lost = { ...compared(lora, "final_loss", "failed"), head: null, reason: "final_loss is missing now" };
    const report = reportOf({ benchmarks: [lora], comparisons: [row, lost] });
    expect(report.failures).toMatchObject([{ benchmark: lora.id, reason: "check-failed", message: lost.reason }]);
    expect(plain(report.headline)).toBe("lora · torch-cuda failed its check on nvidia-rtx-4090-91c0");
    expect(renderComment(jointOf(report))).toContain(lost.reason);
  });

  test("informative benchmarks: shown, and never the headline", () => {
    const informative = { ...compared(lora, "tokens_per_second", "regression", { base: 200 }) };
    const report = reportOf({
      benchmarks: [lora],
      comparisons: [
        { ...informative, comparison_class: "informative" },
        { ...row, benchmark: "b", title: "b" },
      ],
    });
    expect(plain(report.headline)).toBe("No change in 2 benchmarks on nvidia-rtx-4090-91c0");
    expect(renderComment(jointOf(report))).toContain("regression (informative)");
  });

  test("an informative benchmark that failed beside one that counts: told after it", () => {
    const lost = { ...compared(lora, "final_loss", "failed"), head: null, reason: "final_loss is missing now" };
    const replay = { ...lost, benchmark: "replay", title: "replay", comparison_class: "informative" as const };
    const report = reportOf({ benchmarks: [lora], comparisons: [replay, lost] });
    expect(report.failures.map(({ title }) => title)).toEqual(["lora", "replay"]);
    expect(plain(report.headline)).toMatch(/the first: lora · torch-cuda failed its check/);
  });

  test("informative benchmarks of which nothing is stored: told with the others, and marked", () => {
    const fresh = { ...compared(lora, "tokens_per_second", "no-baseline"), base: null };
    const replay = { ...fresh, benchmark: "replay", title: "replay", comparison_class: "informative" as const };
    const report = reportOf({ benchmarks: [lora], comparisons: [fresh, replay], baseline: null });
    expect(plain(report.headline)).toBe("Nothing to compare yet on nvidia-rtx-4090-91c0");
    const comment = renderComment(jointOf(report));
    expect(comment).toContain("Measured 2 benchmarks and stored nothing");
    expect(comment.match(/\(informative\)/g)).toHaveLength(1);
  });

  test("benchmarks that were cut short beside one of which nothing is stored: never called compared", () => {
    const fresh = { ...compared(lora, "tokens_per_second", "no-baseline"), base: null };
    const cut = { ...row, benchmark: "b", title: "b", verdict: "inconclusive" as const, base: null, reason: "cut" };
    const said = (...others: (typeof cut | typeof row)[]): string => {
      const report = reportOf({ benchmarks: [lora], comparisons: [fresh, ...others] });
      return report.advice.map(plain).join(" ");
    };
    const done = { ...row, benchmark: "c", title: "c" };
    expect(said(cut)).toContain("Nothing is stored for lora; the others were not compared.");
    expect(said(done)).toContain("Nothing is stored for lora; the others were compared.");
    expect(said(cut, done)).toContain("Nothing is stored for lora; of the others 1 was compared.");
  });

  test("no benchmark at all: says so instead of all clear", () => {
    const report = reportOf({ benchmarks: [], comparisons: [] });
    expect(plain(report.headline)).toBe("Nothing was measured on nvidia-rtx-4090-91c0");
    expect(renderComment(jointOf(report))).toMatch(/^### ❔/);
  });

  test("an artifact uploaded later: only the link changes", () => {
    const report = jointOf(reportOf({ benchmarks: [lora], comparisons: [row] }));
    const linked = withArtifact(report, "https://github.com/a/b/actions/runs/1/artifacts/2");
    expect({ ...linked, links: report.links }).toEqual(report);
    expect(renderComment(linked)).toContain("[artifact](<https://github.com/a/b/actions/runs/1/artifacts/2>)");
  });
});

const LATER = { started_at: "2026-06-01T10:00:00Z", finished_at: "2026-06-01T10:13:20Z" };

/** A job whose three runs lie within half a per cent; `speed` is its throughput, tok/s. */
function job(index: number, speed: number, change: (whole: BenchmarkResult) => BenchmarkResult = (b) => b): JobResult {
  const wobble = 1 + 0.001 * ((index * 7) % 5);
  const whole = benchmark("lora", "torch-cuda", { tokens_per_second: speed * wobble, final_loss: 2 });
  const day = `2026-03-0${index}T10:00:00Z`;
  return resultOf({
    benchmarks: [change(whole)],
    job: { ...PUSH, run_id: String(index), started_at: day, finished_at: day },
  });
}

function judged(candidate: JobResult, history: readonly JobResult[], control: readonly ControlFinding[] = []): Report {
  const found = compareJob({ result: candidate, history, planned: ["lora.torch-cuda"], control });
  const gate = decideGate(found.comparisons, new Set(["regression", "failed"]));
  return buildReport({ result: candidate, ...found, gate, control, recorded: "yes" });
}

/** Four runs of one side, as near to each other as those of a stored job. */
function sideRuns(speed: number): BenchmarkResult["runs"] {
  return [0.998, 1.001, 1, 0.999].flatMap((factor, index) => {
    const [run] = benchmark("lora", "torch-cuda", { tokens_per_second: speed * factor, final_loss: 2 }).runs;
    return run === undefined ? [] : [{ ...run, number: index + 1 }];
  });
}

/** Base and head of a pull request, in as many pairs as the judge wants at most; their runs lie as those of the history do. */
function confirmed(base: number, head: number, change: Partial<JobResult> = {}): JobResult {
  const whole = job(7, head, (found) => ({
    ...found,
    paired: {
      software: found.software,
      metrics: found.metrics,
      base: sideRuns(base),
      head: sideRuns(head),
      stopped: null,
    },
  }));
  const confirmation = { base_sha: "b".repeat(40), accepted: [], unpaired: [], planned_s: 60, spent_s: 70, notes: [] };
  return { ...whole, confirmation, ...change };
}

const slow = (whole: BenchmarkResult): BenchmarkResult => disturbed(whole, { 1: [SLOW_CLOCK] });

/** A suspect whose pairs ended before the first was whole. */
function stoppedIn(stopped: NonNullable<Paired["stopped"]>): JobResult {
  const whole = confirmed(1000, 800);
  const benchmarks = whole.benchmarks.map((found) => ({
    ...found,
    paired: found.paired === null ? null : { ...found.paired, base: [], head: [], stopped },
  }));
  return { ...whole, benchmarks };
}

const ACCEPTED = [
  {
    benchmark: "lora.torch-cuda",
    metric: "tokens_per_second",
    runner_key: RUNNER,
    reason: "meant",
    expires: "2026-12-31",
  },
];

describe("with what the judge really decides", () => {
  const history = [1, 2, 3, 4, 5, 6].map((index) => job(index, 1000));

  test.each([
    ["no history", judged(job(7, 1000), []), /^No baseline yet on .*: this run was recorded as the first one$/],
    [
      "a history of disturbed runs",
      judged(
        job(7, 1000),
        history.map((stored) => ({ ...stored, benchmarks: stored.benchmarks.map(slow) })),
      ),
      /^No usable baseline on .*: every stored result was disturbed or incomplete$/,
    ],
    [
      "a first job of disturbed runs",
      judged(job(7, 1000, slow), []),
      /^No baseline yet on .*: the runs of this job were disturbed$/,
    ],
    [
      "pairs that the head did not survive",
      judged(
        stoppedIn({ reason: "failed", side: "head", message: "the head run failed: ended with exit status 1" }),
        history,
      ),
      /^lora · torch-cuda ended with an error on /,
    ],
    [
      "pairs that were cancelled",
      judged(stoppedIn({ reason: "cancelled", side: null, message: "cancelled while pairs were run" }), history),
      /^Cancelled before the only benchmark on .* could be confirmed$/,
    ],
    ["the same speed", judged(job(7, 1000), history), /^No change in 1 benchmark on /],
    ["a fifth less", judged(job(7, 800), history), /^lora · torch-cuda looks 19\.8 % slower on .* \(unconfirmed\)$/],
    ["a fifth more", judged(job(7, 1200), history), /^lora · torch-cuda looks 20\.2 % faster on /],
    [
      "another loss",
      judged(
        job(7, 1000, (whole) => ({
          ...whole,
          runs: whole.runs.map((r) => ({ ...r, values: { ...r.values, final_loss: 2.1 } })),
        })),
        history,
      ),
      /^lora · torch-cuda ends with a loss 5 % higher on .*: the numerics drifted$/,
    ],
    [
      "other work",
      judged(
        job(7, 1000, (whole) => ({
          ...whole,
          work_hash: "1".repeat(64),
          hyperparameters: { rows: 512, batch_size: 4 },
        })),
        history,
      ),
      /^1 benchmark on .* is not comparable with its history: .*rows 512 instead of 256$/,
    ],
    [
      "a tenth less in pairs",
      judged(confirmed(1000, 900), history),
      /^lora · torch-cuda is \d+(\.\d)? % slower on \S+$/,
    ],
    [
      "a tenth less in pairs, nothing stored",
      judged(confirmed(1000, 900), []),
      /^lora · torch-cuda is 10 % slower on /,
    ],
    [
      "what the history clears, whatever its pairs",
      judged(confirmed(900, 1000), history.slice(0, 1)),
      /^No change in 1 benchmark on /,
    ],
    ["an accepted tenth less", judged(confirmed(1000, 900, { accepted: ACCEPTED }), history), /^1 accepted change on /],
    ["a machine that moved", judged(job(7, 800), history, [MOVED_CUDA]), /^The machine moved: /],
    [
      "an old history",
      judged({ ...job(7, 800), job: { ...job(7, 800).job, ...LATER } }, history),
      /^The newest baseline of .* is \d+ days old: nothing was compared$/,
    ],
  ])("%s", (_, report, headline) => {
    expect(plain(report.headline)).toMatch(headline);
    expect(reportSchema.safeParse(report).error).toBeUndefined();
  });

  test("the drawing of a confirmed change stands on what the judge says", () => {
    const report = judged(confirmed(1000, 900), history);
    const comment = renderComment(jointOf(report));
    expect(comment).toContain("Confirmed by 4 interleaved base/head pairs.");
    expect(comment).toMatch(/❌ regression, 4 pairs/);
    expect(comment).toContain("with base `bbbbbbb`");
    expect(comment).toContain("metric: tokens_per_second");
    expect(comment).toContain(`run --base ${"b".repeat(40)}`);
  });
});
