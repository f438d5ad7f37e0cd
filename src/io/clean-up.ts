/** What `post` does after the job: ends the processes and removes the folders that a killed action left behind. */
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { CHILD_MARK } from "./child-environment.ts";
import { forgetNotes, readNotes } from "./child-notes.ts";
import { endMarked, waitForEnd } from "./leftovers.ts";
import { livingProcesses } from "./living.ts";
import { endTree, orphansOf } from "./orphans.ts";
import { SCRATCH_PREFIX } from "./scratch.ts";

export interface CleanedUp {
  /** Process groups and single processes that were ended. */
  readonly processes: number;
  readonly folders: number;
}

/** After an action that ended by itself there is nothing to do, and nothing is asked of the system. */
export async function cleanUp(env: NodeJS.ProcessEnv): Promise<CleanedUp> {
  const processes = (await endNoted(env)) + (await endStrayed(env));
  return { processes, folders: await removeScratch(env) };
}

async function endNoted(env: NodeJS.ProcessEnv): Promise<number> {
  const notes = readNotes(env);
  forgetNotes(env);
  if (notes.length === 0) return 0;
  const look = (): number[] => {
    const pids = notes.map(({ pid }) => pid);
    return orphansOf(notes, livingProcesses(pids));
  };
  const found = look();
  for (const pid of found) endTree(pid);
  if (process.platform !== "win32") await waitForEnd(() => look().length === 0);
  return found.length;
}

/**
 * What a measured program started in a session of its own, and a child whose note was not yet written when the action was
 * killed.
 */
async function endStrayed(env: NodeJS.ProcessEnv): Promise<number> {
  const job = env["RUNNER_TRACKING_ID"];
  if (!job) return 0;
  const marks = [`RUNNER_TRACKING_ID=${job}`, ...Object.entries(CHILD_MARK).map((entry) => entry.join("="))];
  return endMarked((all) => marks.every((mark) => all.includes(mark)));
}

async function removeScratch(env: NodeJS.ProcessEnv): Promise<number> {
  const temp = env["RUNNER_TEMP"];
  if (!temp) return 0;
  const names = (await readdir(temp)).filter((name) => name.startsWith(SCRATCH_PREFIX));
  for (const name of names) await rm(path.join(temp, name), { recursive: true, force: true, maxRetries: 3 });
  return names.length;
}
