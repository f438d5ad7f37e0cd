import { symlink } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { lockFolderOf, measuringClock, openDeviceLock, type DeviceLock } from "../../src/io/device-lock.ts";
import type { ProcessRequest } from "../../src/io/process.ts";
import { runningTime } from "../../src/io/running-time.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const SILENT = { phase() {}, line() {}, output() {}, runs() {}, end() {} };
const HARNESS = path.resolve(import.meta.dirname, "..", "..", "harness");

interface Job {
  readonly lock: DeviceLock;
  readonly lines: string[];
  readonly stop: AbortController;
}

/** One job on the machine of which the locks lie in `folder`. */
function jobOn(folder: string, more: { waitS?: number; env?: Record<string, string> } = {}): Job {
  const lines: string[] = [];
  const stop = new AbortController();
  const host = {
    harness: HARNESS,
    env: { PATH: process.env["PATH"] ?? "", FINETUNE_BENCH_LOCK_DIR: folder, ...more.env },
    progress: { ...SILENT, line: (text: string) => void lines.push(text) },
    signal: stop.signal,
  };
  return { lock: openDeviceLock({ host, python: "python3", waitS: more.waitS ?? 60 }), lines, stop };
}

function shell(script: string, more: Partial<ProcessRequest> = {}): ProcessRequest {
  return { file: "sh", args: ["-c", script], cwd: "/", env: { PATH: process.env["PATH"] ?? "" }, ...more };
}

/** Resolves once something holds the lock; what is returned lets go of it. */
async function occupy({ lock }: Job): Promise<() => Promise<void>> {
  const free = new AbortController();
  const up = Promise.withResolvers<void>();
  const holding = lock.run(
    "torch-cpu",
    shell("echo up; exec sleep 60", { signal: free.signal, onLine: () => up.resolve() }),
  );
  await up.promise;
  return async () => {
    free.abort();
    await holding;
  };
}

it("a wait is told, and is part of neither the duration, nor the time limit, nor the clock of the measuring", async () => {
  await using folder = await temporaryFolder();
  const letGo = await occupy(jobOn(folder.path));
  const { lock, lines } = jobOn(folder.path);
  const began = Date.now();
  const clock = measuringClock(lock);
  const running = lock.run("mlx-cpu", shell("echo ran; exit 3", { timeoutS: 1.5 }));
  await expect.poll(() => lines.length, { timeout: 20_000 }).toBe(1);
  expect(lines[0]).toMatch(/^waiting for the processors: process \d+ measures on this machine$/);
  await sleep(2000);
  const freedAt = Date.now();
  await letGo();
  const result = await running;
  expect(result).toMatchObject({ code: 3, timedOut: false, cancelled: false, startError: null, tail: ["ran"] });
  expect(result.startedMs).toBeGreaterThanOrEqual(freedAt);
  expect(result.durationS * 1000).toBeLessThanOrEqual(Date.now() - freedAt);
  expect(lock.waitedS()).toBeGreaterThan(2);
  expect(clock()).toBeLessThan((Date.now() - began) / 1000 - 2);
  expect([lock.late(), lock.warnings()]).toEqual([null, []]);
});

it("a cancelled job stops waiting at once, and its program never begins", async () => {
  await using folder = await temporaryFolder();
  const letGo = await occupy(jobOn(folder.path));
  const { lock, lines, stop } = jobOn(folder.path);
  const running = lock.run("torch-cpu", shell("echo ran", { signal: stop.signal }));
  await expect.poll(() => lines.length, { timeout: 20_000 }).toBe(1);
  using clock = runningTime();
  stop.abort();
  expect(await running).toMatchObject({ cancelled: true, tail: [] });
  expect(clock.ms()).toBeLessThan(2500);
  await letGo();
});

it("a wait has an end, after which nothing more is tried", async () => {
  await using folder = await temporaryFolder();
  const letGo = await occupy(jobOn(folder.path));
  const { lock } = jobOn(folder.path, { waitS: 0.5 });
  expect(await lock.run("torch-cpu", shell("echo ran"))).toMatchObject({ tail: [] });
  expect(lock.late()).toBe("the processors of this machine did not become free within 0 s");
  await letGo();
  expect(await lock.run("torch-cpu", shell("echo ran"))).toMatchObject({ code: null, tail: [] });
  expect(await lock.during("torch-cpu", async () => "looked")).toBeUndefined();
});

it("a lock that cannot be had is a warning, told once, and everything runs", async () => {
  await using folder = await temporaryFolder();
  await symlink("/etc/passwd", path.join(folder.path, "finetune-bench-machine.lock"));
  const { lock, lines } = jobOn(folder.path);
  for (let time = 0; time < 2; time++) {
    expect(await lock.run("torch-cpu", shell("echo ran"))).toMatchObject({ code: 0, tail: ["ran"] });
  }
  expect(lock.warnings()).toEqual([
    `other jobs of this machine may measure at the same time: ${folder.path}/finetune-bench-machine.lock is a symbolic link; FINETUNE_BENCH_LOCK_DIR names another folder`,
  ]);
  expect(lines).toEqual([`warning: ${lock.warnings()[0]}`]);
});

it("a program that is not there is told as without the lock", async () => {
  await using folder = await temporaryFolder();
  const { lock } = jobOn(folder.path);
  const result = await lock.run("torch-cpu", { ...shell(""), file: "no-such-program" });
  expect(result).toMatchObject({ code: null, startError: "no-such-program: No such file or directory (ENOENT)" });
});

it("a look at the machine keeps others off it, and no longer than it takes", async () => {
  await using folder = await temporaryFolder();
  const [one, other] = [jobOn(folder.path), jobOn(folder.path)];
  const running = await one.lock.during("torch-cpu", async () => {
    const waiting = other.lock.run("torch-cpu", shell("echo ran"));
    await expect.poll(() => other.lines.length, { timeout: 20_000 }).toBe(1);
    return { waiting };
  });
  expect(await running?.waiting).toMatchObject({ code: 0, tail: ["ran"] });
  await expect(one.lock.during("torch-cpu", async () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  expect(await other.lock.run("torch-cpu", shell("echo again"))).toMatchObject({ tail: ["again"] });
});

it("a benchmark inside a benchmark runs under the lock of the one around it", async () => {
  await using folder = await temporaryFolder();
  const letGo = await occupy(jobOn(folder.path));
  const { lock, lines } = jobOn(folder.path, { env: { FINETUNE_BENCH_EVENTS: "/x/head-1.jsonl" } });
  expect(await lock.run("torch-cpu", shell("echo ran"))).toMatchObject({ code: 0, tail: ["ran"] });
  expect(lines).toEqual([]);
  await letGo();
});

it("boards that differ are used at the same time, and none beside the processors", async () => {
  await using folder = await temporaryFolder();
  const search = { PATH: process.env["PATH"] ?? "" };
  const first = jobOn(folder.path);
  const free = new AbortController();
  const up = Promise.withResolvers<void>();
  const env = { ...search, CUDA_VISIBLE_DEVICES: "0" };
  const holding = first.lock.run(
    "torch-cuda",
    shell("echo up; exec sleep 60", { env, signal: free.signal, onLine: () => up.resolve() }),
  );
  await up.promise;
  const second = jobOn(folder.path);
  const beside = { ...shell("echo ran"), env: { ...search, CUDA_VISIBLE_DEVICES: "1" } };
  expect(await second.lock.run("torch-cuda", beside)).toMatchObject({ code: 0, tail: ["ran"] });
  const third = jobOn(folder.path);
  const waiting = third.lock.run("torch-cpu", shell("echo ran"));
  await expect.poll(() => third.lines.length, { timeout: 20_000 }).toBe(1);
  free.abort();
  await holding;
  expect(await waiting).toMatchObject({ code: 0, tail: ["ran"] });
});

it("locks lie where all users of a machine see them", () => {
  expect(lockFolderOf({}, "linux")).toBe("/tmp");
  expect(lockFolderOf({ TMPDIR: "/var/folders/x/T" }, "darwin")).toBe("/tmp");
  expect(lockFolderOf({ PUBLIC: String.raw`D:\Users\Public` }, "win32")).toBe(String.raw`D:\Users\Public`);
  expect(lockFolderOf({ FINETUNE_BENCH_LOCK_DIR: "/srv/locks" }, "linux")).toBe("/srv/locks");
});
