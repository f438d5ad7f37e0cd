/**
 * Makes a folder with its parents. Node's own way never ends where the system denies a parent that is there, as below
 * `/proc`.
 */
import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { systemFault } from "./system-fault.ts";

/** A folder that is there already is left as it is. Throws what the system says. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await makeOne(folder);
  } catch (error) {
    const parent = path.dirname(folder);
    if (systemFault(error).code !== "ENOENT" || parent === folder) throw error;
    await makeFolder(parent);
    await makeOne(folder);
  }
}

async function makeOne(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    // What is there already is refused in many words: a root, a read-only disk, another process that was quicker.
    const isThere = await stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (!isThere) throw error;
  }
}
