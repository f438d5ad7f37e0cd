import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { stayAwake } from "../../src/io/stay-awake.ts";
import { programIn } from "../support/interpreters.ts";
import { kill, withVariable } from "../support/process-tree.ts";
import { temporaryFolder, type TemporaryFolder } from "./temporary-folder.ts";

const ROOT = path.join(import.meta.dirname, "..", "..");

/** As Apple's: `-w PID` ends it with that process. It leaves its arguments behind. */
async function caffeinate(folder: TemporaryFolder): Promise<NodeJS.ProcessEnv> {
  await programIn(
    folder.path,
    "caffeinate",
    `echo "$*" >"${path.join(folder.path, "asked")}"\nwhile kill -0 "$3" 2>/dev/null; do sleep 0.05; done`,
  );
  const env = { PATH: [folder.path, process.env["PATH"]].join(path.delimiter) };
  return { ...env, HOME: folder.path, RUNNER_TRACKING_ID: path.basename(folder.path), GITHUB_TOKEN: "secret" };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const began = Date.now(); !(await holds()); await sleep(20)) {
    if (Date.now() - began > 20_000) throw new Error("it did not happen within 20 s");
  }
}

const running = async (folder: TemporaryFolder): Promise<number> =>
  (await withVariable("RUNNER_TRACKING_ID", path.basename(folder.path))).length;

const said: string[] = [];
const progress = { line: (text: string) => void said.push(text) };

test("a Mac is kept awake until it is done with, as Apple's program is asked to", async () => {
  await using folder = await temporaryFolder();
  const env = await caffeinate(folder);
  {
    using stack = new DisposableStack();
    stack.use(await stayAwake({ env, progress, platform: "darwin" }));
    await until(async () => (await readFile(path.join(folder.path, "asked"), "utf8").catch(() => "")).endsWith("\n"));
    expect(await readFile(path.join(folder.path, "asked"), "utf8")).toBe(`-dimsu -w ${process.pid}\n`);
    expect(await running(folder)).toBeGreaterThan(0);
    expect(await withVariable("GITHUB_TOKEN", "secret")).toEqual([]);
  }
  await until(async () => (await running(folder)) === 0);
});

test("it ends with the program that asked for it, also with a killed one", async () => {
  await using folder = await temporaryFolder();
  const env = await caffeinate(folder);
  const code = `
    import { stayAwake } from ${JSON.stringify(path.join(ROOT, "src", "io", "stay-awake.ts"))};
    await stayAwake({ env: process.env, progress: console, platform: "darwin" });
    setInterval(() => {}, 1000);
  `;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", code], { env, stdio: "ignore" });
  await until(async () => (await running(folder)) >= 2);
  if (parent.pid === undefined) throw new Error("it did not start");
  kill(parent.pid, "SIGKILL");
  await until(async () => (await running(folder)) === 0);
  expect(parent.exitCode).toBeNull();
});

test("elsewhere nothing is started, and a Mac without the program is told", async () => {
  await using folder = await temporaryFolder();
  const env = await caffeinate(folder);
  using stack = new DisposableStack();
  stack.use(await stayAwake({ env, progress, platform: "linux" }));
  expect(await running(folder)).toBe(0);
  expect(said).toEqual([]);
  const bare = { PATH: path.join(folder.path, "empty") };
  stack.use(await stayAwake({ env: bare, progress, platform: "darwin" }));
  expect(said).toEqual([expect.stringContaining("this Mac may fall asleep")]);
});
