/**
 * The folder of one environment: `<cache>/envs/<key>/`, with one sub-folder per attempt and `complete.json`, written
 * last, that names the finished one. A virtual environment cannot be moved, so each attempt is built where it stays;
 * a killed installation whose children live on spoils nothing but its own attempt.
 */
import { randomBytes } from "node:crypto";
import { access, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { makeFolder } from "./make-folder.ts";

const stampSchema = z.object({
  layout: z.literal(1),
  attempt: z.string().regex(/^[0-9a-f]{8}$/),
  made_at: z.iso.datetime(),
  made_by: z.string(),
  versions: z.string(),
});
type Stamp = z.infer<typeof stampSchema>;

const STAMP = "complete.json";

export interface CompleteEnvironment {
  /** The environment's interpreter. */
  readonly python: string;
  /** `name==version` of every package, one a line. */
  readonly versions: string;
  readonly madeAt: string;
}

/** The finished environment of a key; null where there is none, or where its interpreter has gone. */
export async function findComplete(folder: string): Promise<CompleteEnvironment | null> {
  const text = await readFile(path.join(folder, STAMP), "utf8").catch(() => null);
  if (text === null) return null;
  const stamp = stampSchema.safeParse(parse(text));
  if (!stamp.success) return null;
  const python = interpreterOf(path.join(folder, stamp.data.attempt));
  // The environment's interpreter is a link to the one it was made with, which may have been removed since.
  return (await isThere(python)) ? { python, versions: stamp.data.versions, madeAt: stamp.data.made_at } : null;
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** A new attempt's folder, after everything unfinished was removed. Only under the key's lock. */
export async function beginAttempt(folder: string): Promise<string> {
  await makeFolder(folder);
  for (const name of await readdir(folder)) await removeTree(path.join(folder, name));
  return path.join(folder, randomBytes(4).toString("hex"));
}

/** Declares an attempt finished; null where it is gone, because another process began one of its own. */
export async function completeAttempt(
  attempt: string,
  made: { readonly by: string; readonly versions: string },
): Promise<CompleteEnvironment | null> {
  const python = interpreterOf(attempt);
  if (!(await isThere(python))) return null;
  const stamp: Stamp = {
    layout: 1,
    attempt: path.basename(attempt),
    made_at: new Date().toISOString(),
    made_by: made.by,
    versions: made.versions,
  };
  const file = path.join(path.dirname(attempt), STAMP);
  await writeFile(`${file}.new`, `${JSON.stringify(stamp, null, 2)}\n`);
  await rename(`${file}.new`, file);
  return { python, versions: made.versions, madeAt: stamp.made_at };
}

export function interpreterOf(environment: string, platform: NodeJS.Platform = process.platform): string {
  return platform === "win32"
    ? path.join(environment, "Scripts", "python.exe")
    : path.join(environment, "bin", "python");
}

/** Files in use cannot be removed on Windows for a moment, and a dying installer may still be writing. */
export async function removeTree(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
