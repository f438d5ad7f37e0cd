import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { chmod, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { eventSchema } from "../../src/core/protocol.ts";
import type { DeviceEvent } from "../../src/core/protocol.ts";
import type { Harness } from "../../src/io/harness.ts";
import { startWatch, type Watch } from "../../src/io/watch.ts";
import { kill, withVariable } from "../support/process-tree.ts";
import { runningTime } from "../../src/io/running-time.ts";
import { temporaryFolder, type TemporaryFolder } from "./temporary-folder.ts";

const ROOT = path.join(import.meta.dirname, "..", "..");
const QUIET = path.join(ROOT, "test", "support", "quiet-python");

function harnessWith(python: string, folder: TemporaryFolder, more: Partial<Harness> = {}): Harness {
  const env = { ...process.env, RUNNER_TRACKING_ID: path.basename(folder.path) };
  return { python, folder: path.join(ROOT, "harness"), cache: folder.path, env, signal: neverAborted, ...more };
}

const neverAborted = new AbortController().signal;

/** An interpreter that is a watcher of its own: a Python program with `say(sample)` and the samples of the test. */
async function watcher(folder: TemporaryFolder, code: string): Promise<string> {
  const file = path.join(folder.path, "watcher");
  const head = `#!/usr/bin/env python3
import json, select, sys, time
def say(**facts):
    print(json.dumps({"event": "device", "time_s": time.time(), **facts}), flush=True)
`;
  await writeFile(file, head + code);
  await chmod(file, 0o755);
  return file;
}

function open(folder: TemporaryFolder, python: string, more: Partial<Harness> = {}, intervalS = 0.05): Watch {
  return startWatch({
    harness: harnessWith(python, folder, more),
    file: path.join(folder.path, "device.jsonl"),
    intervalS,
  });
}

async function until<T>(what: () => T | undefined | null | false | Promise<T | undefined | null | false>): Promise<T> {
  const end = Date.now() + 20_000;
  while (Date.now() < end) {
    const found = await what();
    if (found !== undefined && found !== null && found !== false) return found;
    await sleep(20);
  }
  throw new Error("it did not come within 20 s");
}

const all = (watch: Watch): DeviceEvent[] => watch.between(0, Date.now() + 1e6);

test("samples are kept in memory and in a file, by their time; nothing is left running", async () => {
  await using folder = await temporaryFolder();
  const mark = path.basename(folder.path);
  let kept: DeviceEvent[] = [];
  {
    await using watch = open(folder, QUIET);
    await until(() => all(watch).length >= 4);
    kept = all(watch);
    const [first, second, third] = kept.map(({ time_s }) => time_s * 1000);
    if (first === undefined || second === undefined || third === undefined) throw new Error("no samples");
    expect(watch.between(first, second)).toEqual(kept.slice(0, 2));
    // Too short to hold a sample: its neighbours tell.
    const between = (second + third) / 2;
    expect(watch.between(between, between)).toEqual(kept.slice(1, 3));
    expect(watch.between(first - 5000, first - 4000)).toEqual([]);
    expect(watch.fault()).toBeNull();
    expect(await withVariable("RUNNER_TRACKING_ID", mark)).toHaveLength(1);
  }
  const written = (await readFile(path.join(folder.path, "device.jsonl"), "utf8")).trim().split("\n");
  expect(written.slice(0, kept.length).map((line) => JSON.parse(line))).toEqual(kept);
  expect(await withVariable("RUNNER_TRACKING_ID", mark)).toEqual([]);
});

test("this machine is watched by the harness itself", async () => {
  await using folder = await temporaryFolder();
  await using watch = open(folder, "python3", {}, 0.2);
  const samples = await until(() => all(watch).length >= 3 && all(watch));
  for (const sample of samples) expect(eventSchema.parse(sample)).toEqual(sample);
  const last = samples.at(-1);
  expect(Math.abs((last?.time_s ?? 0) * 1000 - Date.now())).toBeLessThan(5000);
  expect(last?.cpu_busy).toBeGreaterThanOrEqual(0);
  expect(watch.fault()).toBeNull();
});

test("a watcher that ends by itself is a fault with its last words, and no failure", async () => {
  await using folder = await temporaryFolder();
  const python = await watcher(folder, `say()\nprint("no such counter", file=sys.stderr)\nsys.exit(3)\n`);
  await using watch = open(folder, python);
  expect(await until(() => watch.fault())).toBe(
    "the watcher of the machine ended with exit status 3 (no such counter)",
  );
  expect(all(watch)).toHaveLength(1);
  using clock = runningTime();
  expect(await watch.waitUntilIdle({ backend: "torch-cpu", maxS: 10 })).toBeNull();
  expect(clock.ms()).toBeLessThan(2000);
});

test("so is one that is killed, or cannot be started", async () => {
  await using folder = await temporaryFolder();
  const python = await watcher(folder, `import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n`);
  {
    await using watch = open(folder, python);
    expect(await until(() => watch.fault())).toBe("the watcher of the machine ended by SIGKILL");
  }
  await using missing = open(folder, path.join(folder.path, "nothing"));
  expect(await until(() => missing.fault())).toMatch(/^the watcher of the machine could not be started: .*ENOENT/);
  expect(all(missing)).toEqual([]);
});

test("what is no sample is a fault; the samples around it count", async () => {
  await using folder = await temporaryFolder();
  const python = await watcher(folder, `say()\nprint("warming up")\nsay()\nsys.stdin.read()\n`);
  await using watch = open(folder, python);
  await until(() => all(watch).length === 2);
  expect(watch.fault()).toContain("no sample: warming up");
});

test("a file that cannot be written is a fault, and the samples still count", async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, "missing", "device.jsonl");
  await using watch = startWatch({ harness: harnessWith(QUIET, folder), file, intervalS: 0.05 });
  await until(() => all(watch).length >= 2);
  expect(await until(() => watch.fault())).toContain("cannot be written");
});

test("a watcher that does not end when asked is ended, with what it started", async () => {
  await using folder = await temporaryFolder();
  const python = await watcher(
    folder,
    `import signal, subprocess
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen(["sleep", "60"])
say()
time.sleep(60)
`,
  );
  using clock = runningTime();
  {
    await using watch = open(folder, python);
    await until(() => all(watch).length > 0);
    expect(await withVariable("RUNNER_TRACKING_ID", path.basename(folder.path))).toHaveLength(2);
  }
  expect(clock.ms()).toBeLessThan(15_000);
  expect(await withVariable("RUNNER_TRACKING_ID", path.basename(folder.path))).toEqual([]);
});

test("it does not outlive the program that started it, not even a killed one", async () => {
  await using folder = await temporaryFolder();
  const mark = path.basename(folder.path);
  const { python, env, ...where } = harnessWith(QUIET, folder);
  const code = `
    import { startWatch } from ${JSON.stringify(path.join(ROOT, "src", "io", "watch.ts"))};
    const harness = ${JSON.stringify({ python, ...where })};
    startWatch({ harness: { ...harness, env: process.env, signal: new AbortController().signal }, file: "/dev/null", intervalS: 0.1 });
    setInterval(() => {}, 1000);
  `;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", code], { env, stdio: "ignore" });
  await until(async () => (await withVariable("RUNNER_TRACKING_ID", mark)).length >= 2);
  if (parent.pid === undefined) throw new Error("it did not start");
  kill(parent.pid, "SIGKILL");
  await until(async () => (await withVariable("RUNNER_TRACKING_ID", mark)).length === 0);
  expect(parent.exitCode).toBeNull();
});

const FOREVER = `
while True:
    say(**samples.pop(0) if len(samples) > 1 else samples[0])
    if select.select([sys.stdin], [], [], 0.05)[0]:
        break
`;

test.each([
  ["torch-cpu", [{ cpu_busy: 0.1 }]],
  ["torch-cpu", [{}, { cpu_busy: 0.9 }, { cpu_busy: 0.9 }, { cpu_busy: 0.2 }]],
  // Work of others on the processors does not slow an accelerator that waits for nobody.
  ["torch-cuda", [{ cpu_busy: 0.9, device_busy: 0, foreign_processes: 0 }]],
  [
    "torch-cuda",
    [
      { device_busy: 1, foreign_processes: 1 },
      { device_busy: 0.05, foreign_processes: 0 },
    ],
  ],
  // A machine that does not tell is not waited for.
  ["mlx-metal", [{ cpu_busy: 0.9 }]],
  ["torch-cpu", [{ temperature_c: 40 }]],
] as const)("idle for %s, now or after a while: %j", async (backend, samples) => {
  await using folder = await temporaryFolder();
  const python = await watcher(folder, `samples = json.loads('${JSON.stringify(samples)}')${FOREVER}`);
  await using watch = open(folder, python);
  using clock = runningTime();
  expect(await watch.waitUntilIdle({ backend, maxS: 20 })).toBeNull();
  expect(clock.ms()).toBeLessThan(10_000);
  expect(all(watch).length).toBeGreaterThanOrEqual(Math.min(2, samples.length));
});

test.each([
  ["torch-cpu", { cpu_busy: 0.63 }, "the processors were 63 % busy with other work"],
  ["torch-cuda", { device_busy: 0.4, foreign_processes: 0 }, "the accelerator was 40 % busy with other work"],
  ["torch-cuda", { device_busy: 0.4, foreign_processes: 2 }, "2 other programs used the accelerator"],
] as const)("busy for %s: %j", async (backend, sample, said) => {
  await using folder = await temporaryFolder();
  const python = await watcher(folder, `samples = [json.loads('${JSON.stringify(sample)}')]${FOREVER}`);
  await using watch = open(folder, python);
  await until(() => all(watch).length > 0);
  const began = Date.now();
  using clock = runningTime();
  expect(await watch.waitUntilIdle({ backend, maxS: 0.5 })).toBe(said);
  expect(Date.now() - began).toBeGreaterThanOrEqual(450);
  expect(clock.ms()).toBeLessThan(5000);
});

test("what was seen before this program stood still is no answer about now", async () => {
  await using folder = await temporaryFolder();
  const go = path.join(folder.path, "go");
  const python = await watcher(
    folder,
    `import os
while not select.select([sys.stdin], [], [], 0.05)[0]:
    say(cpu_busy=0.1 if os.path.exists(${JSON.stringify(go)}) else 0.9)
`,
  );
  await using watch = open(folder, python);
  await until(() => all(watch).length > 0);
  const waiting = watch.waitUntilIdle({ backend: "torch-cpu", maxS: 1 });
  writeFileSync(go, "");
  // The time is over and idle samples have come before this program can look at either: from here it looks at the time first.
  await new Promise((resolve) => void setImmediate(resolve));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000);
  expect(await waiting).toBeNull();
});

test("a cancelled job waits for nothing", async () => {
  await using folder = await temporaryFolder();
  const python = await watcher(folder, `samples = [{"cpu_busy": 1}]${FOREVER}`);
  const job = new AbortController();
  await using watch = open(folder, python, { signal: job.signal });
  const waiting = watch.waitUntilIdle({ backend: "torch-cpu", maxS: 20 });
  await until(() => all(watch).length > 0);
  using clock = runningTime();
  job.abort();
  expect(await waiting).toBeNull();
  expect(clock.ms()).toBeLessThan(2000);
});
