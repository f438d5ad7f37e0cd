/** Lists the programs that may be a Python interpreter, the likeliest first. */
import { access, constants, readdir } from "node:fs/promises";
import path from "node:path";

export interface Candidate {
  readonly file: string;
  readonly args: readonly string[];
}

const MINORS = ["3.14", "3.13", "3.12", "3.11"];
const NAMES = [...MINORS.map((minor) => `python${minor}`), "python3", "python"];

/** Existing programs only, each once: those on the PATH, then those in the usual places, newest name first. */
export async function* pythonCandidates(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): AsyncGenerator<Candidate> {
  const windows = platform === "win32";
  const onPath = pathFolders(env, platform);
  const seen = new Set<string>();
  for (const folders of [onPath, await usualFolders(env, platform)]) {
    for (const name of NAMES) {
      for (const folder of folders) {
        const file = path.join(folder, windows ? `${name}.exe` : name);
        // Apple's own is 3.9, and asking it on a Mac without the developer tools opens a window.
        if (seen.has(file) || (platform === "darwin" && file.startsWith("/usr/bin/"))) continue;
        seen.add(file);
        if (await isProgram(file)) yield { file, args: [] };
      }
    }
  }
  // The launcher of python.org's installer knows interpreters that stand on no PATH.
  if (windows) yield { file: "py", args: ["-3"] };
}

/** A program on the PATH, or null. */
export async function findProgram(
  name: string,
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
): Promise<string | null> {
  for (const folder of pathFolders(env, platform)) {
    const file = path.join(folder, platform === "win32" ? `${name}.exe` : name);
    if (await isProgram(file)) return file;
  }
  return null;
}

function pathFolders(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string[] {
  const isPath = (name: string): boolean => (platform === "win32" ? name.toUpperCase() : name) === "PATH";
  const text = Object.entries(env).find(([name]) => isPath(name))?.[1] ?? "";
  return text.split(path.delimiter).filter((folder) => path.isAbsolute(folder));
}

async function usualFolders(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): Promise<string[]> {
  const home = env["HOME"] ?? env["USERPROFILE"] ?? "";
  const tools = env["RUNNER_TOOL_CACHE"] ?? "";
  const pyenv = env["PYENV_ROOT"] ?? (home === "" ? "" : path.join(home, ".pyenv"));
  const folders: string[] = [];
  // What actions/setup-python left in the runner's tool cache: Python/3.12.8/x64, with bin/ except on Windows.
  for (const architecture of ["arm64", "x64"]) {
    const versions = await versionsIn(tools === "" ? "" : path.join(tools, "Python"));
    folders.push(...versions.map((version) => path.join(version, architecture, platform === "win32" ? "" : "bin")));
  }
  if (platform === "win32") {
    const local = env["LOCALAPPDATA"] ?? "";
    const installed = await versionsIn(local === "" ? "" : path.join(local, "Programs", "Python"));
    return [...folders, ...installed];
  }
  folders.push("/opt/homebrew/bin", "/usr/local/bin", "/usr/bin");
  if (home !== "") folders.push(path.join(home, ".local", "bin"));
  folders.push(...MINORS.map((minor) => `/Library/Frameworks/Python.framework/Versions/${minor}/bin`));
  if (pyenv !== "") {
    folders.push(path.join(pyenv, "shims"));
    folders.push(...(await versionsIn(path.join(pyenv, "versions"))).map((version) => path.join(version, "bin")));
  }
  return folders;
}

/** Folders named after versions, newest first; none where the parent is not there. */
async function versionsIn(parent: string): Promise<string[]> {
  if (parent === "") return [];
  const names = await readdir(parent).catch(() => []);
  return names.sort((a, b) => b.localeCompare(a, "en", { numeric: true })).map((name) => path.join(parent, name));
}

async function isProgram(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
