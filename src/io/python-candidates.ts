/** Lists the programs that may be a Python interpreter, the likeliest first. */
import path from "node:path";
import { findIn, isProgram, MINORS, pathFolders, pythonFolders, type Place } from "./usual-places.ts";

export interface Candidate {
  readonly file: string;
  readonly args: readonly string[];
}

const NAMES = [...MINORS.map((minor) => `python${minor}`), "python3", "python"];

/** Existing programs only, each once: those on the PATH, then those in the usual places, newest name first. */
export async function* pythonCandidates(place: Place): AsyncGenerator<Candidate> {
  const { platform, root } = place;
  const windows = platform === "win32";
  // Apple's own is 3.9, and asking it on a Mac without the developer tools opens a window.
  const apple = platform === "darwin" ? path.join(root, "usr", "bin") : null;
  const seen = new Set<string>();
  for (const folders of [pathFolders(place), await pythonFolders(place)]) {
    for (const name of NAMES) {
      for (const folder of folders) {
        const file = path.join(folder, windows ? `${name}.exe` : name);
        if (seen.has(file) || path.resolve(folder) === apple) continue;
        seen.add(file);
        if (await isProgram(file)) yield { file, args: [] };
      }
    }
  }
  if (!windows) return;
  // The launcher of python.org's installer knows interpreters that stand on no PATH.
  const system = place.env["SYSTEMROOT"] ?? place.env["SystemRoot"];
  const launcher = await findIn("py", [...pathFolders(place), ...(system === undefined ? [] : [system])], platform);
  if (launcher === null) return;
  for (const minor of MINORS) yield { file: launcher, args: [`-${minor}`] };
}
