/** Processes that a measured program left behind in a session of their own, out of reach of its process group. */
import { readdir, readFile } from "node:fs/promises";

/**
 * Ends every process that was started with `name=value` in its environment. Only Linux shows environments of other
 * processes to their owner; elsewhere nothing is found, and the runner's own sweep after the job remains.
 */
export async function endLeftovers(name: string, value: string): Promise<void> {
  if (process.platform !== "linux") return;
  const mark = `${name}=${value}`;
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    // Gone meanwhile, or another user's: not ours to end.
    const environment = await readFile(`/proc/${entry}/environ`, "utf8").catch(() => "");
    if (!environment.split("\0").includes(mark)) continue;
    try {
      process.kill(Number(entry), "SIGKILL");
    } catch {
      // It ended between the look and the signal.
    }
  }
}
