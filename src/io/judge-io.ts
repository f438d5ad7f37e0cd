/** Where `judge` reads its file from and puts its answer: never half of one. */
import { randomUUID } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { addAbortSignal } from "node:stream";
import { text } from "node:stream/consumers";
import { UserError } from "../core/errors.ts";
import { systemFault } from "./system-fault.ts";

/** Standard input. */
const PIPE = "-";

/** @throws UserError when there is nothing to read */
export async function readInput(file: string | undefined, signal: AbortSignal): Promise<string> {
  if (file === undefined && process.stdin.isTTY) {
    throw new UserError("name a file to judge, or send one through standard input");
  }
  if (file === undefined || file === PIPE) return text(addAbortSignal(signal, process.stdin));
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UserError(`${JSON.stringify(file)} cannot be read: ${systemFault(error).message}`);
  }
}

/** Whoever reads the file meets the old answer or the new one. */
export async function writeOutput(file: string | undefined, content: string): Promise<void> {
  if (file === undefined || file === PIPE) {
    process.stdout.write(content);
    return;
  }
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}.tmp`);
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(temporary, { force: true }));
  try {
    await writeFile(temporary, content, { flag: "wx" });
    await rename(temporary, file);
  } catch (error) {
    throw new UserError(`${JSON.stringify(file)} cannot be written: ${systemFault(error).message}`);
  }
}
