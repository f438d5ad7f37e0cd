/** Baselines in a folder of this machine or of a network drive. */
import { randomUUID } from "node:crypto";
import { link, lstat, mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import {
  gather,
  MAX_STORED_BYTES,
  oversized,
  readStoredFile,
  storedPath,
  storedText,
  type StoredFile,
} from "../core/stored-result.ts";
import type { JobResult } from "../core/result.ts";
import type { BaselineStore, History, SaveOutcome } from "./baseline-store.ts";
import { systemFault } from "./system-fault.ts";

/** `folder` is taken from `cwd`; a leading `~` is the user's home, since no shell expands it in a workflow file. */
export function directoryStore(folder: string, cwd: string): BaselineStore {
  const root = path.resolve(
    cwd,
    folder.replace(/^~(?=$|[/\\])/, () => homedir()),
  );
  return {
    describe: () => `folder ${root}`,
    read: (runnerKey) => read(root, runnerKey),
    save: (result) => save(root, result),
  };
}

async function read(root: string, runnerKey: string): Promise<History> {
  try {
    const names = (await readdir(path.join(root, runnerKey))).filter((name) => /^[^.].*\.json$/.test(name)).sort();
    const files: StoredFile[] = [];
    for (const name of names) files.push(await readOne(path.join(root, runnerKey, name), runnerKey));
    return gather(files);
  } catch (error) {
    const fault = systemFault(error);
    if (fault.code === "ENOENT") return { results: [], warnings: [] };
    return { results: [], warnings: [], unread: `the baselines of folder ${root} could not be read: ${fault.message}` };
  }
}

async function readOne(file: string, runnerKey: string): Promise<StoredFile> {
  try {
    const { size } = await lstat(file);
    if (size > MAX_STORED_BYTES) return oversized(file, size);
    return readStoredFile(file, await readFile(file, "utf8"), runnerKey);
  } catch (error) {
    return { usable: false, warning: `stored baseline ${file} could not be read: ${systemFault(error).message}` };
  }
}

async function save(root: string, result: JobResult): Promise<SaveOutcome> {
  const file = path.join(root, ...storedPath(result).split("/"));
  const text = storedText(result);
  try {
    await mkdir(path.dirname(file), { recursive: true });
    if (await publish(file, text)) return { saved: true, where: file };
    if ((await readFile(file, "utf8")) === text) return { saved: true, where: file };
    return {
      saved: false,
      warning:
        `${file} exists already and is never rewritten: another job of the same run and runner stored its result. ` +
        `Run one suite per runner in a workflow run, or give the jobs different runner keys.`,
    };
  } catch (error) {
    const { message } = systemFault(error);
    return {
      saved: false,
      warning: `the result could not be stored in folder ${root}: ${message}. Check that the folder exists, is writable for the user of the runner and has free space.`,
    };
  }
}

/** Puts the complete file under its name in one step, or returns false when the name is taken. */
async function publish(file: string, text: string): Promise<boolean> {
  // A name with a leading dot is never read, so a reader cannot meet half a file.
  const temporary = path.join(path.dirname(file), `.${randomUUID()}.tmp`);
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(temporary, { force: true, maxRetries: 5, retryDelay: 200 }));
  await writeDurably(temporary, text);
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

async function writeDurably(file: string, text: string): Promise<void> {
  await using handle = await open(file, "wx");
  await handle.writeFile(text);
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
