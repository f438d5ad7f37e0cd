import { expect, test } from "vitest";
import { readEvents } from "../../src/core/events.ts";
import { sha256Hex } from "../../src/core/hash.ts";
import type { RunExit, RunKind } from "../../src/core/outcome.ts";
import { runRecordSchema } from "../../src/core/result.ts";
import { makeRunRecord, type MadeRun } from "../../src/core/run-record.ts";
import { EXPECTED, harnessRun, startLine, stepLine, steps, toText } from "../support/event-lines.ts";

const DONE: RunExit = { code: 0, signal: null, timedOut: false, cancelled: false, durationS: 12.3 };

function make(text: string, exit: Partial<RunExit> = {}, kind: RunKind = "harness"): MadeRun {
  const events = readEvents(text);
  const made = makeRunRecord({ kind, events, exit: { ...DONE, ...exit }, expected: EXPECTED, number: 2 });
  runRecordSchema.parse(made.record);
  return made;
}

const command = (text: string, exit: Partial<RunExit> = {}): MadeRun => make(text, exit, "command");
const error = (kind: string, message: string): object => ({ event: "error", kind, message });
const failed = (reason: string, message: string): object => ({ status: "failed", reason, message });

const ENVIRONMENT = {
  event: "environment",
  python: "3.12.4",
  device: "cpu",
  packages: { torch: "2.13.0" },
  wheel_tags: {},
  knobs: { threads: 1 },
};

test("a good run: values, steps, warm-up, phases, what the process saw, and one hash of all losses", () => {
  const body = [ENVIRONMENT, { event: "phase", name: "import", duration_s: 2 }, ...steps(23)];
  const { record, metrics, environment } = make(toText(harnessRun(body)));
  expect(record).toMatchObject({
    number: 2,
    outcome: { status: "ok" },
    steps: 23,
    warmup_steps: 3,
    duration_s: 12.3,
    phases: { import: 2 },
    warnings: [],
  });
  expect(Object.keys(record.values)).toEqual(metrics.map(({ name }) => name));
  const losses = Array.from({ length: 23 }, (_, index) => `${index} ${8 - index / 10}\n`).join("");
  expect(record.loss_hash).toBe(sha256Hex(losses));
  expect(environment).toEqual(ENVIRONMENT);
});

test("a run whose steps outdo what the device can do failed: it keeps no value, and says why", () => {
  const gemm = { event: "gemm", dtype: "float32", n: 1024, flop: 2e9, products: 9, fastest_s: 0.02, median_s: 0.02 };
  const { record, metrics } = make(toText(harnessRun([gemm, ...steps(23, () => ({ model_flop: 2e10 }))])));
  const message = expect.stringContaining("200 % of the arithmetic a second that its GEMM probe reached");
  expect(record).toMatchObject({
    outcome: { status: "failed", reason: "check-failed", message },
    values: {},
    steps: 23,
  });
  expect(metrics).toEqual([]);
});

test("what ended a run comes before what its numbers cannot be", () => {
  const gemm = { event: "gemm", dtype: "float32", n: 1024, flop: 2e9, products: 9, fastest_s: 0.02, median_s: 0.02 };
  const text = toText(harnessRun([gemm, ...steps(23, () => ({ model_flop: 2e10 }))]));
  expect(make(text, { code: null, signal: "SIGKILL" }).record.outcome).toMatchObject({ reason: "killed" });
});

test("the loss hash tells any two traces apart, and is null where no loss is told", () => {
  const hash = (overrides: object): string | null =>
    make(toText(harnessRun(steps(5, (index) => (index === 3 ? overrides : {}))))).record.loss_hash;
  expect(hash({})).toBe(hash({}));
  expect(hash({ loss: 7.700000000000001 })).not.toBe(hash({}));
  expect(make(toText(harnessRun(steps(5, () => ({ loss: undefined }))))).record.loss_hash).toBeNull();
});

const prefix = toText([startLine(), { event: "phase", name: "load_weights", duration_s: 1 }, ...steps(4)]);

test.each<[string, string, Partial<RunExit>, object]>([
  [
    "killed",
    prefix,
    { code: null, signal: "SIGKILL" },
    failed("killed", "was killed by SIGKILL after 12 s: mostly the system, when memory runs out"),
  ],
  [
    "killed behind a shell",
    prefix,
    { code: 137 },
    failed("killed", "was killed by SIGKILL after 12 s: mostly the system, when memory runs out"),
  ],
  ["crashed", prefix, { code: null, signal: "SIGSEGV" }, failed("killed", "was killed by SIGSEGV after 12 s")],
  [
    "killed in the middle of a line",
    `${prefix}{"event":"st`,
    { code: null, signal: "SIGTERM", durationS: 0.54 },
    failed("killed", "was killed by SIGTERM after 0.5 s"),
  ],
  [
    "hung",
    prefix,
    { code: null, signal: "SIGTERM", timedOut: true, timeoutS: 60 },
    failed("timeout", "hung: no end after 60 s (4 steps done)"),
  ],
  [
    "hung, and said it was stopped",
    prefix + toText([error("cancelled", "stopped by SIGTERM")]),
    { code: 143, timedOut: true, timeoutS: 60 },
    failed("timeout", "hung: no end after 60 s (4 steps done)"),
  ],
  [
    "hung before the first step",
    toText([startLine(), { event: "phase", name: "import", duration_s: 1 }]),
    { code: null, signal: "SIGKILL", timedOut: true, timeoutS: 60 },
    failed("timeout", "hung: no end after 60 s (no step done, last finished phase: import)"),
  ],
  [
    "hung after its end",
    toText(harnessRun()),
    { code: null, signal: "SIGKILL", timedOut: true, timeoutS: 60 },
    failed("timeout", "did not exit within 60 s (23 steps done)"),
  ],
  ["cancelled", prefix, { code: 130, cancelled: true }, failed("cancelled", "was cancelled after 12 s")],
  [
    "out of memory",
    prefix + toText([error("out-of-memory", "tried to allocate 2 GiB")]),
    { code: 4 },
    failed("out-of-memory", "ran out of memory after 12 s: tried to allocate 2 GiB"),
  ],
  [
    "out of memory, and then it hung",
    prefix + toText([error("out-of-memory", "")]),
    { code: null, signal: "SIGKILL", timedOut: true, timeoutS: 60 },
    failed("out-of-memory", "ran out of memory after 12 s"),
  ],
  [
    "a loss of NaN, told",
    prefix + toText([error("not-finite", "loss of step 4 is nan")]),
    { code: 1 },
    failed("not-finite", "loss of step 4 is nan"),
  ],
  [
    "a loss of NaN, written",
    `${prefix}{"event":"step","index":4,"duration_s":0.1,"loss":NaN}\n`,
    { code: 1 },
    failed("not-finite", "loss became NaN at step 4"),
  ],
  [
    "a failed check",
    prefix + toText([error("check-failed", "the weights did not move")]),
    { code: 5 },
    failed("check-failed", "the weights did not move"),
  ],
  [
    "an exception without text",
    prefix + toText([error("exception", "")]),
    { code: 1 },
    failed("exception", "ended with an error of kind exception"),
  ],
  [
    "stopped from outside",
    prefix + toText([error("cancelled", "stopped by SIGTERM")]),
    { code: 143 },
    failed("killed", "was stopped from outside after 12 s: stopped by SIGTERM"),
  ],
  [
    "a bad exit",
    prefix,
    { code: 3, tail: ["Traceback", "ImportError: no module", "  "] },
    failed("exit-code", "exited with status 3: ImportError: no module"),
  ],
  [
    "a bad exit after a good end",
    toText(harnessRun()),
    { code: 1 },
    failed("exit-code", "exited with status 1 although its events end well"),
  ],
  [
    "never started",
    "",
    { code: null, startError: "spawn python ENOENT" },
    failed("exit-code", "could not be started: spawn python ENOENT"),
  ],
  ["no end", prefix, {}, failed("bad-events", "exited with status 0, but its events stop without `end`")],
  ["no start", toText(steps(3)), {}, failed("bad-events", "its events do not begin with `start`")],
  ["nothing", "", {}, failed("bad-events", "measured nothing: its events hold no step and no metric")],
  ["garbage", `${prefix}oops\n`, {}, failed("bad-events", "its events break off in line 7: not JSON: oops")],
  [
    "truncated",
    `${prefix}{"event":`,
    {},
    failed("bad-events", 'its events break off in line 7: the file stops in the middle of a line: {"event":'),
  ],
  [
    "a wrong count",
    toText([startLine(), ...steps(3), { event: "end", duration_s: 1, steps: 4 }]),
    {},
    failed("bad-events", "its `end` counts 4 steps, its events hold 3"),
  ],
  [
    "another benchmark",
    toText([startLine({ benchmark: "x" }), ...harnessRun().slice(1)]),
    {},
    failed("bad-events", `its events are of another run: benchmark x instead of ${EXPECTED.benchmark}`),
  ],
  [
    "other work",
    toText([startLine({ work_hash: "cd".repeat(32) }), ...harnessRun().slice(1)]),
    {},
    failed("bad-events", `its events are of another run: work hash ${"cd".repeat(32)} instead of ${EXPECTED.workHash}`),
  ],
  [
    "another backend",
    toText(harnessRun(steps(5), "mlx-cpu")),
    {},
    failed("bad-events", "its events are of another run: backend mlx-cpu instead of torch-cpu"),
  ],
])("%s is a failed run with a plain reason", (_name, text, exit, outcome) => {
  const { record, metrics } = make(text, exit);
  expect(record.outcome).toEqual(outcome);
  expect(record).toMatchObject({ values: {}, loss_hash: null });
  expect(metrics).toEqual([]);
});

test("a failed run keeps its steps and phases for the reader", () => {
  const { record } = make(prefix, { code: null, signal: "SIGKILL" });
  expect(record).toMatchObject({ steps: 4, phases: { load_weights: 1 } });
});

test("a user's own command needs only a step or a metric, and a good exit", () => {
  expect(command(`{"event":"step","duration_s":0.2}\n`).record).toMatchObject({
    outcome: { status: "ok" },
    values: { step_time: 0.2 },
    steps: 1,
    warmup_steps: 0,
  });
  const line = `{"event":"metric","name":"speed","value":3,"unit":"it/s","direction":"higher","class":"throughput"}`;
  const made = command(line);
  expect(made.record.outcome).toEqual({ status: "ok" });
  expect(made.metrics[0]).toMatchObject({ name: "speed", primary: true });
  expect(made.environment).toBeNull();
});

test("its durations are believed, even when they are more than the process took", () => {
  const lines = Array.from({ length: 8 }, () => ({ event: "step", duration_s: 50 }));
  expect(command(toText(lines), { durationS: 0.1 }).record).toMatchObject({ values: { step_time: 50 } });
});

test("its exit status and its own error line stand for the end", () => {
  const step = `{"event":"step","duration_s":0.2}\n`;
  expect(command(step, { code: 2 }).record.outcome).toEqual(failed("exit-code", "exited with status 2"));
  const told = command(step + toText([error("out-of-memory", "")]), { code: 0 });
  expect(told.record.outcome).toEqual(failed("out-of-memory", "ran out of memory after 12 s"));
});

test("measuring nothing tells what is needed", () => {
  const { outcome } = command("").record;
  expect(outcome).toMatchObject({ status: "failed", reason: "bad-events" });
  expect(JSON.stringify(outcome)).toContain("FINETUNE_BENCH_EVENTS");
});

test("warnings and throttling of the process are kept, each once", () => {
  const warn = { event: "warning", message: "falls back to eager attention" };
  const device = { event: "device", time_s: 1, throttle: ["hw-thermal", "sw-power-cap"] };
  const { record } = make(toText(harnessRun([warn, warn, device, device, ...steps(5)])));
  expect(record.warnings).toEqual([
    "the device slowed itself down: hw-thermal, sw-power-cap",
    "falls back to eager attention",
  ]);
});

test("a program cannot fill the store with names", () => {
  const lines = Array.from({ length: 300 }, (_, index) => ({ event: "phase", name: `p${index}`, duration_s: 1 }));
  const { record } = make(toText(harnessRun([...lines, stepLine(0)])));
  expect(record.outcome).toEqual(failed("bad-events", "its events name 310 metrics and phases; at most 200 are kept"));
  expect(Object.keys(record.phases)).toHaveLength(200);
});
