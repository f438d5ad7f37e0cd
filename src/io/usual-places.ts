/** Where programs are: on the PATH, and where a service's short PATH does not look. */
import { access, constants, readdir } from "node:fs/promises";
import path from "node:path";

/** A machine to look at. Tests hand in another one, whose file system begins at `root`. */
export interface Place {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly root: string;
}

export const MINORS = ["3.14", "3.13", "3.12", "3.11"];

export function pathFolders({ env, platform }: Place): string[] {
  const isPath = (name: string): boolean => (platform === "win32" ? name.toUpperCase() : name) === "PATH";
  const text = Object.entries(env).find(([name]) => isPath(name))?.[1] ?? "";
  return text.split(path.delimiter).filter((folder) => path.isAbsolute(folder));
}

/** Folders that may hold a Python interpreter; the tool cache of a runner first. */
export async function pythonFolders(place: Place): Promise<string[]> {
  const { platform, env } = place;
  const home = homeOf(place);
  const bin = platform === "win32" ? "" : "bin";
  const folders: string[] = [];
  // What actions/setup-python left in the runner's tool cache: Python/3.12.8/x64, with bin/ except on Windows.
  for (const version of await foldersIn(below(env["RUNNER_TOOL_CACHE"], "Python"))) {
    folders.push(path.join(version, "arm64", bin), path.join(version, "x64", bin));
  }
  // What uv fetched for others: cpython-3.13.1-macos-aarch64-none.
  const fetched = platform === "win32" ? below(env["APPDATA"], "uv", "python") : below(home, ".local/share/uv/python");
  const managed = (await foldersIn(fetched)).map((version) => path.join(version, bin));
  if (platform === "win32") return [...folders, ...(await windowsFolders(place)), ...managed];
  const pyenv = env["PYENV_ROOT"] ?? below(home, ".pyenv");
  const system = ["opt/homebrew/bin", "usr/local/bin", "opt/local/bin", "usr/bin"].map((name) =>
    below(place.root, name),
  );
  return [
    ...folders,
    ...system,
    ...under(home, [".local/bin"]),
    ...(platform === "darwin" ? macFolders(place) : []),
    ...under(pyenv, ["shims"]),
    ...(await foldersIn(below(pyenv, "versions"))).map((version) => path.join(version, bin)),
    ...(await foldersIn(below(home, ".local/share/mise/installs/python"))).map((version) => path.join(version, bin)),
    ...under(home, ["miniforge3/bin", "miniconda3/bin", "anaconda3/bin"]),
    ...managed,
  ];
}

/** Of python.org's installer, and what Homebrew keeps out of its bin/ because another version stands there. */
function macFolders({ root }: Place): string[] {
  return MINORS.flatMap((minor) => [
    below(root, `Library/Frameworks/Python.framework/Versions/${minor}/bin`),
    below(root, `opt/homebrew/opt/python@${minor}/bin`),
    below(root, `usr/local/opt/python@${minor}/bin`),
  ]);
}

/** Of python.org's installer, for one user or for all, and of its successor, the install manager. */
async function windowsFolders({ env }: Place): Promise<string[]> {
  const local = env["LOCALAPPDATA"];
  const forAll = await foldersIn(below(env["PROGRAMFILES"]));
  return [
    ...(await foldersIn(below(local, "Programs", "Python"))),
    ...forAll.filter((folder) => /^python3\d+$/i.test(path.basename(folder))),
    ...(await foldersIn(below(local, "Python"))),
  ];
}

/** Path of uv, which installers put where a service does not look; null where there is none. */
export async function findUv(place: Place): Promise<string | null> {
  const { env, platform, root } = place;
  const usual = [
    ...under(homeOf(place), [".local/bin", ".cargo/bin"]),
    ...(platform === "win32"
      ? under(env["LOCALAPPDATA"], ["Microsoft/WinGet/Links"])
      : under(root, ["opt/homebrew/bin", "usr/local/bin", "opt/local/bin"])),
  ];
  return findIn("uv", [...pathFolders(place), ...usual], platform);
}

/** The first program of this name in these folders, or null. */
export async function findIn(
  name: string,
  folders: readonly string[],
  platform: NodeJS.Platform,
): Promise<string | null> {
  for (const folder of folders) {
    const file = path.join(folder, platform === "win32" ? `${name}.exe` : name);
    if (await isProgram(file)) return file;
  }
  return null;
}

export async function isProgram(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

export function homeOf({ env }: Place): string {
  return env["HOME"] ?? env["USERPROFILE"] ?? "";
}

/** A path below a folder; "" where the folder is not known. */
export function below(folder: string | undefined, ...names: readonly string[]): string {
  return folder === undefined || folder === "" ? "" : path.join(folder, ...names);
}

function under(folder: string | undefined, names: readonly string[]): string[] {
  return names.map((name) => below(folder, name)).filter((found) => found !== "");
}

/** Folders named after versions, newest first; none where the parent is not there. */
async function foldersIn(parent: string): Promise<string[]> {
  if (parent === "") return [];
  const names = await readdir(parent).catch(() => []);
  return names.sort((a, b) => b.localeCompare(a, "en", { numeric: true })).map((name) => path.join(parent, name));
}
