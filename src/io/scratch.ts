/** A temporary folder that is gone when its owner is done. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

export interface Scratch extends AsyncDisposable {
  readonly path: string;
}

/** By this `post` knows them, and takes no folder of somebody else's. */
export const SCRATCH_PREFIX = "finetune-bench-scratch-";

export async function scratchFolder(): Promise<Scratch> {
  // A runner empties its own folder before every job, also after one that was killed.
  const folder = await mkdtemp(path.join(process.env["RUNNER_TEMP"] || os.tmpdir(), SCRATCH_PREFIX));
  return {
    path: folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  };
}
