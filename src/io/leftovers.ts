/** Processes that a measured program left behind in a session of their own, out of reach of its process group. */
import { readdir, readFile } from "node:fs/promises";

/** Ends every process that was started with `name=value` in its environment. */
export async function endLeftovers(name: string, value: string): Promise<void> {
  const mark = `${name}=${value}`;
  await endMarked((variables) => variables.includes(mark));
}

/**
 * Ends every process whose environment (`NAME=value` each) answers the question, and tells how many there were. Only Linux
 * shows environments of other processes to their owner; elsewhere nothing is found, and the runner's own sweep after the
 * job remains.
 */
export async function endMarked(isMeant: (variables: readonly string[]) => boolean): Promise<number> {
  if (process.platform !== "linux") return 0;
  let ended = 0;
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    // Gone meanwhile, or another user's: not ours to end. One that waits for its parent to look has none.
    const environment = await readFile(`/proc/${entry}/environ`, "utf8").catch(() => "");
    if (environment === "" || !isMeant(environment.split("\0"))) continue;
    try {
      process.kill(Number(entry), "SIGKILL");
      ended += 1;
    } catch {
      // It ended between the look and the signal.
    }
  }
  return ended;
}
