/** Runs the checks of one tier, all of them even when one fails, and says at the end which failed. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { parseArgs } from "node:util";
import { developmentPythons } from "./environments.ts";

const root = path.dirname(import.meta.dirname);

interface Check {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What to add to run only what failed. In CI that is done once, as `test/support/second-look.ts` says why. */
  readonly again?: readonly string[];
}

const { values } = parseArgs({
  options: { slow: { type: "boolean", default: false }, nightly: { type: "boolean", default: false } },
});
const pythons = await developmentPythons();
const env = {
  ...process.env,
  FINETUNE_BENCH_TORCH_PYTHON: pythons.torch,
  FINETUNE_BENCH_MLX_PYTHON: pythons.mlx,
  PYTHONPATH: path.join(root, "harness", "src"),
  PYTHONDONTWRITEBYTECODE: "1",
};

const everyday: Check[] = [
  { name: "types", file: "tsc", args: [] },
  { name: "lint", file: "oxlint", args: ["--type-aware"] },
  { name: "format", file: "oxfmt", args: ["--check"] },
  { name: "schemas are fresh", file: process.execPath, args: ["scripts/schemas.ts", "--check"] },
  { name: "README tables are fresh", file: process.execPath, args: ["scripts/readme-tables.ts", "--check"] },
  { name: "bundle is fresh", file: process.execPath, args: ["scripts/bundle.ts", "--check"] },
  { name: "versions agree", file: process.execPath, args: ["scripts/version.ts", "--check"] },
  { name: "workflow files", file: process.execPath, args: ["scripts/lint-workflows.ts"] },
  { name: "harness lint", file: pythons.dev, args: ["-m", "ruff", "check", "harness", "scripts", "bench"] },
  {
    name: "harness format",
    file: pythons.dev,
    args: ["-m", "ruff", "format", "--check", "harness", "scripts", "bench"],
  },
  {
    name: "harness tests",
    file: pythons.dev,
    args: ["-m", "pytest", "harness"],
    again: ["--last-failed", "--last-failed-no-failures=none"],
  },
  { name: "tests", file: "vitest", args: ["run"] },
];
const slow: Check[] = [
  { name: "build act", file: process.execPath, args: ["scripts/build-tools.ts", "act"] },
  { name: "slow tests", file: "vitest", args: ["run", "--config", "vitest.slow.config.ts"] },
];
/** The everyday tier makes do with 2,000 of each, and with the same ones each time. */
const MANY_INPUTS = { FINETUNE_BENCH_FUZZ: "100000" };
/** Tests of the harness whose inputs are drawn. */
const PROPERTIES = ["fuzz", "canonical", "generate", "hyperparameters", "measure", "order", "packed"];
const nightly: Check[] = [
  {
    name: "the judge's promises",
    file: process.execPath,
    args: ["bench/judge.ts", "--set", "tuning", "--cases", "1000"],
  },
  { name: "the judge's speed", file: process.execPath, args: ["bench/speed.ts"] },
  {
    name: "fuzzing",
    file: "vitest",
    args: [
      "run",
      "test/core",
      "test/io/archive-fuzz.test.ts",
      "test/io/event-payloads.test.ts",
      "test/io/fence.test.ts",
    ],
    env: MANY_INPUTS,
  },
  {
    name: "harness fuzzing",
    file: pythons.dev,
    args: ["-m", "pytest", ...PROPERTIES.map((name) => `harness/tests/test_${name}.py`)],
    env: MANY_INPUTS,
  },
  { name: "the first line of the action", file: process.execPath, args: ["bench/startup.ts"] },
  { name: "another torch in the base", file: "vitest", args: ["run", "--config", "vitest.nightly.config.ts"] },
  { name: "real training step", file: pythons.dev, args: ["-m", "pytest", "harness", "-m", "nightly"] },
];

function succeeds(check: Check): boolean {
  const done = spawnSync(check.file, check.args, {
    cwd: root,
    env: { ...env, ...check.env },
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  return done.status === 0;
}

const checks = values.nightly ? nightly : values.slow ? slow : everyday;
const failed: string[] = [];
for (const check of checks) {
  console.log(`\n── ${check.name}`);
  const began = performance.now();
  let isOk = succeeds(check);
  if (!isOk && check.again !== undefined && process.env["CI"] === "true") {
    console.log(`\n── ${check.name}: what failed, once more`);
    isOk = succeeds({ ...check, args: [...check.args, ...check.again] });
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`── ${check.name}: ${isOk ? "ok" : "FAILED"} (${seconds} s)`);
  if (!isOk) failed.push(check.name);
}
if (failed.length > 0) console.log(`\nFailed: ${failed.join(", ")}`);
console.log(`\n${checks.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
