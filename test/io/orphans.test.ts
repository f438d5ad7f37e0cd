import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { noteChild, readNotes } from "../../src/io/child-notes.ts";
import { measuringEnvironment } from "../../src/io/child-environment.ts";
import { cleanUp } from "../../src/io/clean-up.ts";
import { livingProcesses, parseGetProcess, parsePs, parseStat, startTicks } from "../../src/io/living.ts";
import { orphansOf, taskkill } from "../../src/io/orphans.ts";

let temp = "";
const started: number[] = [];

beforeEach(async () => {
  temp = await mkdtemp(path.join(os.tmpdir(), "finetune-bench-orphans-"));
});
afterEach(async () => {
  for (const pid of started.splice(0)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // As it should be: ended already.
    }
  }
  await rm(temp, { recursive: true, force: true });
});

/** A process that leads a group of its own; resolves once it has said what it had to say. */
async function start(code: string, env: Record<string, string> = {}): Promise<{ pid: number; words: string }> {
  const child = spawn("python3", ["-c", code], {
    detached: true,
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const words = await new Promise<string>((resolve) => child.stdout.once("data", (data) => resolve(String(data))));
  const pid = child.pid ?? 0;
  started.push(pid);
  return { pid, words };
}

const SLEEP = "import time; print('up', flush=True); time.sleep(60)";

function isAlive(pid: number): boolean {
  return livingProcesses([pid]).some((living) => living.pid === pid);
}

describe("what a killed action leaves behind", () => {
  it("is ended with its whole group, and its notes and scratch folders are removed", async () => {
    const env = { RUNNER_TEMP: temp };
    const child = await start(
      `import subprocess, sys\nprint(subprocess.Popen(["sleep", "60"]).pid, flush=True)\nimport time; time.sleep(60)`,
    );
    noteChild(child.pid, env);
    const mine = path.join(temp, "finetune-bench-scratch-AbCdEf", "base");
    await mkdir(mine, { recursive: true });
    await writeFile(path.join(mine, "file"), "x");
    await mkdir(path.join(temp, "finetune-bench", "results"), { recursive: true });
    await mkdir(path.join(temp, "finetune-bench-user"));
    expect(await cleanUp(env)).toEqual({ processes: 1, folders: 1 });
    expect([isAlive(child.pid), isAlive(Number(child.words))]).toEqual([false, false]);
    expect((await readdir(temp)).sort()).toEqual(["finetune-bench", "finetune-bench-user"]);
    expect(await cleanUp(env)).toEqual({ processes: 0, folders: 0 });
  });

  it("is found by its group where the process that led it has ended", async () => {
    const env = { RUNNER_TEMP: temp };
    const child = await start(
      `import subprocess, time\nprint(subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL).pid, flush=True)\ntime.sleep(60)`,
    );
    noteChild(child.pid, env);
    process.kill(child.pid, "SIGKILL");
    await expect.poll(() => isAlive(child.pid), { timeout: 20_000 }).toBe(false);
    expect(isAlive(Number(child.words))).toBe(true);
    expect((await cleanUp(env)).processes).toBe(1);
    expect(isAlive(Number(child.words))).toBe(false);
  });

  it("never is a process that was given the number of an earlier one", async () => {
    const env = { RUNNER_TEMP: temp };
    const { pid } = await start(SLEEP);
    noteChild(pid, env);
    const file = path.join(temp, "finetune-bench-processes", `${pid}.json`);
    const ticks = startTicks(pid);
    expect(ticks).not.toBeNull();
    await writeFile(file, JSON.stringify({ pid, startedMs: Date.now(), ticks: (ticks ?? 0) - 500 }));
    expect((await cleanUp(env)).processes).toBe(0);
    expect(isAlive(pid)).toBe(true);
  });

  it("is found by its variables in a session of its own, in this job alone", async () => {
    const job = { RUNNER_TRACKING_ID: "github_this", FINETUNE_BENCH_LOCK_DIR: "/x" };
    const mine = await start(SLEEP, measuringEnvironment(job));
    const other = await start(SLEEP, measuringEnvironment({ ...job, RUNNER_TRACKING_ID: "github_other" }));
    const unmarked = await start(SLEEP, job);
    expect((await cleanUp({ RUNNER_TEMP: temp, RUNNER_TRACKING_ID: "github_this" })).processes).toBe(1);
    expect([mine, other, unmarked].map(({ pid }) => isAlive(pid))).toEqual([false, true, true]);
  });

  it("survives notes that were cut short, and hostile ones", async () => {
    const folder = path.join(temp, "finetune-bench-processes");
    await mkdir(folder);
    const hostile = [
      "",
      '{"pid":12',
      '{"pid":1,"startedMs":1}',
      '{"pid":-5,"startedMs":1}',
      '{"pid":"7"}',
      "null",
      "[]",
    ];
    for (const [index, text] of hostile.entries()) await writeFile(path.join(folder, `${index}.json`), text);
    expect(readNotes({ RUNNER_TEMP: temp })).toEqual([]);
    expect(await cleanUp({ RUNNER_TEMP: temp })).toEqual({ processes: 0, folders: 0 });
  });
});

it("a note goes with its child, and outside of a job there is none", async () => {
  const { pid } = await start(SLEEP);
  const note = noteChild(pid, { RUNNER_TEMP: temp });
  expect(readNotes({ RUNNER_TEMP: temp })).toMatchObject([{ pid, ticks: startTicks(pid) }]);
  note[Symbol.dispose]();
  expect(readNotes({ RUNNER_TEMP: temp })).toEqual([]);
  noteChild(pid, {})[Symbol.dispose]();
  noteChild(undefined, { RUNNER_TEMP: temp })[Symbol.dispose]();
});

describe("what systems say of processes", () => {
  it("Linux: a name with blanks and parentheses, and what has ended", () => {
    const rest = "S 1 4711 4711 0 -1 4194304 100 0 0 0 1 2 0 0 20 0 1 0 987654 1000 200";
    expect(parseStat(`4712 (a (b) c) ${rest}`)).toEqual({ pid: 4712, group: 4711, ticks: 987654, startedMs: null });
    expect(parseStat(`4712 (gone) ${rest.replace("S", "Z")}`)).toBeNull();
    expect(parseStat("")).toBeNull();
  });

  it("macOS: ps in the C locale", () => {
    const text =
      "    1     1 Ss   Thu Nov 26 00:00:01 2026\n 4711  4711 R+   Thu Nov  5 23:59:59 2026\n 4712  4711 Z    Thu Nov  5 23:59:59 2026\n\n";
    expect(parsePs(text)).toEqual([
      { pid: 1, group: 1, ticks: null, startedMs: new Date("2026-11-26T00:00:01").getTime() },
      { pid: 4711, group: 4711, ticks: null, startedMs: new Date("2026-11-05T23:59:59").getTime() },
    ]);
  });

  it("Windows: Get-Process, and the program that ends a tree", () => {
    expect(parseGetProcess("4711 1795650000123\r\n12 1795650000456\r\n")).toEqual([
      { pid: 4711, group: null, ticks: null, startedMs: 1795650000123 },
      { pid: 12, group: null, ticks: null, startedMs: 1795650000456 },
    ]);
    expect(taskkill(4711, { SystemRoot: String.raw`D:\Windows` })).toEqual({
      file: String.raw`D:\Windows\System32\taskkill.exe`,
      args: ["/PID", "4711", "/T", "/F"],
    });
    expect(taskkill(1, {}).file).toBe(String.raw`C:\Windows\System32\taskkill.exe`);
  });

  it("without exact clocks two seconds are one moment, and a later process is another one", () => {
    const note = { pid: 7, startedMs: 100_000, ticks: null };
    const leader = { pid: 7, group: 7, ticks: null, startedMs: 99_000 };
    expect(orphansOf([note], [leader])).toEqual([7]);
    expect(orphansOf([note], [{ ...leader, startedMs: 103_000 }])).toEqual([]);
    const member = { pid: 9, group: 7, ticks: null, startedMs: 200_000 };
    expect(orphansOf([note], [member])).toEqual([7]);
    expect(orphansOf([note], [{ ...member, startedMs: 90_000 }])).toEqual([]);
  });
});
