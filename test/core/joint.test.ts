/** Reports of several runners joined: order, gate, headline, advice, and the family of tests that they share. */
import { describe, expect, test } from "vitest";
import { compareJob, compareJobs, type CompareInput } from "../../src/core/compare.ts";
import type { Decision } from "../../src/core/decision.ts";
import { decideGate } from "../../src/core/gate.ts";
import { joinReports } from "../../src/core/join-reports.ts";
import { jointReportSchema } from "../../src/core/joint.ts";
import { judge, judgeTogether } from "../../src/core/judge.ts";
import { renderComment } from "../../src/core/markdown.ts";
import { isAllClear } from "../../src/core/parts.ts";
import type { JobResult } from "../../src/core/result.ts";
import { plain } from "../../src/core/sentence.ts";
import { annotationsOf } from "../../src/io/annotations.ts";
import { confirmable, drawJob, drawPairs, judgeCase, POLICY } from "../support/cases.ts";
import { seededRandom } from "../support/random.ts";
import { benchmark, jointOf, PUSH, resultOf } from "../support/report-fixtures.ts";
import { JOINT_NAMES, joined, MAC, SECOND } from "../support/report-scenes-joint.ts";
import { scene, SCENES, type SceneName } from "../support/report-scenes.ts";

const NAMES = Object.keys(SCENES).filter((name): name is SceneName => name in SCENES);

/** A job whose three runs lie within half a per cent; `speed` is its throughput, tok/s. */
function inputOf(runner: string, speed: number): CompareInput {
  const job = (index: number, value: number): JobResult => {
    const whole = benchmark("lora", "torch-cuda", { tokens_per_second: value * (1 + 0.001 * ((index * 7) % 5)) });
    const day = `2026-03-0${index}T10:00:00Z`;
    return resultOf({
      benchmarks: [whole],
      job: { ...PUSH, run_id: String(index), started_at: day, finished_at: day },
      result: { runner_key: runner },
    });
  };
  const history = [1, 2, 3, 4, 5, 6].map((index) => job(index, 1000));
  return { result: job(7, speed), history, planned: ["lora.torch-cuda"], control: [] };
}

function alarms(decisions: readonly Decision[]): boolean {
  return decisions.some(({ verdict }) => verdict === "regression" || verdict === "improvement");
}

describe("the jobs of one report", () => {
  test("are one family of tests, each against the history of its own runner", () => {
    const [alone] = compareJob(inputOf("a", 970)).comparisons;
    const [[among] = [], [other] = []] = compareJobs([inputOf("a", 970), inputOf("b", 1001)]).map(
      ({ comparisons }) => comparisons,
    );
    expect(alone?.p).not.toBeNull();
    expect(among?.p).toBeCloseTo(2 * (alone?.p ?? 0), 12);
    expect(among?.effect).toBe(alone?.effect);
    expect(other?.verdict).toBe("no-change");
  });

  test("are judged as one job where there is only one", () => {
    for (const speed of [970, 1001, 800]) {
      expect(compareJobs([inputOf("a", speed)])).toEqual([compareJob(inputOf("a", speed))]);
    }
  });

  test("each keep the policy of their own suite", () => {
    const judged = judgeCase(
      Array.from({ length: 10 }, () => [1000, 1001, 999]),
      [965, 966, 964],
    );
    const lenient = { ...POLICY, minEffect: 0.1, maxTolerated: 0.2 };
    const [[strict] = [], [loose] = []] = judgeTogether([
      { cases: [judged], policy: POLICY },
      { cases: [judged], policy: lenient },
    ]);
    expect(strict?.verdict).toBe("regression");
    expect(loose?.verdict).toBe("no-change");
  });

  test("an unchanged matrix of noisy runners alarms no more often than one report may", () => {
    const random = seededRandom(41);
    const noise = { cv: 0.02, shared: 0.3, slow: 0.05 };
    const reports = Array.from({ length: 60 }, () =>
      Array.from({ length: 6 }, () =>
        Array.from({ length: 10 }, (_, index) => {
          const history = Array.from({ length: 10 }, () => drawJob(random, 100, noise));
          const judged = judgeCase(history, drawJob(random, 100, noise));
          return { ...confirmable(judged, drawPairs(random, 100, 0, noise)), id: String(index) };
        }),
      ),
    );
    const together = reports.filter((jobs) =>
      alarms(judgeTogether(jobs.map((cases) => ({ cases, policy: POLICY }))).flat()),
    );
    expect(together.length / reports.length).toBeLessThanOrEqual(0.02);
    const apart = reports.filter((jobs) => jobs.some((cases) => alarms(judge(cases, POLICY))));
    expect(together.length).toBeLessThanOrEqual(apart.length);
  });
});

describe("a joint report", () => {
  test.each(JOINT_NAMES)("%s is the same drawing after a trip through JSON", (name) => {
    const joint = joined(name);
    const read = jointReportSchema.parse(JSON.parse(JSON.stringify(joint)));
    expect(renderComment(read)).toBe(renderComment(joint));
  });

  test("does not depend on the order in which the parts came", () => {
    const { reports, missing, links } = joined("joint-everything");
    const turned = joinReports(reports.toReversed(), new Set(["regression", "failed"]), { missing, links });
    expect(turned.reports.map(({ runner_key: key }) => key)).toEqual(reports.map(({ runner_key: key }) => key));
    expect(turned.headline).toEqual(joined("joint-everything").headline);
    expect(turned.advice).toEqual(joined("joint-everything").advice);
  });

  test.each(NAMES)("of one runner says of %s what its report says", (name) => {
    const report = scene(name);
    const { failOn } = { failOn: undefined, ...SCENES[name] };
    const joint = jointOf(report, failOn);
    expect(joint.gate).toEqual(report.gate);
    expect(joint.headline).toEqual(report.headline);
    expect(joint.advice).toEqual(report.advice);
    expect(joint.beside).toEqual([]);
    expect(joint.links).toEqual(report.links);
  });

  test("of no report has failed, and only fail-on makes that an error", () => {
    const nothing = joinReports([], new Set(["failed"]));
    expect(nothing.gate).toMatchObject({ gate: "fail", verdict: "failed" });
    expect(nothing.gate.reason).toContain("no result reached the report: fail-on lists failed");
    expect(joinReports([], new Set()).gate).toMatchObject({ gate: "neutral", verdict: "failed" });
    expect(isAllClear(nothing)).toBe(false);
  });
});

describe("the gate of several runners", () => {
  const { reports } = joined("joint-no-change");
  const lost = { name: "bench (mac)", reason: null };

  test("is that of all comparisons", () => {
    expect(joined("joint-regression-on-one").gate).toMatchObject({ gate: "fail", verdict: "regression" });
    expect(joined("joint-machine-moved-beside-clear").gate).toMatchObject({ gate: "neutral", verdict: "inconclusive" });
    expect(joined("joint-no-change").gate).toMatchObject({ gate: "pass", verdict: "no-change" });
  });

  test("a runner of which nothing came fails it, and never passes", () => {
    const failing = joinReports(reports, new Set(["failed"]), { missing: [lost] });
    expect(failing.gate).toEqual({
      gate: "fail",
      verdict: "failed",
      reason: "1 runner without a result: fail-on lists failed",
    });
    const both = joinReports(joined("joint-regression-on-one").reports, new Set(["failed", "regression"]), {
      missing: [lost],
    });
    expect(both.gate.reason).toBe(
      "1 runner without a result: fail-on lists failed; 1 regression: fail-on lists regression",
    );
    const never = joinReports(reports, new Set(), { missing: [lost, lost] });
    expect(never.gate).toEqual({ gate: "neutral", verdict: "failed", reason: "2 runners without a result" });
    const [only] = reports;
    const alone = joinReports(only === undefined ? [] : [only], new Set(["failed"]), { missing: [lost] });
    expect(plain(alone.headline)).toMatch(/^Nothing came from bench \(mac\); no change in 2 benchmarks on apple-/);
  });
});

test("a runner on which nothing was compared never passes by silence", () => {
  const [clear, other] = joined("joint-no-change").reports;
  if (clear === undefined || other === undefined) throw new Error("the scene has two runners");
  const reports = [clear, { ...other, comparisons: [], gate: decideGate([], new Set()) }];
  const silent = joinReports(reports, new Set(["failed"]));
  expect(silent.gate).toEqual({
    gate: "neutral",
    verdict: "inconclusive",
    reason: "nothing was compared on 1 runner",
  });
  expect(plain(silent.headline)).toMatch(/^Nothing was measured on nvidia-.*; no change on apple-/);
  expect(joinReports(reports, new Set(["no-baseline"])).gate).toMatchObject({ gate: "fail", verdict: "inconclusive" });
});

describe("what is said of several runners", () => {
  test("names the worst finding with its runner, and each other runner that is not clear", () => {
    const { headline, beside } = joined("joint-everything");
    expect(plain(headline)).toContain(`is 6.8 % slower on ${SECOND}, and nothing came from bench (nvidia-h200)`);
    const others = beside.flatMap(({ runner_keys: keys }) => keys);
    expect(others).toContain(MAC);
    expect(others).not.toContain(SECOND);
    expect(others).toHaveLength(3);
  });

  test("a runner that moved does not silence the others", () => {
    const { headline, beside, gate } = joined("joint-machine-moved-beside-a-regression");
    expect(plain(headline)).toMatch(/is 3\.3 % slower on apple-m4-max-64gb-3f2a$/);
    expect(gate.gate).toBe("fail");
    expect(beside.map(({ sentences }) => plain(sentences[0] ?? []))).toEqual([
      "The machine moved: the control workload on nvidia-rtx-4090-91c0 takes 3.1 % longer than in its history.",
    ]);
  });

  test("what differs in nothing but the runner's name is said once", () => {
    const { beside } = joined("joint-many-moved");
    expect(beside).toHaveLength(1);
    expect(beside[0]?.runner_keys).toHaveLength(8);
    expect(plain(beside[0]?.sentences[0] ?? [])).toBe(
      "No verdict on this pull request's speed from nvidia-h200-node-0, nvidia-h200-node-1, nvidia-h200-node-2 and 5 more.",
    );
  });

  test("two jobs of one runner are not two runners", () => {
    const joint = joined("joint-two-jobs-of-one-runner");
    expect(plain(joint.headline)).toBe("Cannot tell: 1 of 2 benchmarks on nvidia-rtx-4090-91c0 is too noisy");
    const [changed = ""] = /^\| Benchmark .*$/m.exec(renderComment(joint)) ?? [];
    expect(changed).not.toContain("Runner");
    const clear = joinReports([...joined("joint-no-change").reports.slice(1), scene("no-change")], new Set());
    expect(plain(clear.headline)).toBe("No change in 6 benchmarks on nvidia-rtx-4090-91c0");
  });

  test("lines to accept stand for every runner, the worst first", () => {
    const comment = renderComment(joined("joint-regression-on-both"));
    const runners = [...comment.matchAll(/^ {4}runner: (\S+)$/gm)].map(([, key]) => key);
    expect(runners).toEqual(["nvidia-rtx-4090-91c0", MAC]);
  });

  test("the page of the run shows the verdict, and each other runner by its name", () => {
    const annotations = annotationsOf(joined("joint-everything"), ["not uploaded"]);
    expect(annotations[0]).toMatchObject({ level: "error", title: "finetune-bench" });
    expect(annotations.filter(({ title }) => title?.startsWith("finetune-bench on ") === true)).toHaveLength(3);
    expect(annotations).toContainEqual({ level: "warning", message: "not uploaded" });
  });
});
