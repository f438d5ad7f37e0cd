import { spawn, spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { endLeftovers } from "../../src/io/leftovers.ts";
import { runProcess, type ProcessRequest } from "../../src/io/process.ts";
import { runningTime } from "../../src/io/running-time.ts";

const PYTHON = "python3";
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "finetune-bench-process-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function python(code: string, more: Partial<ProcessRequest> = {}): Promise<Awaited<ReturnType<typeof runProcess>>> {
  return runProcess({
    file: PYTHON,
    args: ["-c", code],
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "" },
    ...more,
  });
}

/** One that was killed closes its output a moment before the system shows it as ended. */
async function expectEnded(pid: number): Promise<void> {
  await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
}

/** A process that has ended may still stand in the list until its new parent looks: that is dead too. */
function isAlive(pid: number): boolean {
  const state = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).stdout.trim();
  return state !== "" && !state.startsWith("Z");
}

/** This program hears of nothing for so long, as when the machine is stopped. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test("exit status, both outputs in one log, and the last lines", async () => {
  const log = path.join(folder, "out.log");
  const lines: string[] = [];
  const result = await python(
    "import sys\nprint('to stdout', flush=True)\nprint('to stderr', file=sys.stderr)\nsys.exit(3)",
    {
      log,
      onLine: (line) => lines.push(line),
    },
  );
  expect(result).toMatchObject({ code: 3, signal: null, timedOut: false, cancelled: false, startError: null });
  expect(lines).toEqual(["to stdout", "to stderr"]);
  expect(result.tail).toEqual(lines);
  expect(await readFile(log, "utf8")).toBe("to stdout\nto stderr\n");
});

test("nothing of the parent's environment is inherited", async () => {
  process.env["FINETUNE_BENCH_SECRET_OF_PARENT"] = "x";
  const result = await python("import os\nprint(sorted(os.environ))");
  delete process.env["FINETUNE_BENCH_SECRET_OF_PARENT"];
  expect(result.tail[0]).toContain("PATH");
  expect(result.tail[0]).not.toContain("SECRET");
});

test("a program that is not there is a value with the reason", async () => {
  const result = await runProcess({ file: path.join(folder, "missing"), args: [], cwd: folder, env: {} });
  expect(result.code).toBeNull();
  expect(result.startError).toContain("ENOENT");
});

test("a child left behind, holding the output open, is ended with its parent", async () => {
  const began = performance.now();
  const result = await python("import subprocess\nprint(subprocess.Popen(['sleep', '60']).pid)");
  expect(performance.now() - began).toBeLessThan(20_000);
  expect(result.code).toBe(0);
  await expectEnded(Number(result.tail[0]));
});

test("a child in a session of its own, holding the output open, does not hold the run", async () => {
  const began = performance.now();
  const result = await python(
    "import subprocess, sys\nprint(subprocess.Popen(['sleep', '60'], start_new_session=True).pid, flush=True)\nsys.exit(4)",
    { timeoutS: 30 },
  );
  expect(performance.now() - began).toBeLessThan(15_000);
  expect(result).toMatchObject({ code: 4, signal: null, timedOut: false, cancelled: false, startError: null });
  expect(result.durationS).toBeLessThan(10);
  process.kill(Number(result.tail[0]), "SIGKILL");
});

test("what a run left in a session of its own is found by the variable it carries", async () => {
  const mark = path.join(folder, "head-1.jsonl");
  const result = await python(
    "import subprocess\nprint(subprocess.Popen(['sleep', '60'], start_new_session=True).pid)",
    {
      env: { PATH: process.env["PATH"] ?? "", FINETUNE_BENCH_EVENTS: mark },
    },
  );
  const pid = Number(result.tail[0]);
  expect(isAlive(pid)).toBe(true);
  await endLeftovers("FINETUNE_BENCH_EVENTS", `${mark}.other`);
  expect(isAlive(pid)).toBe(true);
  await endLeftovers("FINETUNE_BENCH_EVENTS", mark);
  expect(isAlive(pid)).toBe(false);
});

const STUBBORN = `
import os, signal, subprocess, time
for s in (signal.SIGINT, signal.SIGTERM):
    signal.signal(s, signal.SIG_IGN)
print(subprocess.Popen(["sleep", "60"], preexec_fn=lambda: [signal.signal(s, signal.SIG_IGN) for s in (signal.SIGINT, signal.SIGTERM)]).pid, flush=True)
time.sleep(60)
`;

test("a time limit ends the whole group, however stubborn", async () => {
  const result = await python(STUBBORN, { timeoutS: 1 });
  expect(result).toMatchObject({ code: null, signal: "SIGKILL", timedOut: true, cancelled: false });
  await expectEnded(Number(result.tail[0]));
});

test("cancelling asks politely and then insists, within the seconds a runner gives", async () => {
  const polite = new AbortController();
  const asked = python(
    // In short sleeps: Python heeds no signal that arrives between its last look for one and a sleep, until that ends.
    "import time\ntry:\n    print('up', flush=True)\n    while True: time.sleep(0.05)\nexcept KeyboardInterrupt:\n    print('bye', flush=True)",
    {
      signal: polite.signal,
      onLine: () => polite.abort(),
    },
  );
  expect(await asked).toMatchObject({ code: 0, cancelled: true, tail: ["up", "bye"] });

  const stubborn = new AbortController();
  using clock = runningTime();
  const result = await python(STUBBORN, { signal: stubborn.signal, onLine: () => stubborn.abort() });
  expect(result).toMatchObject({ signal: "SIGKILL", cancelled: true });
  expect(clock.ms()).toBeLessThan(7500);
  await expectEnded(Number(result.tail[0]));
});

test("a progress bar's carriage returns are lines, and endless lines are cut", async () => {
  const result = await python("import sys\nsys.stdout.write('1%\\r2%\\r\\n')\nsys.stdout.write('x' * 20000)");
  expect(result.tail.slice(0, 2)).toEqual(["1%", "2%"]);
  expect(Math.max(...result.tail.map((line) => line.length))).toBeLessThanOrEqual(4000);
});

test("a wait of which this process hears only after the end was a wait all the same", async () => {
  const before = Date.now();
  const result = await python(
    "import os, time\nos.write(3, b'waiting\\n')\ntime.sleep(0.5)\nos.write(3, b'free\\n')\nos.close(3)\nprint('ran')",
    {
      onWait(line) {
        // Its last word, the end of its words and its exit are found together.
        if (line === "waiting") standStill(1500);
      },
    },
  );
  expect(result).toMatchObject({ code: 0, tail: ["ran"] });
  expect(result.startedMs).toBeGreaterThanOrEqual(before + 1500);
  expect(result.durationS).toBeLessThan(0.5);
});

test("a program that ended within its limit did so, however late this process hears of it", async () => {
  const env = { PATH: process.env["PATH"] ?? "" };
  const request = { file: "sh", args: ["-c", "echo done"], cwd: folder, env, timeoutS: 2 };
  const result = await runProcess({ ...request, onLine: () => standStill(2500) });
  expect(result).toMatchObject({ code: 0, signal: null, timedOut: false, tail: ["done"] });
});

test("last words that are read long after the exit was heard of are not lost", async () => {
  const [up, go] = [path.join(folder, "up"), path.join(folder, "go")];
  const heard = Promise.withResolvers<void>();
  const untilOver = (pid: number): void => {
    while (isAlive(pid)) standStill(20);
  };
  const running = python(
    `import os, time\nprint(os.getpid(), flush=True)\nopen(${JSON.stringify(up)}, 'w')\nwhile not os.path.exists(${JSON.stringify(go)}): time.sleep(0.01)\nprint('last')`,
    {
      onLine(line) {
        if (line === "last") return;
        // Another exit was found together with this line: looking for that one finds this one's too, and not its last line.
        writeFileSync(go, "");
        untilOver(Number(line));
      },
    },
  );
  const other = spawn("true", { stdio: "ignore" });
  other.on("exit", () => {
    standStill(1500);
    heard.resolve();
  });
  while (!existsSync(up)) standStill(20);
  untilOver(other.pid ?? 0);
  await heard.promise;
  expect(await running).toMatchObject({ code: 0, tail: [expect.stringMatching(/^\d+$/), "last"] });
});

test("a log that cannot be kept costs the log alone", async () => {
  const log = path.join(folder, "missing", "out.log");
  const lines: string[] = [];
  const result = await python("print('measured')", { log, onLine: (line) => lines.push(line) });
  expect(result).toMatchObject({ code: 0, startError: null });
  expect(lines.toSorted()).toEqual([expect.stringMatching(/this output is not kept: ENOENT/), "measured"]);
});
