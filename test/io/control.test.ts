import { chmod, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { Backend } from "../../src/core/backend.ts";
import { controlFindings } from "../../src/core/control.ts";
import { jobResultSchema, type BenchmarkResult, type JobResult } from "../../src/core/result.ts";
import { entrySchemas } from "../../src/core/suite.ts";
import { openDeviceLock } from "../../src/io/device-lock.ts";
import { controlBackends, openControl, type Control, type ControlJob } from "../../src/io/control.ts";
import type { Ready } from "../../src/io/ready.ts";
import { startWatch } from "../../src/io/watch.ts";
import { jobResult } from "../support/results.ts";
import { temporaryFolder, type TemporaryFolder } from "./temporary-folder.ts";

const ROOT = path.join(import.meta.dirname, "..", "..");
const HARNESS = path.join(ROOT, "harness");
const QUIET = path.join(ROOT, "test", "support", "quiet-python");
const SILENT = { phase() {}, line() {}, output() {}, runs() {}, end() {} };

function jobIn(folder: TemporaryFolder, more: Partial<ControlJob> = {}, env: Record<string, string> = {}): ControlJob {
  const host = {
    harness: HARNESS,
    cache: folder.path,
    env: { ...process.env, FINETUNE_BENCH_LOCK_DIR: folder.path, ...env },
    signal: new AbortController().signal,
    progress: SILENT,
  };
  const backends = [{ backend: "torch-cpu", python: null }] as const;
  const lock = openDeviceLock({ host, python: "python3", waitS: 60 });
  return { host, python: QUIET, backends, results: folder.path, watch: null, lock, ...more };
}

async function measured(control: Control, runs: number): Promise<BenchmarkResult[]> {
  for (let number = 1; number <= runs; number++) await control.measure(number);
  return control.results();
}

/** An interpreter that runs `code` in place of the control with a framework, and the real one for everything else. */
async function interpreter(folder: TemporaryFolder, code: string): Promise<string> {
  const file = path.join(folder.path, "framework-python");
  await writeFile(
    file,
    `#!/bin/sh\ncase "$*" in *--stdlib*) exec "${QUIET}" "$@" ;; esac\nEVENTS=$7 exec python3 -c '${code}' "$@"\n`,
  );
  await chmod(file, 0o755);
  return file;
}

test("one run of every backend each time, in order, complete, with the files that tell of it", async () => {
  await using folder = await temporaryFolder();
  const backends = [
    { backend: "torch-cpu", python: QUIET },
    { backend: "mlx-cpu", python: null },
  ] as const;
  const results = await measured(openControl(jobIn(folder, { backends })), 3);
  expect(results.map(({ id, title, status }) => [id, title, status.state])).toEqual([
    ["control.torch-cpu", "control", "complete"],
    ["control.mlx-cpu", "control", "complete"],
  ]);
  for (const { id, runs, metrics, work_hash: workHash, software } of results) {
    expect(runs.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(metrics[0]).toMatchObject({ name: "step_time", primary: true, estimator: "minimum" });
    expect(runs.every((run) => (run.values["step_time"] ?? 0) > 0)).toBe(true);
    expect(workHash).toMatch(/^[0-9a-f]{64}$/);
    expect(software?.facts["python"]).toMatch(/^3\.\d+$/);
    const files = await readdir(path.join(folder.path, "runs", id));
    expect(files.filter((name) => name.endsWith(".jsonl")).sort()).toEqual([
      "head-1.jsonl",
      "head-2.jsonl",
      "head-3.jsonl",
    ]);
  }
  // With the framework and in Python alone it is different work, never compared with each other.
  expect(results[0]?.work_hash).not.toBe(results[1]?.work_hash);
  // What a store keeps and reads again.
  expect(jobResultSchema.parse(jobResult(1, [], { control: results })).control).toEqual(results);
});

test("the harness itself runs the control in Python alone, under a Python with nothing installed", async () => {
  await using folder = await temporaryFolder();
  const [result] = await measured(openControl(jobIn(folder, { python: "python3" })), 2);
  expect(result?.status).toEqual({ state: "complete" });
  expect(result?.runs.map(({ outcome }) => outcome.status)).toEqual(["ok", "ok"]);
  expect(result?.runs[0]?.steps).toBeGreaterThan(result?.runs[0]?.warmup_steps ?? 0);
});

test.each([
  ["has no framework", "import torch_is_not_here"],
  [
    "says that the backend is not available",
    'import os, json; open(os.environ["EVENTS"], "w").write(json.dumps({"event": "error", "kind": "backend-unavailable", "message": "no device"}) + "\\n"); raise SystemExit(4)',
  ],
  ["dies", "import os; os.abort()"],
])("an interpreter that %s: the rest of the job in Python alone, and the log stays", async (_, code) => {
  await using folder = await temporaryFolder();
  const python = await interpreter(folder, code.replaceAll("'", '"'));
  const control = openControl(jobIn(folder, { backends: [{ backend: "torch-cpu", python }] }));
  const [result] = await measured(control, 2);
  expect(result?.status).toEqual({ state: "complete" });
  expect(result?.runs.map(({ outcome }) => outcome.status)).toEqual(["ok", "ok"]);
  const [alone] = await measured(openControl(jobIn(folder, { results: path.join(folder.path, "other") })), 1);
  expect(result?.work_hash).toBe(alone?.work_hash);
  const files = await readdir(path.join(folder.path, "runs", "control.torch-cpu"));
  expect(files).toContain("failed-1.log");
  expect(files.filter((name) => name.startsWith("failed")).every((name) => name.includes("-1."))).toBe(true);
});

test("an interpreter that is not there: the whole job in Python alone", async () => {
  await using folder = await temporaryFolder();
  const control = openControl(jobIn(folder, { backends: [{ backend: "torch-cuda", python: "no-such-python" }] }));
  const [result] = await measured(control, 2);
  expect(result?.status).toEqual({ state: "complete" });
  expect(result?.runs).toHaveLength(2);
  expect(controlFindings(jobResult(9, [], { control: [only(result)] }), [])[0]?.reason).toMatch(
    /on the processor alone/,
  );
});

test("a control that fails everywhere is a value, and says why", async () => {
  await using folder = await temporaryFolder();
  const broken = path.join(folder.path, "broken");
  await writeFile(broken, "#!/bin/sh\necho 'ImportError: no module named finetune_bench' >&2\nexit 1\n");
  await chmod(broken, 0o755);
  const backends = [{ backend: "torch-cpu", python: broken }] as const;
  const [result] = await measured(openControl(jobIn(folder, { backends, python: broken })), 2);
  expect(result?.status).toMatchObject({ state: "failed", reason: "exit-code" });
  expect(result?.status.state === "failed" && result.status.message).toContain("ImportError");
  expect(result?.runs.map(({ outcome }) => outcome.status)).toEqual(["failed", "failed"]);
  const findings = controlFindings(jobResult(9, [], { control: [result].filter((one) => one !== undefined) }), []);
  expect(findings[0]).toMatchObject({ state: "unknown" });
  expect(findings[0]?.reason).toContain("ImportError");
});

test("a later failure does not change the work of the job's control", async () => {
  await using folder = await temporaryFolder();
  const python = await interpreter(folder, "raise SystemExit(7)");
  const sound = path.join(folder.path, "sound");
  await writeFile(
    sound,
    `#!/bin/sh\nif [ -e "${folder.path}/gone" ]; then exec "${python}" "$@"; fi\nexec "${QUIET}" "$@"\n`,
  );
  await chmod(sound, 0o755);
  const control = openControl(jobIn(folder, { backends: [{ backend: "torch-cpu", python: sound }] }));
  await control.measure(1);
  await writeFile(path.join(folder.path, "gone"), "");
  await control.measure(2);
  const [result] = control.results();
  expect(result?.runs.map(({ outcome }) => outcome.status)).toEqual(["ok", "failed"]);
  expect(result?.status).toMatchObject({ state: "failed", reason: "exit-code" });
  // The one number that is there still speaks.
  const stored = [1, 2, 3].map((day) => jobResult(day, [], { control: [complete(result)] }));
  expect(controlFindings(jobResult(9, [], { control: [only(result)] }), stored)[0]?.state).toBe("steady");
});

function only(result: BenchmarkResult | undefined): BenchmarkResult {
  if (result === undefined) throw new Error("no result");
  return result;
}

function complete(result: BenchmarkResult | undefined): BenchmarkResult {
  const whole = only(result);
  return { ...whole, runs: whole.runs.slice(0, 1).flatMap((run) => [run, run]), status: { state: "complete" } };
}

test("a machine that a test slows down is found: stored jobs as they were, today 10 % slower", async () => {
  await using folder = await temporaryFolder();
  const stored: JobResult[] = [];
  for (const day of [1, 2, 3, 4]) {
    const results = path.join(folder.path, `day-${day}`);
    const env = { FINETUNE_BENCH_TEST_CONTROL_SEED: String(day) };
    stored.push(jobResult(day, [], { control: await measured(openControl(jobIn(folder, { results }, env)), 2) }));
  }
  const today = async (slowdown: string): Promise<string | undefined> => {
    const results = path.join(folder.path, slowdown);
    const env = { FINETUNE_BENCH_TEST_CONTROL_SEED: "9", FINETUNE_BENCH_TEST_CONTROL_SLOWDOWN: slowdown };
    const control = await measured(openControl(jobIn(folder, { results }, env)), 2);
    return controlFindings(jobResult(9, [], { control }), stored)[0]?.state;
  };
  expect(await today("1.0")).toBe("steady");
  expect(await today("1.1")).toBe("moved");
});

test("what the watcher sees during a run is a disturbance of that run", async () => {
  await using folder = await temporaryFolder();
  const env = { ...process.env, FINETUNE_BENCH_TEST_WATCH_THROTTLE: "hw_thermal_slowdown" };
  const harness = { python: QUIET, folder: HARNESS, cache: folder.path, env, signal: new AbortController().signal };
  await using watch = startWatch({ harness, file: path.join(folder.path, "device.jsonl"), intervalS: 0.02 });
  await watch.waitUntilIdle({ backend: "torch-cpu", maxS: 20 });
  const backends = [
    { backend: "torch-cuda", python: QUIET },
    { backend: "torch-cpu", python: QUIET },
  ] as const;
  const [onDevice, onProcessor] = await measured(openControl(jobIn(folder, { backends, watch })), 1);
  expect(onDevice?.runs[0]?.disturbances.map(({ kind }) => kind)).toEqual(["thermal"]);
  expect(onDevice?.runs[0]?.disturbances[0]?.message).toContain("hw_thermal_slowdown");
  expect(onProcessor?.runs[0]?.disturbances).toEqual([]);
});

test("a cancelled job runs no more of it", async () => {
  await using folder = await temporaryFolder();
  const job = new AbortController();
  const base = jobIn(folder);
  const control = openControl({ ...base, host: { ...base.host, signal: job.signal } });
  await control.measure(1);
  job.abort();
  await control.measure(2);
  expect(control.results()[0]?.runs).toHaveLength(1);
  const none = openControl({ ...base, host: { ...base.host, signal: job.signal } });
  expect(await measured(none, 1)).toEqual([]);
});

test("the interpreter of a backend is that of its workloads; a user's own program lends its own on an accelerator alone", () => {
  const own = entrySchemas.command.parse({ name: "mine", command: ["python3", "train.py"], backends: ["torch-cpu"] });
  const workload = entrySchemas.workload.parse({ workload: "switch-matmul", preset: "strict", size: "tiny" });
  const ready = (entry: typeof own | typeof workload, backend: Backend, python: string | null): Ready => ({
    planned: { id: "x", title: "x", backend, entry, comparisonClass: "strict" },
    environment: { python, versions: null, parquet: null },
    order: null,
    workHash: "a".repeat(64),
    comparisonClass: "strict",
    hyperparameters: {},
  });
  expect(
    controlBackends([
      ready(own, "torch-cpu", "/own/bin/python"),
      ready(own, "torch-cuda", "/own/bin/python"),
      ready(workload, "torch-cuda", "/torch/bin/python"),
      ready(own, "torch-cuda", "/own/bin/python"),
      ready(own, "torch-mps", null),
      ready(own, "torch-mps", "/own/bin/python"),
      ready(own, "mlx-metal", null),
    ]),
  ).toEqual([
    { backend: "torch-cpu", python: null },
    { backend: "torch-cuda", python: "/torch/bin/python" },
    // An accelerator is reached by a framework alone.
    { backend: "torch-mps", python: "/own/bin/python" },
    { backend: "mlx-metal", python: "python" },
  ]);
});
