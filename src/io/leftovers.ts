/** Processes that a measured program left behind in a session of their own, out of reach of its process group. */
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { startTicks } from "./living.ts";

/** Ends every process that was started with `name=value` in its environment. */
export async function endLeftovers(name: string, value: string): Promise<void> {
  const mark = `${name}=${value}`;
  await endMarked((variables) => variables.includes(mark));
}

/**
 * Ends every process whose environment (`NAME=value` each) answers the question, and tells how many there were. They are
 * over when this returns: the system takes a moment, and with much memory a long one, in which they would disturb what is
 * measured next. Only Linux shows environments of other processes to their owner; elsewhere nothing is found, and the
 * runner's own sweep after the job remains.
 */
export async function endMarked(isMeant: (variables: readonly string[]) => boolean): Promise<number> {
  if (process.platform !== "linux") return 0;
  const ended: number[] = [];
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    // Gone meanwhile, or another user's: not ours to end. One that waits for its parent to look has none.
    const environment = await readFile(`/proc/${entry}/environ`, "utf8").catch(() => "");
    if (environment === "" || !isMeant(environment.split("\0"))) continue;
    try {
      process.kill(Number(entry), "SIGKILL");
      ended.push(Number(entry));
    } catch {
      // It ended between the look and the signal.
    }
  }
  await waitForEnd(() => ended.every((pid) => startTicks(pid) === null));
  return ended.length;
}

const LOOKS = 50;
const LOOK_MS = 20;

/** Until processes that were killed are over; about a second, counted in looks, because a stopped machine lets no time pass. */
export async function waitForEnd(isOver: () => boolean): Promise<void> {
  for (let look = 0; look < LOOKS && !isOver(); look++) await sleep(LOOK_MS);
}
