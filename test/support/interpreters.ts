/** Programs that stand for Python interpreters of other machines. */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../../src/core/errors.ts";

export interface Version {
  readonly version: string;
  readonly venv?: boolean;
  readonly tag?: string;
}

/** A program that answers our one question as an interpreter of that version does. */
export async function interpreterIn(
  folder: string,
  name: string,
  { version, venv = true, tag }: Version,
): Promise<string> {
  const file = path.join(folder, name);
  const minor = version.split(".")[1] ?? "";
  const answer = { executable: file, version, tag: tag ?? `cp3${minor}`, platform: "linux_x86_64", venv };
  return programIn(folder, name, `echo '${JSON.stringify(answer)}'`);
}

export async function programIn(folder: string, name: string, script: string): Promise<string> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

/** The message of a search that must find nothing. */
export async function refusal(searching: Promise<unknown>): Promise<string> {
  const error: unknown = await searching.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UserError)) throw new Error("an interpreter was found", { cause: error });
  return error.message;
}
