/** Packages that an earlier step installed from the head's checkout: the base must import its own version of them. */
import path from "node:path";
import * as z from "zod";
import type { BaseCheckout } from "./base-checkout.ts";
import { measuringEnvironment } from "./child-environment.ts";
import type { Environment } from "./job-context.ts";
import { printedObject } from "./printed-object.ts";
import { runProcess } from "./process.ts";

/**
 * What Python looks through beside the program's own folder: the folders of its path, among them those that `.pth` files of
 * `pip install -e` name, and the packages that setuptools leads to by finders of its own.
 */
const ASK = `import json, os, sys
finders = [sys.modules.get(getattr(finder, "__module__", "")) for finder in sys.meta_path]
packages = [item for module in finders for item in getattr(module, "MAPPING", {}).items()]
folders = [os.path.dirname(place) for name, place in packages if os.path.basename(place) == name]
print(json.dumps({"folders": [folder for folder in sys.path + folders if os.path.isabs(folder)]}))
`;
const ASK_S = 60;

const answerSchema = z.object({ folders: z.array(z.string()) });

export interface Imports {
  /** The interpreter of the program; null: what the PATH has. */
  readonly python: string | null;
  readonly env: Environment;
  /** Of the head. */
  readonly workspace: string;
  readonly signal: AbortSignal;
}

/** Folders of the base, in the order in which Python finds the head's; none where it cannot be asked. */
export async function baseImports(base: BaseCheckout, imports: Imports): Promise<string[]> {
  const found: string[] = [];
  for (const folder of await importFolders(imports)) {
    const own = await base.counterpart(folder);
    if (own !== null && !found.includes(own)) found.push(own);
  }
  return found;
}

async function importFolders({ python, env, workspace, signal }: Imports): Promise<readonly string[]> {
  for (const file of python === null ? ["python", "python3"] : [python]) {
    const lines: string[] = [];
    const { code } = await runProcess({
      file,
      args: ["-c", ASK],
      // No folder of anybody's, since where it is asked from is the first that it looks through.
      cwd: path.parse(workspace).root,
      env: measuringEnvironment(env),
      onLine: (line) => lines.push(line),
      timeoutS: ASK_S,
      signal,
    });
    const answer = answerSchema.safeParse(printedObject(lines));
    if (code === 0 && answer.success) return answer.data.folders;
  }
  return [];
}
