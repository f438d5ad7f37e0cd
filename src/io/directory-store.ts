/** Baselines in a folder of this machine or of a network drive. */
import { homedir } from "node:os";
import { lstat, readdir, readFile, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import {
  irregular,
  MAX_STORED_BYTES,
  oversized,
  parseStoredPath,
  storedFolders,
  type RawFile,
} from "../core/stored-result.ts";
import {
  storeOver,
  type Added,
  type BaselineStore,
  type Listing,
  type NewFile,
  type Removed,
} from "./baseline-store.ts";
import { makeFolder } from "./make-folder.ts";
import { publishFile } from "./publish-file.ts";
import { systemFault } from "./system-fault.ts";

const ATTEMPTS = 50;

/** `folder` is taken from `cwd`; a leading `~` is the user's home, since no shell expands it in a workflow file. */
export function directoryStore(folder: string, cwd: string): BaselineStore {
  const root = path.resolve(
    cwd,
    folder.replace(/^~(?=$|[/\\])/, () => homedir()),
  );
  return storeOver({
    describe: () => `folder ${root}`,
    where: (file) => at(root, file),
    list: (runnerKey) => list(root, runnerKey),
    add: (files) => add(root, files),
    remove: (paths) => remove(root, paths),
  });
}

function at(root: string, file: string): string {
  return path.join(root, ...file.split("/"));
}

async function list(root: string, runnerKey: string | null): Promise<Listing> {
  try {
    const keys = runnerKey === null ? await namesIn(root) : [runnerKey];
    const files: RawFile[] = [];
    for (const folder of keys.flatMap(storedFolders)) {
      // Something else may lie where a folder is looked for, but not where this very runner's should be.
      const absent = folder === runnerKey ? ["ENOENT"] : ["ENOENT", "ENOTDIR"];
      const paths = (await namesIn(at(root, folder), absent)).map((name) => `${folder}/${name}`);
      for (const file of paths.filter((candidate) => parseStoredPath(candidate) !== null)) {
        const read = await readOne(root, file);
        if (read !== null) files.push(read);
      }
    }
    return { files };
  } catch (error) {
    const { message } = systemFault(error);
    return { files: [], unread: `the baselines of folder ${root} could not be read: ${message}` };
  }
}

/** Sorted; none where the system answers with one of `absent`. */
async function namesIn(folder: string, absent: readonly string[] = ["ENOENT"]): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (absent.includes(systemFault(error).code)) return [];
    throw error;
  }
}

/** Null for a file that somebody removed since its name was read. */
async function readOne(root: string, file: string): Promise<RawFile | null> {
  const absolute = at(root, file);
  try {
    const facts = await lstat(absolute);
    // Never followed or opened: a link may lead anywhere, and a pipe would be waited for.
    if (!facts.isFile()) return irregular(file);
    if (facts.size > MAX_STORED_BYTES) return oversized(file, facts.size);
    return { path: file, text: await readFile(absolute, "utf8") };
  } catch (error) {
    const { code, message } = systemFault(error);
    return code === "ENOENT" ? null : { path: file, fault: message, remedy: "let the user of the runner read it" };
  }
}

async function add(root: string, files: readonly NewFile[]): Promise<Added> {
  const [added, present, taken]: [string[], string[], string[]] = [[], [], []];
  try {
    for (const { path: file, text } of files) {
      const absolute = at(root, file);
      if (await publishIn(path.dirname(absolute), absolute, text)) added.push(file);
      else if ((await readFile(absolute, "utf8")) === text) present.push(file);
      else taken.push(file);
    }
    return { added, present, taken, warning: null };
  } catch (error) {
    const { message } = systemFault(error);
    const advice = "Check that the folder exists, is writable for the user of the runner and has free space.";
    const warning = `the result could not be stored in folder ${root}: ${message}. ${advice}`;
    return { added, present, taken, warning };
  }
}

/** In a folder that is made where it is not there, again and again while somebody removes it before anything lies in it. */
async function publishIn(folder: string, file: string, text: string): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      await makeFolder(folder);
      return await publishFile(file, text);
    } catch (error) {
      if (!["ENOENT", "EEXIST"].includes(systemFault(error).code) || attempt >= ATTEMPTS) throw error;
    }
  }
}

async function remove(root: string, paths: readonly string[]): Promise<Removed> {
  const removed: string[] = [];
  try {
    for (const file of paths) {
      if (parseStoredPath(file) === null) throw new Error(`${file} is no file of a store`);
      await rm(at(root, file), { force: true, maxRetries: 5, retryDelay: 200 });
      removed.push(file);
    }
    // Innermost first, so that a runner's folder goes when its last file went.
    const folders = new Set(paths.map((file) => path.posix.dirname(file)).sort((a, b) => b.length - a.length));
    for (const folder of folders) await removeEmpty(at(root, folder));
    return { removed, warning: null };
  } catch (error) {
    const { message } = systemFault(error);
    return { removed, warning: `not everything could be removed from folder ${root}: ${message}` };
  }
}

/** A folder that is not empty, or in which somebody just wrote, stays. */
async function removeEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    systemFault(error);
  }
}
