import { expect, test } from "vitest";
import type { Backend } from "../../src/core/backend.ts";
import { readEvents } from "../../src/core/events.ts";
import { metricSchema } from "../../src/core/metrics.ts";
import { deriveMetrics, type RunMetrics } from "../../src/core/run-metrics.ts";
import { harnessRun, stepLine, steps, toText } from "../support/event-lines.ts";

function derive(lines: readonly object[], backend: Backend = "torch-cpu"): RunMetrics {
  const { events, problem } = readEvents(toText(lines));
  expect(problem).toBeNull();
  const derived = deriveMetrics(events, backend, 9);
  for (const metric of derived.metrics) metricSchema.parse(metric);
  expect(derived.metrics.map(({ name }) => name)).toEqual(Object.keys(derived.values));
  expect(derived.metrics.filter((metric) => metric.primary).length).toBeLessThanOrEqual(1);
  return derived;
}

function primary({ metrics }: RunMetrics): object | undefined {
  return metrics.find((metric) => metric.primary);
}

/** Three slow steps and ten that wander about their median of 0.11, in seconds. */
const WANDERING = [0.9, 0.5, 0.4, 0.11, 0.1, 0.13, 0.12, 0.1, 0.11, 0.12, 0.11, 0.1, 0.13];

test("the minimum on a processor, the median on an accelerator, both after warm-up", () => {
  const lines = harnessRun(WANDERING.map((duration_s, index) => stepLine(index, { duration_s })));
  const cpu = derive(lines, "torch-cpu");
  expect(cpu.warmupSteps).toBe(3);
  expect(cpu.values["step_time"]).toBeCloseTo(0.1, 12);
  expect(cpu.values["tokens_per_second"]).toBeCloseTo(3840, 8);
  expect(primary(cpu)).toEqual({
    name: "tokens_per_second",
    unit: "tok/s",
    direction: "higher",
    class: "throughput",
    estimator: "minimum",
    primary: true,
  });
  const metal = derive(lines, "mlx-metal");
  expect(metal.values["step_time"]).toBeCloseTo(0.11, 12);
  expect(primary(metal)).toMatchObject({ estimator: "median" });
});

test("of the three metrics made of step times only the primary one gates", () => {
  const { metrics } = derive(harnessRun());
  const speed = metrics.filter(({ name }) => /per_second$|^step_time$/.test(name) && !name.startsWith("timed"));
  expect(speed.map(({ name, class: metricClass }) => [name, metricClass])).toEqual([
    ["tokens_per_second", "throughput"],
    ["samples_per_second", "info"],
    ["step_time", "info"],
  ]);
});

test("steps of unequal length are estimated per padded token: the shortest batch does not win", () => {
  // 1 ms a token throughout; every other step has half the tokens, so half the time.
  const lengths = Array.from({ length: 23 }, (_, index) => (index % 2 === 0 ? 512 : 256));
  const lines = harnessRun(
    lengths.map((tokens, index) =>
      stepLine(index, { tokens_padded: tokens, tokens_real: tokens / 2, duration_s: tokens / 1000 }),
    ),
  );
  const { values } = derive(lines);
  expect(values["tokens_per_second"]).toBeCloseTo(500, 8);
  const meanTokens = (12 * 512 + 11 * 256) / 23;
  expect(values["step_time"]).toBeCloseTo(meanTokens / 1000, 10);
});

test("how many steps are tagged does not move the work per step", () => {
  const [few, many] = [3, 8].map((tagged) =>
    derive(
      harnessRun(steps(24, (index) => ({ tokens_real: 100 + index, phase: index < tagged ? "warmup" : "timed" }))),
    ),
  );
  expect([few?.warmupSteps, many?.warmupSteps]).toEqual([3, 8]);
  expect(few?.values["tokens_per_second"]).toBe(many?.values["tokens_per_second"]);
});

test("without tokens the primary is samples per second, without samples the step time", () => {
  const none = { tokens_padded: undefined, tokens_real: undefined, tokens_loss: undefined };
  const samples = derive(harnessRun(steps(23, () => none)));
  expect(primary(samples)).toMatchObject({ name: "samples_per_second", class: "throughput" });
  expect(samples.values["samples_per_second"]).toBeCloseTo(40, 10);
  const bare = derive(harnessRun(steps(23, () => ({ ...none, samples: undefined }))));
  expect(primary(bare)).toMatchObject({ name: "step_time", class: "throughput", direction: "lower" });
  expect(bare.values["samples_per_second"]).toBeUndefined();
});

test("counters that only some steps give are not used, and that is said", () => {
  const { values, warnings, metrics } = derive(
    harnessRun(steps(10, (index) => (index === 4 ? { tokens_real: undefined, tokens_padded: 0 } : {}))),
  );
  expect(values["tokens_per_second"]).toBeUndefined();
  expect(metrics[0]?.name).toBe("samples_per_second");
  expect(warnings).toEqual([
    "tokens_padded is above zero in 9 of 10 steps only, and therefore not used",
    "tokens_real is above zero in 9 of 10 steps only, and therefore not used",
  ]);
});

test("the halves of a matrix iteration become rates in FLOP/s, beside the step time that gates", () => {
  const halves = { accelerator_s: 0.06, cpu_s: 0.04, accelerator_flop: 8e8, cpu_flop: 8e8 };
  const none = { tokens_padded: undefined, tokens_real: undefined, tokens_loss: undefined, samples: undefined };
  const made = derive(harnessRun(steps(23, () => ({ ...none, ...halves, loss: undefined }))));
  expect(primary(made)).toMatchObject({ name: "step_time" });
  expect(made.values["accelerator_rate"]).toBeCloseTo(8e8 / 0.06, 0);
  expect(made.values["cpu_rate"]).toBeCloseTo(2e10, 0);
  expect(made.values["accelerator_time"]).toBeCloseTo(20 * 0.06, 10);
  expect(made.metrics.find(({ name }) => name === "cpu_rate")).toMatchObject({ unit: "FLOP/s", class: "info" });
  expect(made.values["final_loss"]).toBeUndefined();
});

test("a step that converts has a rate in B/s, beside the step time that gates", () => {
  const none = { tokens_padded: undefined, tokens_real: undefined, tokens_loss: undefined, samples: undefined };
  const made = derive(harnessRun(steps(23, () => ({ ...none, bytes: 2e8, loss: undefined }))));
  expect(primary(made)).toMatchObject({ name: "step_time", direction: "lower" });
  expect(made.values["bytes_per_second"]).toBeCloseTo(2e9, 0);
  expect(made.metrics.find(({ name }) => name === "bytes_per_second")).toMatchObject({ unit: "B/s", class: "info" });
});

/** A run that swaps while it loads, and by so many bytes in its timed steps. */
function swapping(timed: number): RunMetrics {
  const grown = { load_weights: 2 ** 33, warmup: 2 ** 20, timed };
  const lines = Object.entries(grown).map(([phase, bytes]) => ({ event: "memory", phase, swap_delta_bytes: bytes }));
  return derive(harnessRun([...lines, ...steps(23)]));
}

test("growth of swap is summed over the phases that train, and told where memory was short", () => {
  const much = swapping(2 ** 30);
  expect(much.values["swap_growth"]).toBe(2 ** 30 + 2 ** 20);
  expect(much.warnings).toEqual(["the machine's use of swap grew by 1.001 GiB while it trained: memory was short"]);
  expect(swapping(2 ** 27).warnings).toEqual([]);
  expect(swapping(-(2 ** 30)).values["swap_growth"]).toBeLessThan(0);
});

test("totals, data time, phases and the whole process are told as info", () => {
  const body = [
    { event: "phase", name: "load_weights", duration_s: 1.5 },
    { event: "phase", name: "validate", duration_s: 0.5 },
    { event: "phase", name: "validate", duration_s: 0.25 },
    ...steps(23, (index) => ({ data_s: index / 1000 })),
  ];
  const { values, metrics } = derive(harnessRun(body));
  expect(values).toMatchObject({
    "phase.load_weights": 1.5,
    "phase.validate": 0.75,
    end_to_end_duration: 9,
    data_time: 0.0125,
  });
  expect(values["timed_duration"]).toBeCloseTo(2, 10);
  expect(values["timed_tokens_per_second"]).toBeCloseTo(3840, 8);
  expect(values["timed_samples_per_second"]).toBeCloseTo(40, 8);
  const counters = ["timed_padded_tokens_per_second", "timed_loss_tokens_per_second"].map((name) => values[name]);
  expect(counters).toEqual([expect.closeTo(5120, 6), expect.closeTo(2000, 6)]);
  const info = metrics.filter(({ name }) => name.startsWith("phase.") || name.startsWith("timed_"));
  expect(info.map((metric) => metric.class)).toEqual(info.map(() => "info"));
});

test("a phase that counts its tokens has a speed and a peak of its own, which do not mix with those of training", () => {
  const body = [
    ...steps(9),
    memory("timed", 500, 50),
    { event: "phase", name: "evaluate", duration_s: 0.5, samples: 4, tokens_padded: 256, tokens_real: 100 },
    memory("evaluate", 700, 70),
    { event: "phase", name: "save", duration_s: 0.5 },
  ];
  const { values, metrics } = derive(harnessRun(body));
  expect(values).toMatchObject({
    "phase.evaluate": 0.5,
    "phase.evaluate.tokens_per_second": 200,
    "phase.evaluate.peak_memory": 700,
    peak_memory: 500,
  });
  expect(values["phase.save.tokens_per_second"]).toBeUndefined();
  const speed = metrics.find(({ name }) => name === "phase.evaluate.tokens_per_second");
  expect(speed).toMatchObject({ unit: "tok/s", direction: "higher", class: "info", primary: false });
});

function memory(phase: string, alloc: number, rss: number): object {
  const reserved = { reserved_peak_bytes: 2 * alloc, rss_peak_bytes: rss };
  return { event: "memory", phase, alloc_peak_bytes: alloc, ...reserved };
}

test("peak memory is the allocator's peak while training; what the process holds is info", () => {
  const body = [memory("load_weights", 900, 90), memory("warmup", 400, 40), ...steps(9), memory("timed", 500, 50)];
  const { values, metrics } = derive(harnessRun(body));
  expect(values).toMatchObject({ peak_memory: 500, reserved_peak: 1000, rss_peak: 50 });
  expect(metrics.find(({ name }) => name === "peak_memory")).toMatchObject({ class: "memory", direction: "lower" });
  expect(metrics.find(({ name }) => name === "rss_peak")).toMatchObject({ class: "info" });
  expect(derive(harnessRun([memory("whole", 700, 70), ...steps(9)])).values).toMatchObject({ peak_memory: 700 });
  const untold = derive(harnessRun([{ event: "memory", phase: "timed", rss_peak_bytes: 5 }, ...steps(9)]));
  expect(untold.values["peak_memory"]).toBeUndefined();
});

test("the final loss is that of the last step which tells one", () => {
  expect(derive(harnessRun()).values["final_loss"]).toBeCloseTo(5.8, 12);
  const sparse = steps(10, (index) => (index % 4 === 0 ? {} : { loss: undefined }));
  expect(derive(harnessRun(sparse)).values["final_loss"]).toBeCloseTo(7.2, 12);
});

const reported = (name: string, value: number, overrides: object = {}): object => ({
  event: "metric",
  name,
  value,
  unit: "it/s",
  direction: "higher",
  class: "throughput",
  ...overrides,
});

test("without steps the first throughput line is the primary metric, and of repeated lines the last counts", () => {
  const made = derive([
    reported("score", 0.5, { class: "info", unit: "" }),
    reported("speed", 10),
    reported("other_speed", 3),
    reported("speed", 12),
  ]);
  expect(primary(made)).toMatchObject({ name: "speed", unit: "it/s", estimator: "reported" });
  expect(made.values).toMatchObject({ speed: 12, other_speed: 3, score: 0.5 });
  expect(made.metrics.find(({ name }) => name === "other_speed")).toMatchObject({
    class: "throughput",
    primary: false,
  });
  expect(made.warmupSteps).toBe(0);
});

test("beside steps a program's own metrics keep their class and never become primary", () => {
  const loss = reported("validation_loss", 3.2, { unit: "nat", direction: "lower", class: "loss" });
  const made = derive(harnessRun([...steps(23), loss, reported("speed", 5)]));
  expect(primary(made)).toMatchObject({ name: "tokens_per_second" });
  expect(made.metrics.find(({ name }) => name === "validation_loss")).toEqual({
    name: "validation_loss",
    unit: "nat",
    direction: "lower",
    class: "loss",
    estimator: "reported",
    primary: false,
  });
  expect(made.metrics.find(({ name }) => name === "speed")).toMatchObject({ primary: false });
});

test("a program's own number beats the one made of its steps, and stays the primary one", () => {
  const own = reported("tokens_per_second", 99, { unit: "tok/s", class: "info" });
  const made = derive(harnessRun([...steps(23), own]));
  expect(made.values["tokens_per_second"]).toBe(99);
  expect(primary(made)).toMatchObject({ name: "tokens_per_second", class: "throughput", estimator: "reported" });
});

test("one step or two are measured as they are", () => {
  expect(derive([{ event: "step", duration_s: 0.5 }]).values["step_time"]).toBe(0.5);
  const two = derive([
    { event: "step", duration_s: 0.5 },
    { event: "step", duration_s: 0.25 },
  ]);
  expect(two.values["step_time"]).toBe(0.25);
  expect(two.warmupSteps).toBe(1);
});

test("a very long run does not overflow anything", () => {
  const events = Array.from({ length: 200_000 }, () => ({ event: "step", duration_s: 0.001 }) as const);
  const made = deriveMetrics(events, "torch-cpu", 300);
  expect(made.values["step_time"]).toBe(0.001);
  expect(made.warmupSteps).toBe(3);
});
