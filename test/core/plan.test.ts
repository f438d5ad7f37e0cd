import { expect, test } from "vitest";
import type { Backend } from "../../src/core/backend.ts";
import { cutToBudget } from "../../src/core/budget.ts";
import { shippedCatalogue } from "../../src/core/catalogue.ts";
import type { Probe } from "../../src/core/environment.ts";
import { makePlan } from "../../src/core/plan.ts";
import { parseSuite } from "../../src/core/suite-parse.ts";

const ALL: Backend[] = ["mlx-metal", "mlx-cuda", "mlx-cpu", "torch-cuda", "torch-mps", "torch-cpu"];

function machine(possible: Backend[], faulty: Backend[] = []): Probe {
  return {
    protocol: 1,
    machine: {
      os: "linux",
      os_release: "12",
      os_name: "Debian GNU/Linux 12",
      arch: "x86_64",
      model: "m",
      chip: "c",
      cores: 2,
      memory_bytes: 8e9,
      virtual: null,
      hardware_id_hash: null,
      power_mode: "unknown",
    },
    accelerators: [],
    backends: ALL.map((backend) => ({
      backend,
      possible: possible.includes(backend),
      accelerated: !backend.endsWith("-cpu"),
      faulty: faulty.includes(backend),
      reason: possible.includes(backend) ? null : `no ${backend} here`,
    })),
    python: { version: "3.11.7", executable: "python3", implementation: "CPython" },
    tools: { uv: null, openblas: null, cxx: null },
    drift: {},
    warnings: [],
  };
}

const suite = parseSuite(
  `version: 1
benchmarks:
  - workload: lora-alpaca-tinyllama
    size: tiny
  - name: mine
    command: [true]
    backends: [torch-cpu, torch-cuda]
`.replace("[true]", '["true"]'),
  "s.yml",
);

function ids(probe: Probe, backends: Backend[] | null): { run: string[]; skipped: string[]; failed: string[] } {
  const plan = makePlan(suite, probe, { backends }, shippedCatalogue());
  return {
    run: plan.benchmarks.map((benchmark) => benchmark.id),
    skipped: plan.skipped.map((left) => left.id),
    failed: plan.failed.map((left) => left.id),
  };
}

test("without an accelerator both processors' backends run, with one only its own", () => {
  expect(ids(machine(["torch-cpu", "mlx-cpu"]), null)).toEqual({
    run: ["lora-alpaca-tinyllama.strict.tiny.mlx-cpu", "lora-alpaca-tinyllama.strict.tiny.torch-cpu", "mine.torch-cpu"],
    skipped: ["mine.torch-cuda"],
    failed: [],
  });
  expect(ids(machine(["torch-cpu", "mlx-cpu", "torch-cuda", "mlx-cuda"]), null).run).toEqual([
    "lora-alpaca-tinyllama.strict.tiny.mlx-cuda",
    "lora-alpaca-tinyllama.strict.tiny.torch-cuda",
    "mine.torch-cpu",
    "mine.torch-cuda",
  ]);
});

test("a backend named by the input that cannot run is failed, never skipped", () => {
  expect(ids(machine(["torch-cpu", "mlx-cpu"]), ["torch-cuda"])).toEqual({
    run: [],
    skipped: [],
    failed: ["lora-alpaca-tinyllama.strict.tiny.torch-cuda", "mine.torch-cuda"],
  });
});

test("the processor does not stand in for an accelerator that is there and cannot be used", () => {
  const faulty = machine(["torch-cpu", "mlx-cpu"], ["torch-cuda", "mlx-cuda"]);
  expect(ids(faulty, null)).toEqual({
    run: ["mine.torch-cpu"],
    skipped: [],
    failed: [
      "lora-alpaca-tinyllama.strict.tiny.mlx-cuda",
      "lora-alpaca-tinyllama.strict.tiny.torch-cuda",
      "mine.torch-cuda",
    ],
  });
  const plan = makePlan(suite, faulty, { backends: null }, shippedCatalogue());
  expect(plan.failed[0]?.reason).toBe("no mlx-cuda here");
  // Who names the processor gets it.
  expect(ids(faulty, ["torch-cpu"])).toMatchObject({ run: expect.arrayContaining(["mine.torch-cpu"]), failed: [] });
});

test("an entry that the suite limits to other backends is left out by name, and nobody misses it", () => {
  const plan = makePlan(suite, machine(["torch-cpu", "mlx-cpu"]), { backends: ["mlx-cpu"] }, shippedCatalogue());
  expect(plan.benchmarks.map((benchmark) => benchmark.id)).toEqual(["lora-alpaca-tinyllama.strict.tiny.mlx-cpu"]);
  expect(plan.skipped).toMatchObject([{ id: "mine.mlx-cpu", reason: "the suite limits it to torch-cpu, torch-cuda" }]);
  expect(plan.listed).toEqual(["lora-alpaca-tinyllama.strict.tiny.mlx-cpu"]);
});

test("what is not offered is left out with the size that would be", () => {
  const some = parseSuite(
    `version: 1
benchmarks:
  - { workload: convert-tinyllama, size: tiny }
  - { workload: lm-ptb, size: real }
`,
    "s.yml",
  );
  const { skipped } = makePlan(some, machine(["torch-cpu"]), { backends: ["torch-cpu"] }, shippedCatalogue());
  expect(skipped.map(({ reason }) => reason)).toEqual([
    "convert-tinyllama is not offered on torch-cpu",
    "lm-ptb is not offered on torch-cpu in size real, only in size tiny",
  ]);
});

test("what a framework cannot do is left out by its name on that framework alone", () => {
  const uncorrected = parseSuite(
    `version: 1
benchmarks:
  - { workload: lm-ptb, size: tiny, set: { bias_correction: false } }
  - { workload: lm-ptb, size: tiny, preset: tuned, set: { bias_correction: true } }
`,
    "s.yml",
  );
  const plan = makePlan(uncorrected, machine(["torch-cpu", "mlx-cpu"]), { backends: null }, shippedCatalogue());
  expect(plan.benchmarks.map(({ id }) => id)).toEqual([
    "lm-ptb.strict.tiny.mlx-cpu",
    "lm-ptb.tuned.tiny.mlx-cpu",
    "lm-ptb.tuned.tiny.torch-cpu",
  ]);
  expect(plan.skipped.map(({ reason }) => reason)).toEqual([
    "lm-ptb is not offered on torch-cpu with bias_correction: false",
  ]);
});

test("the budget cuts from the end of the suite, and only what does not fit", () => {
  const spent = [
    { id: "a", durations: [10] },
    { id: "b", durations: [20] },
    { id: "c", durations: [5] },
  ];
  expect([...cutToBudget(spent, 3, 35, 105)]).toEqual([]);
  expect([...cutToBudget(spent, 3, 35, 104)]).toEqual(["c"]);
  expect([...cutToBudget(spent, 3, 35, 60)]).toEqual(["c", "b"]);
  expect([...cutToBudget(spent, 1, 35, 10)]).toEqual([]);
});
