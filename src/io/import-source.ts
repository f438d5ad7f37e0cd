/** Finds the results in what a user hands over: an export, a folder of baselines, the folder of an artifact, one file. */
import { openAsBlob } from "node:fs";
import { lstat, open, readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { describeError, UserError } from "../core/errors.ts";
import type { FoundFile } from "../core/import-plan.ts";
import { irregular, MAX_STORED_BYTES, oversized, parseStoredPath, type RawFile } from "../core/stored-result.ts";
import { systemFault } from "./system-fault.ts";
import { readTarGz, TooLarge } from "./tar-reader.ts";

const LIMITS = {
  packedBytes: 256 * 1024 * 1024,
  unpackedBytes: 512 * 1024 * 1024,
  files: 50_000,
} as const;
/** Folders below the one that was named: artifact or runner, and what lies in it. */
const DEPTH = 3;
const RESULT = "result.json";
/** `<sha>-<run id>-<attempt>[-<suite>].json` and `qualified/<time>.json`: what else an artifact holds has other names. */
const STORED = /\/(?:(?:[0-9a-f]{40,64}|nocommit)-[^/]+-\d+(?:-[^/]+)?|qualified\/[0-9TZ]+)\.json$/;

/** Throws a `UserError` for what is none of these, and where nothing is found. */
export async function readImport(given: string): Promise<FoundFile[]> {
  try {
    const found = (await stat(given)).isDirectory() ? await fromFolder(given) : await fromFile(given);
    if (found.length > 0) return found;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${given} cannot be read: ${systemFault(error).message}`);
  }
  throw new UserError(
    `${given} holds no results: give an export (.tar.gz), a folder of baselines (RUNNER/….json), or the unpacked ` +
      `artifact of a job (with its ${RESULT})`,
  );
}

async function fromFolder(root: string): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  let seen = 0;
  const walk = async (folder: string, depth: number): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      seen += 1;
      if (seen > LIMITS.files)
        throw new UserError(`${root} holds more than ${LIMITS.files} files; name a smaller folder`);
      const file = path.join(folder, entry.name);
      const name = namedAs(root, file);
      if (entry.isDirectory() && depth < DEPTH) await walk(file, depth + 1);
      else if (name !== null) found.push({ source: file, raw: await readPlain(file, name) });
    }
  };
  await walk(root, 1);
  return found.toSorted((a, b) => (a.source < b.source ? -1 : 1));
}

/** Its path in a store, from the folder of the store or of one runner; `result.json` itself; null for everything else. */
function namedAs(root: string, file: string): string | null {
  if (path.basename(file) === RESULT) return RESULT;
  const relative = path.relative(root, file).split(path.sep).join("/");
  const fromRunner = `${path.basename(path.resolve(root))}/${relative}`;
  return [fromRunner, relative].find(isStoredName) ?? null;
}

async function readPlain(file: string, name: string): Promise<RawFile> {
  const facts = await lstat(file);
  if (!facts.isFile()) return irregular(name);
  if (facts.size > MAX_STORED_BYTES) return oversized(name, facts.size);
  const text = await readFile(file, "utf8");
  return { path: name === RESULT ? ownPath(text) : name, text };
}

const ownerSchema = z.looseObject({ runner_key: z.string() });

/** Where a result that stands alone belongs; a text that does not tell keeps its name, and is then refused. */
function ownPath(text: string): string {
  try {
    return `${ownerSchema.parse(JSON.parse(text)).runner_key}/${RESULT}`;
  } catch {
    return `unknown/${RESULT}`;
  }
}

async function fromFile(file: string): Promise<FoundFile[]> {
  const start = await firstBytes(file);
  if (start[0] === 0x1f && start[1] === 0x8b) return fromArchive(file);
  if (start.subarray(0, 2).toString("latin1") === "PK") {
    throw new UserError(`${file} is a zip archive; unpack it and name the folder`);
  }
  if (/^\s*\{/.test(start.toString("latin1"))) return [{ source: file, raw: await readPlain(file, RESULT) }];
  throw new UserError(`${file} is no export (.tar.gz) and no ${RESULT}`);
}

async function firstBytes(file: string): Promise<Buffer> {
  await using handle = await open(file, "r");
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0);
  return buffer.subarray(0, bytesRead);
}

/** Its path in a store, also where everything lies in one folder more; null for everything else. */
function archivedAs(entry: string): string | null {
  const name = entry.replace(/^\.\//, "");
  const below = /^[^/]+\/(.*)$/s.exec(name)?.[1] ?? name;
  return [name, below].find(isStoredName) ?? null;
}

function isStoredName(name: string): boolean {
  return STORED.test(name) && parseStoredPath(name) !== null;
}

async function fromArchive(file: string): Promise<FoundFile[]> {
  const blob = await openAsBlob(file);
  try {
    const files = await readTarGz(blob.stream(), { what: file, ...LIMITS }, archivedAs);
    return files.map((raw) => ({ source: `${file}: ${raw.path}`, raw }));
  } catch (error) {
    if (error instanceof TooLarge)
      throw new UserError(`${error.message}, which no history needs; nothing was imported`);
    throw new UserError(`${file} cannot be unpacked: ${describeError(error) || "it is damaged"}; nothing was imported`);
  }
}
