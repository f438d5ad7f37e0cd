/** Processes of this machine by parent and by environment, read from /proc. */
import { readdir, readFile } from "node:fs/promises";

interface Entry {
  readonly pid: number;
  readonly parent: number;
  readonly zombie: boolean;
}

async function processes(): Promise<Entry[]> {
  const found: Entry[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => null);
    // The command may hold spaces and parentheses; state and parent follow the last one.
    const [state, parent] = stat === null ? [] : stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (parent !== undefined) found.push({ pid: Number(name), parent: Number(parent), zombie: state === "Z" });
  }
  return found;
}

/** The process and everything below it, children first. */
export async function treeOf(root: number): Promise<number[]> {
  const all = await processes();
  const below = (pid: number): number[] => [
    ...all.filter((entry) => entry.parent === pid).flatMap((entry) => below(entry.pid)),
    pid,
  ];
  return below(root);
}

/** Living processes that carry `name=value` in the environment they were started with. */
export async function withVariable(name: string, value: string): Promise<number[]> {
  const found: number[] = [];
  for (const entry of await processes()) {
    if (entry.zombie) continue;
    const environment = await readFile(`/proc/${entry.pid}/environ`, "utf8").catch(() => "");
    if (environment.split("\0").includes(`${name}=${value}`)) found.push(entry.pid);
  }
  return found;
}

export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
