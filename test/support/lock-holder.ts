/** Somebody else's measurement: holds the lock of a machine whose locks lie in a folder. */
import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import path from "node:path";

const FLOCK = "import fcntl, sys; f = open(sys.argv[1], 'a'); fcntl.flock(f, fcntl.LOCK_EX | int(sys.argv[2]))";

export interface Holder extends AsyncDisposable {
  isRunning(): boolean;
}

/** Resolves once the lock is held. */
export async function holdLock(locks: string): Promise<Holder> {
  const file = path.join(locks, "finetune-bench-machine.lock");
  const child = spawn("python3", [
    "-c",
    `${FLOCK}; print('held', flush=True); import time; time.sleep(600)`,
    file,
    "0",
  ]);
  await new Promise((resolve) => child.stdout.once("data", resolve));
  const ended = new Promise((resolve) => child.once("close", resolve));
  return {
    isRunning: () => child.exitCode === null && child.signalCode === null,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Names of the locks that somebody holds. */
export async function heldLocks(locks: string): Promise<string[]> {
  const held: string[] = [];
  for (const name of await readdir(locks)) {
    if (!name.endsWith(".lock")) continue;
    const trying = spawn("python3", ["-c", FLOCK, path.join(locks, name), "4"], { stdio: "ignore" });
    if ((await new Promise((resolve) => trying.once("close", resolve))) !== 0) held.push(name);
  }
  return held;
}
