import { expect, test } from "vitest";
import { BUILTIN_SUITES } from "../../src/core/builtin-suites.ts";
import { shippedCatalogue } from "../../src/core/catalogue.ts";
import { UserError } from "../../src/core/errors.ts";
import { parseSuite } from "../../src/core/suite-parse.ts";

function mistakes(text: string): string[] {
  try {
    parseSuite(text, "finetune-bench.yml");
  } catch (error) {
    if (error instanceof UserError) return error.message.split("\n");
    throw error;
  }
  return [];
}

test("a built-in suite is written as a user would write it", () => {
  for (const [name, text] of Object.entries(BUILTIN_SUITES)) {
    expect(parseSuite(text, name)).toMatchObject({ name, version: 1, repeats: 3 });
  }
});

test.each(["builtin:tiny", "builtin:real"])("%s names every workload, in that size and on every backend", (name) => {
  const { benchmarks } = parseSuite(BUILTIN_SUITES[name] ?? "", name);
  const listed = new Set(benchmarks.map((entry) => ("workload" in entry ? entry.workload : null)));
  expect(listed).toEqual(new Set(shippedCatalogue().workloads.map((workload) => workload.name)));
  for (const entry of benchmarks) expect(entry).toMatchObject({ size: name.split(":")[1] });
  expect(benchmarks.flatMap(({ backends }) => backends ?? [])).toEqual([]);
});

test("defaults are filled in and units become numbers", () => {
  const suite = parseSuite(
    `version: 1
judge: { min-effect: 1%, max-tolerated: 2.5 % }
benchmarks:
  - name: my-lora
    command: [python, train.py]
    backends: [torch-cpu]
    env: { STEPS: 20 }
    timeout: 1h30m
`,
    "s.yml",
  );
  expect(suite).toEqual({
    name: "s.yml",
    version: 1,
    repeats: 3,
    judge: { "min-effect": 0.01, "max-tolerated": 0.025, confirm: "auto", "max-baseline-age": 30 * 86_400 },
    benchmarks: [
      {
        name: "my-lora",
        command: ["python", "train.py"],
        backends: ["torch-cpu"],
        env: { STEPS: "20" },
        timeout: 5400,
      },
    ],
  });
});

test("every mistake of a file is reported at once, each with its line and column", () => {
  expect(
    mistakes(`version: 1
repeat: 3
judge: { min-effect: 2%, max-tolerated: 5 }
benchmarks:
  - workload: lora-alpaca-tinyllama
    size: huge
  - name: My
    command: python train.py
    backends: [cuda]
    timeout: 10
  - foo: 1
`),
  ).toEqual([
    'finetune-bench.yml:2:1: repeat: unknown key; accepted: version, repeats, judge, benchmarks; did you mean "repeats"?',
    "finetune-bench.yml:3:41: judge.max-tolerated: must be a percentage such as 2%; given 5",
    'finetune-bench.yml:6:11: benchmarks[0].size: must be one of "tiny", "real"; given "huge"',
    'finetune-bench.yml:7:11: benchmarks[1].name: must be lower-case letters, digits and -, at most 60 of them; given "My"',
    'finetune-bench.yml:8:14: benchmarks[1].command: must be a list; given "python train.py"',
    'finetune-bench.yml:9:16: benchmarks[1].backends[0]: must be one of "mlx-metal", "mlx-cuda", "mlx-cpu", "torch-cuda", "torch-mps", "torch-cpu"; given "cuda"',
    "finetune-bench.yml:10:14: benchmarks[1].timeout: must be a duration such as 90s, 10m or 1h30m; given 10",
    'finetune-bench.yml:11:5: benchmarks[2]: needs "workload" (a built-in one), or "name" and "command" (your own program)',
  ]);
});

test("a mistake in one entry hides none in the others, and places stay as they are in the file", () => {
  const found = mistakes(`version: 1
benchmarks:
  - workload: lm-ptb
    sizes: tiny
  - workload: lm-ptp
    size: tiny
  - { workload: lm-ptb, size: tiny }
  - { workload: lm-ptb, size: tiny }
`);
  expect(found).toHaveLength(4);
  expect(found[2]).toMatch(/:5:15: benchmarks\[1\]\.workload: there is no workload "lm-ptp".*did you mean "lm-ptb"\?$/);
  expect(found[3]).toMatch(/:8:5: benchmarks\[3\]: is lm-ptb\.strict\.tiny again, which benchmarks\[2\] already is$/);
});

test.each(["", "# nothing yet\n", "~"])("a file that holds nothing is told what it needs: %j", (text) => {
  expect(mistakes(text)).toEqual(['finetune-bench.yml:1:1: holds nothing; needed are "version: 1" and "benchmarks"']);
});

test("names the catalogue does not have are explained with what it has", () => {
  const [workload, preset, set, value, double] = mistakes(`version: 1
benchmarks:
  - workload: lora-alpaca-tinylama
    size: tiny
  - workload: lora-alpaca-tinyllama
    size: tiny
    preset: strikt
    set: { max_lenght: 64, rows: many }
  - workload: switch-matmul
    size: tiny
  - workload: switch-matmul
    size: tiny
    backends: [torch-cpu]
`);
  expect(workload).toMatch(
    /^finetune-bench.yml:3:15: .*there is no workload "lora-alpaca-tinylama".*did you mean "lora-alpaca-tinyllama"\?$/,
  );
  expect(preset).toMatch(/^finetune-bench.yml:7:13: .*no preset "strikt"; accepted: strict/);
  expect(set).toMatch(/^finetune-bench.yml:8:12: .*"max_lenght".*; did you mean "max_length"\? accepted: rows, /);
  expect(value).toMatch(/^finetune-bench.yml:8:34: .*rows: must be a whole number; given "many"$/);
  expect(double).toMatch(
    /^finetune-bench.yml:11:5: .*is switch-matmul.strict.tiny again, which benchmarks\[2\] already is$/,
  );
});

test("a value is held to both ends of its range", () => {
  const said = mistakes(`version: 1
benchmarks:
  - workload: lm-ptb
    size: tiny
    set: { dropout: 1, seed: 9007199254740993, stride: -1, learning_rate: 1e300 }
`);
  expect(said.map((line) => line.replace(/^\S+ /, ""))).toEqual([
    "benchmarks[0].set.dropout: must be less than 1; given 1",
    "benchmarks[0].set.seed: must be at most 9007199254740991; given 9007199254740992",
    "benchmarks[0].set.stride: must be at least 0; given -1",
    "benchmarks[0].set.learning_rate: must be less than 1000000000000000000; given 1e+300",
  ]);
});

function named(name: string): string[] {
  return mistakes(
    `version: 1\nbenchmarks:\n  - name: ${name}\n    command: [python, train.py]\n    backends: [torch-cpu]\n`,
  );
}

test("a program of one's own takes no name of something built in", () => {
  expect(named("switch-matmul")).toEqual([
    "finetune-bench.yml:3:11: benchmarks[0].name: switch-matmul is the name of a built-in workload; choose another",
  ]);
  expect(named("control")).toEqual([
    "finetune-bench.yml:3:11: benchmarks[0].name: control is the name of the control workload that every job runs; choose another",
  ]);
});

test("broken YAML names its place", () => {
  expect(mistakes("version: 1\nbenchmarks: [\n")[0]).toMatch(/^finetune-bench.yml:\d+:\d+: not valid YAML: /);
  expect(mistakes("")).toHaveLength(1);
  expect(mistakes("version: 1\nversion: 1\nbenchmarks: []")[0]).toMatch(/^finetune-bench.yml:2:1: not valid YAML/);
});
