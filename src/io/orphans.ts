/** Which of the noted processes live on, and how their whole trees are ended. */
import { execFileSync } from "node:child_process";
import path from "node:path";
import type { ChildNote } from "./child-notes.ts";
import type { Living } from "./living.ts";

/** `ps` tells whole seconds, and a note is written a moment after the start. */
const TOLERANCE_MS = 2000;

/**
 * Pids of notes whose process or process group is still there. A number that another process was given since then is not
 * meant: neither the process itself, nor a group of which nobody is old enough.
 */
export function orphansOf(notes: readonly ChildNote[], living: readonly Living[]): number[] {
  return notes
    .filter((note) => {
      const leader = living.find(({ pid }) => pid === note.pid);
      if (leader !== undefined) return isSame(note, leader);
      return living.some((member) => member.group === note.pid && isYounger(note, member));
    })
    .map(({ pid }) => pid);
}

function isSame(note: ChildNote, { ticks, startedMs }: Living): boolean {
  if (note.ticks !== null && ticks !== null) return note.ticks === ticks;
  return startedMs !== null && Math.abs(startedMs - note.startedMs) <= TOLERANCE_MS;
}

/** The leader has ended; who is in its group came after it. */
function isYounger(note: ChildNote, { ticks, startedMs }: Living): boolean {
  if (note.ticks !== null && ticks !== null) return ticks >= note.ticks;
  return startedMs !== null && startedMs >= note.startedMs - TOLERANCE_MS;
}

/** Windows has neither process groups nor signals: its own program ends a process with all that it started. */
export function taskkill(pid: number, env: NodeJS.ProcessEnv): { file: string; args: string[] } {
  const windows = env["SystemRoot"] ?? env["windir"] ?? String.raw`C:\Windows`;
  return { file: path.win32.join(windows, "System32", "taskkill.exe"), args: ["/PID", String(pid), "/T", "/F"] };
}

export function endTree(pid: number, platform: NodeJS.Platform = process.platform): void {
  try {
    if (platform === "win32") {
      const { file, args } = taskkill(pid, process.env);
      execFileSync(file, args, { stdio: "ignore", timeout: 2000, windowsHide: true });
    } else {
      process.kill(-pid, "SIGKILL");
    }
  } catch {
    // It ended between the look and the signal.
  }
}
