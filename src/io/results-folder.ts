/** The folder that holds everything one job leaves behind, and that becomes the artifact. */
import { rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { UserError } from "../core/errors.ts";
import { jsonWithoutHome, textWithoutHome } from "../core/home.ts";
import { makeFolder } from "./make-folder.ts";
import { systemFault } from "./system-fault.ts";

export interface ResultsFolder {
  readonly path: string;
  /** The folder's own name, which the artifact carries too. */
  readonly name: string;
  /** Writes a whole file or none, the user's home folder as `~`. */
  write(file: string, content: string): Promise<void>;
  writeJson(file: string, value: unknown): Promise<void>;
}

/** An empty folder of this name below `root`; what an earlier job of the same name left there is removed. */
export async function makeResultsFolder(root: string, name: string): Promise<ResultsFolder> {
  const folder = path.resolve(root, name);
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  for (const sub of ["orders", "runs", "env"]) await makeFolder(path.join(folder, sub));
  const home = homedir();
  const write = async (file: string, content: string): Promise<void> => {
    const target = path.join(folder, file);
    await writeFile(`${target}.part`, content);
    await rename(`${target}.part`, target);
  };
  return {
    path: folder,
    name,
    write: (file, content) => write(file, textWithoutHome(content, home)),
    writeJson: (file, value) => write(file, `${jsonWithoutHome(value, home)}\n`),
  };
}

/** The folder of local runs below `workspace`, kept out of the user's commits by a file of its own. */
export async function localFolder(workspace: string): Promise<string> {
  const folder = path.join(workspace, ".finetune-bench");
  try {
    await makeFolder(folder);
    await writeFile(path.join(folder, ".gitignore"), "*\n");
  } catch (error) {
    const { message } = systemFault(error);
    throw new UserError(
      `${folder}, where results and history lie, cannot be written: ${message}; run this in a folder that you may write to`,
    );
  }
  return folder;
}
