/** Notes of the processes in progress, kept where `post` finds them when this program was killed and cannot end them itself. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { startTicks } from "./living.ts";

export interface ChildNote {
  /** Of the process, and of the group that it leads (Windows has no groups). */
  readonly pid: number;
  /** Unix time, milliseconds. */
  readonly startedMs: number;
  /** Linux: when it started, by the kernel's own clock; null elsewhere. */
  readonly ticks: number | null;
}

/** In the folder that a runner empties before every job; none outside of a job, where there is no `post`. */
function folderOf(env: NodeJS.ProcessEnv): string | null {
  return env["RUNNER_TEMP"] ? path.join(env["RUNNER_TEMP"], "finetune-bench-processes") : null;
}

/** Notes a child that was just started; disposing it forgets the child. Without a pid it never started. */
export function noteChild(pid: number | undefined, env: NodeJS.ProcessEnv = process.env): Disposable {
  const folder = folderOf(env);
  if (folder === null || pid === undefined) return { [Symbol.dispose]() {} };
  const note: ChildNote = { pid, startedMs: Date.now(), ticks: startTicks(pid) };
  const file = path.join(folder, `${pid}.json`);
  try {
    // At once and not in turn: this program may be killed at any moment.
    if (!existsSync(folder)) mkdirSync(folder);
    writeFileSync(file, JSON.stringify(note));
  } catch {
    // A full disk: what is measured is worth more than the note, and the runner looks for orphans too.
  }
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
}

/** What was in progress when this job's program ended. */
export function readNotes(env: NodeJS.ProcessEnv): ChildNote[] {
  const folder = folderOf(env);
  if (folder === null) return [];
  try {
    return readdirSync(folder).flatMap((name) => parseNote(readFileSync(path.join(folder, name), "utf8")));
  } catch {
    return [];
  }
}

export function forgetNotes(env: NodeJS.ProcessEnv): void {
  const folder = folderOf(env);
  if (folder !== null) rmSync(folder, { recursive: true, force: true });
}

/** One that was cut short by the end of its writer tells nothing. */
function parseNote(text: string): ChildNote[] {
  try {
    const { pid, startedMs, ticks } = JSON.parse(text);
    const isWhole = Number.isSafeInteger(pid) && pid > 1 && Number.isFinite(startedMs);
    return isWhole ? [{ pid, startedMs, ticks: Number.isFinite(ticks) ? ticks : null }] : [];
  } catch {
    return [];
  }
}
