import { describe, expect, test } from "vitest";
import type { Backend } from "../../src/core/backend.ts";
import { controlFindings } from "../../src/core/control.ts";
import { identity } from "../../src/core/identity.ts";
import { builtinMetric } from "../../src/core/registry.ts";
import type { BenchmarkResult, JobResult, RunRecord } from "../../src/core/result.ts";
import { seededRandom, type Random } from "../support/random.ts";
import { benchmark, jobResult, STEP_TIME } from "../support/results.ts";

const SPEED = builtinMetric("step_time", "torch-cpu", true);

/** The control of one job: seconds of a step in each of its runs. */
function control(values: readonly number[], overrides: Partial<BenchmarkResult> = {}): BenchmarkResult {
  return benchmark([[SPEED, values]], {
    id: "control.torch-cpu",
    title: "control",
    hyperparameters: {},
    software: identity({ python: "3.12", torch: "2.13.0" }),
    ...overrides,
  });
}

function job(day: number, values: readonly number[], overrides: Partial<BenchmarkResult> = {}): JobResult {
  return jobResult(day, [], { control: [control(values, overrides)] });
}

const STEADY = [
  [1.0, 1.002],
  [1.004, 0.998],
  [0.997, 1.001],
  [1.001, 1.003],
  [0.999, 1.0],
].map((values, index) => job(index + 1, values));

test("steady: today's runs lie where the stored ones do", () => {
  const [finding] = controlFindings(job(20, [1.003, 0.999]), STEADY);
  expect(finding).toMatchObject({ backend: "torch-cpu", state: "steady", metric: SPEED, jobs: 5, reason: null });
  const [low, high] = finding?.interval ?? [1, -1];
  expect(low).toBeLessThan(0);
  expect(high).toBeGreaterThan(0);
});

test("moved: all runs slower, on the metric's own scale", () => {
  const [finding] = controlFindings(job(20, [1.06, 1.061]), STEADY);
  expect(finding?.state).toBe("moved");
  expect(finding?.effect).toBeCloseTo(0.0605, 2);
  const [low] = finding?.interval ?? [-1];
  expect(low).toBeGreaterThan(0.02);
});

test("moved: a machine that is faster than it was has moved too", () => {
  const [finding] = controlFindings(job(20, [0.93, 0.932]), STEADY);
  expect(finding?.state).toBe("moved");
  expect(finding?.effect).toBeCloseTo(-0.069, 2);
});

test("moved: within the job, seen in its last run alone", () => {
  const [finding] = controlFindings(job(20, [1.0, 1.0, 1.0, 1.0, 1.08]), STEADY);
  expect(finding?.state).toBe("moved");
  expect(finding?.effect).toBeCloseTo(0.08, 2);
});

test("a difference of less than 2 % is none, however certain", () => {
  const still = Array.from({ length: 20 }, (_, index) => job(index + 1, [1, 1, 1]));
  expect(controlFindings(job(25, [1.019, 1.019, 1.019]), still)[0]?.state).toBe("steady");
  expect(controlFindings(job(25, [1.021, 1.021, 1.021]), still)[0]?.state).toBe("moved");
});

describe("unknown", () => {
  test("without enough stored jobs, which it counts", () => {
    expect(controlFindings(job(20, [1.5]), [])[0]).toMatchObject({ state: "unknown", jobs: 0, effect: null });
    const [two] = controlFindings(job(20, [1.5]), STEADY.slice(0, 2));
    expect(two).toMatchObject({ state: "unknown", jobs: 2, interval: null });
    expect(two?.reason).toContain("only 2 of the 3 jobs");
    expect(controlFindings(job(20, [1.5]), STEADY.slice(0, 3))[0]?.state).toBe("moved");
  });

  test("when the control failed today, with the reason", () => {
    const status = { state: "failed", reason: "exit-code", message: "was killed by SIGKILL" } as const;
    const [finding] = controlFindings(job(20, [], { metrics: [], status }), STEADY);
    expect(finding).toMatchObject({ state: "unknown", metric: null, jobs: 0 });
    expect(finding?.reason).toContain("SIGKILL");
  });

  test("where the stored control did other work, ran on other software or on another machine", () => {
    const others = [
      control([1.5], { work_hash: "b".repeat(64) }),
      control([1.5], { software: identity({ python: "3.12", torch: "2.14.0" }) }),
    ];
    for (const other of others) {
      const [finding] = controlFindings(jobResult(20, [], { control: [other] }), STEADY);
      expect(finding).toMatchObject({ state: "unknown", jobs: 0 });
      expect(finding?.reason).toMatch(/changed: (work order|torch)/);
    }
    const machine = identity({ model: "X670E", os: "linux", os_release: "26.04" });
    expect(controlFindings(jobResult(20, [], { control: [control([1.5])], machine }), STEADY)[0]?.reason).toContain(
      "os_release",
    );
  });

  test("a job that ran no control has no findings", () => {
    expect(controlFindings(jobResult(20, []), STEADY)).toEqual([]);
  });
});

test("the control has a history of its own: benchmarks of the same name, and failed controls, are none of it", () => {
  const named = STEADY.map((stored) => ({ ...stored, benchmarks: stored.control, control: [] }));
  expect(controlFindings(job(20, [1.06]), named)[0]).toMatchObject({ state: "unknown", jobs: 0 });
  const status = { state: "failed", reason: "exit-code", message: "it died" } as const;
  const failed = Array.from({ length: 5 }, (_, index) => job(index + 6, [2], { status }));
  expect(controlFindings(job(20, [1.06, 1.06]), [...STEADY, ...failed])[0]).toMatchObject({ state: "moved", jobs: 5 });
});

test("one run that failed does not silence the others", () => {
  const broken = control([1.06, 1.06], { status: { state: "failed", reason: "timeout", message: "hung" } });
  const [finding] = controlFindings(jobResult(20, [], { control: [broken] }), STEADY);
  expect(finding?.state).toBe("moved");
});

test("the job itself is never part of its own history", () => {
  const today = job(20, [1.06, 1.06]);
  expect(controlFindings(today, [...STEADY, today])).toEqual(controlFindings(today, STEADY));
});

test("a metric that is estimated otherwise is another one", () => {
  const [finding] = controlFindings(
    job(20, [1.06], { metrics: [{ ...STEP_TIME, primary: true, estimator: "median" }] }),
    STEADY,
  );
  expect(finding).toMatchObject({ state: "unknown", jobs: 0 });
});

test.each([
  { cv: 0.003, before: 5 },
  { cv: 0.003, before: 12 },
  { cv: 0.003, before: 25 },
  { cv: 0.01, before: 12 },
  { cv: 0.01, before: 25 },
])(
  "a machine that stays on its new level is called moved for three jobs at most (CV $cv, $before jobs before)",
  ({ cv, before }) => {
    const random = seededRandom(77);
    const stored = Array.from({ length: before }, (_, index) => job(index + 1, drawRuns(random, cv, 2)));
    const states: (string | undefined)[] = [];
    for (let day = before + 1; day <= before + 15; day++) {
      const slower = drawRuns(random, cv, 2).map((value) => value * 1.08);
      const today = at(day, slower);
      states.push(controlFindings(today, stored)[0]?.state);
      stored.push(today);
    }
    expect(states[0]).toBe("moved");
    expect(states.slice(3)).not.toContain("moved");
    expect(states.slice(-5)).toEqual(["steady", "steady", "steady", "steady", "steady"]);
  },
);

/** As {@link job}, for days beyond the month. */
function at(day: number, values: readonly number[]): JobResult {
  const time = new Date(Date.UTC(2026, 0, day, 8)).toISOString();
  return jobResult(1, [], {
    control: [control(values)],
    job: { run_id: `${day}00`, started_at: time, finished_at: time },
  });
}

describe("a control that tells nothing neither vouches for the machine nor voids its speeds", () => {
  test("runs and jobs that scatter widely: unknown, and not steady within a third", () => {
    const random = seededRandom(5);
    const wide = Array.from({ length: 8 }, (_, index) => job(index + 1, drawRuns(random, 0.15, 2)));
    const [finding] = controlFindings(job(20, [1.05, 0.97]), wide);
    expect(finding).toMatchObject({ state: "unknown", jobs: 8 });
    expect(finding?.reason).toMatch(/scatters too much to tell: an unchanged machine may differ by [0-9.]+ %$/);
    // However wide the scatter, what lies far outside it has moved.
    expect(controlFindings(job(20, [9, 9.1]), wide)[0]?.state).toBe("moved");
  });

  test("steady is said only of a machine known to 5 %", () => {
    const random = seededRandom(6);
    for (const cv of [0.005, 0.01, 0.02, 0.04, 0.08]) {
      const stored = Array.from({ length: 12 }, (_, index) => job(index + 1, drawRuns(random, cv, 2)));
      for (let trial = 0; trial < 20; trial++) {
        const [finding] = controlFindings(job(20, drawRuns(random, cv, 2)), stored);
        if (finding?.state !== "steady") continue;
        const [low, high] = finding.interval ?? [-1, 1];
        expect((high - low) / 2).toBeLessThan(0.055);
        expect(Math.abs(finding.effect ?? 1)).toBeLessThanOrEqual(0.05);
      }
    }
  });

  test("Python alone says nothing of an accelerator, whose framework's control does", () => {
    for (const backend of ["torch-cuda", "mlx-metal"] as const) {
      for (const finding of accelerated(backend, {})) {
        expect(finding).toMatchObject({ backend, state: "unknown", effect: null });
        expect(finding?.reason).toBe("the control ran on the processor alone and says nothing of the accelerator");
      }
    }
    const states = (findings: ReturnType<typeof accelerated>) => findings.map((finding) => finding?.state);
    expect(states(accelerated("torch-cuda", { torch: "2.13.0" }))).toEqual(["moved", "steady"]);
    expect(states(accelerated("mlx-metal", { mlx: "0.32.0", "mlx-metal": "0.32.0" }))).toEqual(["moved", "steady"]);
    expect(states(accelerated("torch-cpu", {}))).toEqual(["moved", "steady"]);
  });
});

/** Findings of a slower and of an equal control, its history being {@link STEADY} on that backend. */
function accelerated(backend: Backend, facts: Readonly<Record<string, string>>) {
  const one = (day: number, values: readonly number[]): JobResult =>
    job(day, values, { id: `control.${backend}`, backend, software: identity({ python: "3.12", ...facts }) });
  const stored = STEADY.map((known, index) => one(index + 1, known.control[0]?.runs.map(stepTime) ?? []));
  return [
    [1.06, 1.061],
    [1, 1.001],
  ].map((values) => controlFindings(one(20, values), stored)[0]);
}

function stepTime({ values }: RunRecord): number {
  return values["step_time"] ?? Number.NaN;
}

test("one odd job in the history neither hides a move nor makes one", () => {
  const history = Array.from({ length: 12 }, (_, index) => {
    const base = 1 + ((index % 4) - 1.5) * 0.002;
    return job(index + 1, index === 8 ? [1.3, 1.31] : [base, base + 0.001]);
  });
  expect(controlFindings(job(20, [1.001, 1.0]), history)[0]?.state).toBe("steady");
  expect(controlFindings(job(20, [1.08, 1.08]), history)[0]?.state).toBe("moved");
});

/** Seconds of a step: 30 % of the variance is common to the runs of a job. */
function drawRuns(random: Random, cv: number, runs: number): number[] {
  const shared = Math.sqrt(0.3) * random.normal();
  return Array.from({ length: runs }, () => Math.exp(cv * (shared + Math.sqrt(0.7) * random.normal())));
}

function shareMoved(options: { cv: number; jobs: number; runs: number; slower: number; count: number }): number {
  const random = seededRandom(1000 + options.jobs * 100 + options.runs);
  let moved = 0;
  for (let trial = 0; trial < options.count; trial++) {
    const stored = Array.from({ length: options.jobs }, (_, day) =>
      job(day + 1, drawRuns(random, options.cv, options.runs)),
    );
    const today = drawRuns(random, options.cv, options.runs).map((value) => value * (1 + options.slower));
    if (controlFindings(job(31, today), stored)[0]?.state === "moved") moved += 1;
  }
  return moved / options.count;
}

test.each([
  { jobs: 3, runs: 2 },
  { jobs: 3, runs: 3 },
  { jobs: 5, runs: 2 },
  { jobs: 10, runs: 3 },
  { jobs: 30, runs: 2 },
  { jobs: 30, runs: 3 },
])("a machine that did not move is blamed in fewer than one job of 200 (CV 1 %, $jobs jobs, $runs runs)", (given) => {
  expect(shareMoved({ ...given, cv: 0.01, slower: 0, count: 3000 })).toBeLessThan(0.005);
});

test.each([
  { cv: 0.01, jobs: 3, runs: 2, least: 0.7 },
  { cv: 0.01, jobs: 10, runs: 3, least: 0.95 },
  { cv: 0.005, jobs: 5, runs: 2, least: 0.99 },
])("a machine that runs 5 % slower is found (CV $cv, $jobs jobs, $runs runs)", ({ least, ...given }) => {
  expect(shareMoved({ ...given, slower: 0.05, count: 400 })).toBeGreaterThanOrEqual(least);
});
