/** Processes that live now, with what tells one from another that was given the same number later. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

export interface Living {
  readonly pid: number;
  /** Its process group; null on Windows, which has none. */
  readonly group: number | null;
  /** Linux: when it started, by the kernel's own clock. */
  readonly ticks: number | null;
  /** Elsewhere: when it started, Unix time in milliseconds. */
  readonly startedMs: number | null;
}

const QUESTION_MS = 2000;

/** All of them, or on Windows, where asking takes long, those of the given numbers. */
export function livingProcesses(pids: readonly number[], platform: NodeJS.Platform = process.platform): Living[] {
  if (platform === "linux") return numbers("/proc").flatMap((pid) => statOf(pid) ?? []);
  if (platform !== "win32") return parsePs(ask("ps", ["-axo", "pid=,pgid=,stat=,lstart="]));
  const script = `Get-Process -Id ${pids.join(",")} -ErrorAction SilentlyContinue | ForEach-Object { "$($_.Id) $(([DateTimeOffset]$_.StartTime).ToUnixTimeMilliseconds())" }`;
  return parseGetProcess(ask("powershell", ["-NoProfile", "-NonInteractive", "-Command", script]));
}

function ask(file: string, args: readonly string[]): string {
  return execFileSync(file, args, { encoding: "utf8", timeout: QUESTION_MS, env: { ...process.env, LC_ALL: "C" } });
}

/** Null where the system does not tell, or the process has ended. */
export function startTicks(pid: number): number | null {
  return process.platform === "linux" ? (statOf(pid)?.ticks ?? null) : null;
}

function numbers(folder: string): number[] {
  return readdirSync(folder).flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

function statOf(pid: number): Living | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    // Ended meanwhile.
    return null;
  }
}

/** A line of /proc/<pid>/stat; null for one that has ended and only waits for its parent to look. */
export function parseStat(line: string): Living | null {
  // The name, in parentheses, may hold blanks and parentheses.
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  const [state, , group] = fields;
  // Fields 3 (state), 5 (group) and 22 (start) of proc(5).
  const ticks = Number(fields[19]);
  const pid = Number.parseInt(line, 10);
  if (state === "Z" || state === "X" || !Number.isFinite(ticks) || !Number.isFinite(pid)) return null;
  return { pid, group: Number(group), ticks, startedMs: null };
}

/** `ps -axo pid=,pgid=,stat=,lstart=` in the C locale. */
export function parsePs(text: string): Living[] {
  return text.split("\n").flatMap((line): Living[] => {
    const [pid, group, state, ...started] = line.trim().split(/\s+/);
    const startedMs = Date.parse(started.join(" "));
    if (state === undefined || state.startsWith("Z") || Number.isNaN(startedMs)) return [];
    return [{ pid: Number(pid), group: Number(group), ticks: null, startedMs }];
  });
}

/** Lines of a number and a start time. */
export function parseGetProcess(text: string): Living[] {
  return [...text.matchAll(/^(\d+) (\d+)\r?$/gm)].map(([, pid, startedMs]) => ({
    pid: Number(pid),
    group: null,
    ticks: null,
    startedMs: Number(startedMs),
  }));
}
