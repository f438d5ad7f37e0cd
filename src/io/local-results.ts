/** Results in folders, files and downloaded artifacts that a person names, read as strictly as a stranger's. */
import { lstat, readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../core/errors.ts";
import { readResult, type ReadResult } from "../core/read-result.ts";
import type { JobResult } from "../core/result.ts";
import { MAX_STORED_BYTES } from "../core/stored-result.ts";
import type { SetAside } from "./collect.ts";
import { MANIFEST, readMeasured } from "./measured-folder.ts";
import { ZIP_LIMITS } from "./run-artifacts.ts";
import { systemFault } from "./system-fault.ts";
import { BadArchive, readZipEntry } from "./zip-entry.ts";

const RESULT = "result.json";
const MOST_FOLDERS = 1000;
const MOST_ARCHIVE_BYTES = 256 * 1024 * 1024;

export interface LocalResults {
  readonly results: readonly JobResult[];
  readonly aside: readonly SetAside[];
}

/**
 * Every result below the paths: of a folder its own `result.json` or `measured.json`, else those of the folders in it. Throws a
 * {@link UserError} for a path that holds none, and where two are of one runner and suite.
 */
export async function readLocalResults(given: readonly string[]): Promise<LocalResults> {
  const files = new Set((await Promise.all(given.map(filesAt))).flat());
  const found = new Map<string, { readonly file: string; readonly result: JobResult }>();
  const aside: SetAside[] = [];
  for (const file of files) {
    const read = await readOne(file);
    if ("fault" in read) {
      aside.push({ name: path.relative(process.cwd(), file), reason: read.fault });
      continue;
    }
    const { result } = read;
    const key = `${result.runner_key} ${result.suite.name}`;
    const other = found.get(key);
    if (other !== undefined) {
      throw new UserError(
        `${other.file} and ${file} are both of ${result.runner_key} and suite ${result.suite.name}; a report takes one ` +
          `result of each runner: name the one you mean`,
      );
    }
    found.set(key, { file, result });
  }
  return { results: [...found.values()].map(({ result }) => result), aside };
}

async function filesAt(given: string): Promise<string[]> {
  const root = path.resolve(given);
  try {
    if (!(await stat(root)).isDirectory()) return [root];
    const entries = await readdir(root, { withFileTypes: true });
    const own = [RESULT, MANIFEST].find((file) => entries.some(({ name }) => name === file));
    if (own !== undefined) return [path.join(root, own)];
    const folders = entries.filter((entry) => entry.isDirectory()).slice(0, MOST_FOLDERS);
    const files = folders.flatMap(({ name }) => [RESULT, MANIFEST].map((file) => path.join(root, name, file))).sort();
    const there = await Promise.all(files.map((file) => lstat(file).then(Boolean, () => false)));
    const found = files.filter((_file, index) => there[index]);
    if (found.length > 0) return found;
  } catch (error) {
    throw new UserError(`${given} cannot be read: ${systemFault(error).message}`);
  }
  throw new UserError(
    `${given} holds no ${RESULT}: name the results folder of a job, a folder of such, or an artifact`,
  );
}

async function readOne(file: string): Promise<ReadResult> {
  const isArchive = file.toLowerCase().endsWith(".zip");
  try {
    const facts = await lstat(file);
    if (!facts.isFile()) return { fault: "it is a link, a folder or a device, not a plain file" };
    const most = isArchive ? MOST_ARCHIVE_BYTES : MAX_STORED_BYTES;
    if (facts.size > most) return { fault: `it has ${facts.size} bytes, more than the ${most} it may have` };
    if (path.basename(file) === MANIFEST) return readMeasured(path.dirname(file));
    const bytes = await readFile(file);
    return readResult((isArchive ? await readZipEntry(bytes, RESULT, ZIP_LIMITS) : bytes).toString("utf8"));
  } catch (error) {
    if (error instanceof BadArchive) return { fault: error.message };
    return { fault: systemFault(error).message };
  }
}
