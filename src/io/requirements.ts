/** Reads a requirements file, with the files it includes, into one hash; refuses what a shared environment cannot hold. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { describeError, UserError } from "../core/errors.ts";
import { sha256Hex } from "../core/hash.ts";

export interface Requirements {
  /** sha256 of the file and of every file it includes, hex. */
  readonly hash: string;
  /** The version of torch it pins, or null. */
  readonly torch: string | null;
}

/** @throws UserError where a file cannot be read, or names a local folder. */
export async function readRequirements(file: string): Promise<Requirements> {
  const texts = await collect(path.resolve(file), new Set());
  const all = texts.join("\n");
  return { hash: sha256Hex(all), torch: /^torch==([^\s;#]+)/m.exec(all)?.[1] ?? null };
}

async function collect(file: string, seen: Set<string>): Promise<string[]> {
  if (seen.has(file)) return [];
  seen.add(file);
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new UserError(`requirements file ${file} cannot be read: ${describeError(error)}`);
  });
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  for (const [index, line] of lines.entries()) refuseFolder(line, `${file}:${index + 1}`);
  const included = lines
    .map((line) => /^(?:-r|-c|--requirement|--constraint)[\s=]*(\S+)/.exec(line)?.[1])
    .filter((name) => name !== undefined && !/^[a-z]+:\/\//i.test(name))
    .map((name) => path.resolve(path.dirname(file), name ?? ""));
  const texts = [lines.join("\n")];
  for (const name of included) texts.push(...(await collect(name, seen)));
  return texts;
}

/** The content of a folder is no part of the hash: an environment made from it would keep its first copy for ever. */
function refuseFolder(line: string, where: string): void {
  if (!/^(?:-e\b|--editable\b|\.{1,2}(?:[\\/[]|$)|[\\/]|[A-Za-z]:[\\/]|file:)/.test(line) && !/@\s*file:/.test(line))
    return;
  throw new UserError(
    `${where}: ${JSON.stringify(line)} is a local folder or file; environments are shared between checkouts, so ` +
      "name published packages only, and put your own source on PYTHONPATH with env in the suite file",
  );
}
