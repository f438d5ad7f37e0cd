/** Puts a complete file under a name that must be free: whoever reads the folder never meets half of it. */
import { randomUUID } from "node:crypto";
import { link, lstat, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { systemFault } from "./system-fault.ts";

/** Returns false, and changes nothing, when the name is taken. The folder must exist. */
export async function publishFile(file: string, content: string | Uint8Array): Promise<boolean> {
  // A name with a leading dot is never read, so a reader cannot meet half a file.
  const temporary = path.join(path.dirname(file), `.${randomUUID()}.tmp`);
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(temporary, { force: true, maxRetries: 5, retryDelay: 200 }));
  await writeDurably(temporary, content);
  try {
    await link(temporary, file);
  } catch (error) {
    const { code } = systemFault(error);
    if (code === "EEXIST") return false;
    if (!["EPERM", "ENOTSUP", "ENOSYS", "EOPNOTSUPP", "EMLINK"].includes(code)) throw error;
    // Some network drives and FAT know no hard links: there a rename after a look is the best there is.
    if (await exists(file)) return false;
    await rename(temporary, file);
  }
  await syncFolder(path.dirname(file));
  return true;
}

async function writeDurably(file: string, content: string | Uint8Array): Promise<void> {
  await using handle = await open(file, "wx");
  await handle.writeFile(content);
  await handle.sync();
}

/** Makes the new name itself survive a power cut, where the system lets a folder be synchronised. */
async function syncFolder(folder: string): Promise<void> {
  try {
    await using handle = await open(folder, "r");
    await handle.sync();
  } catch (error) {
    if (!["EPERM", "EISDIR", "EINVAL", "EACCES", "ENOTSUP", "EBADF"].includes(systemFault(error).code)) throw error;
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (systemFault(error).code === "ENOENT") return false;
    throw error;
  }
}
