/**
 * pip's own settings files, read as the variables that say the same. So the rules for variables hold for them too: what
 * sends packages elsewhere is left out, the indexes are known to all steps, and uv, which reads none of it, gives way to pip.
 */
import { readFile, stat } from "node:fs/promises";
import os from "node:os";
import { below, homeOf, type Place } from "./usual-places.ts";

export interface PipSettings {
  /** The parent's variables, with those that the files stand for; they name no file any more. */
  readonly env: NodeJS.ProcessEnv;
  /** The file or variable that sets up pip where nothing sets up uv; null: uv does as well. */
  readonly reason: string | null;
}

/** Of these uv has its own, and reads none of pip's. */
const OF_PIP = ["INDEX_URL", "EXTRA_INDEX_URL", "NO_INDEX", "FIND_LINKS", "TRUSTED_HOST", "PROXY", "CLIENT_CERT"];
const OF_UV = ["DEFAULT_INDEX", "INDEX", "INDEX_URL", "EXTRA_INDEX_URL", "NO_INDEX", "FIND_LINKS", "CONFIG_FILE"];
/** Sections that `pip install` reads, the stronger one last. */
const SECTIONS = ["global", "install"];

export async function pipSettings(place: Place): Promise<PipSettings> {
  const { env } = place;
  const given = new Set(Object.keys(env).flatMap((name) => (env[name] ? [name.toUpperCase()] : [])));
  const read = await variablesOf(await configFiles(place));
  const ofFiles = [...read].filter(([name]) => !given.has(name));
  const reasons = new Map([
    ...[...given].map((name): [string, string] => [name, name]),
    ...ofFiles.map(([name, { file }]): [string, string] => [name, file]),
  ]);
  const reason = OF_PIP.map((name) => reasons.get(`PIP_${name}`)).find((found) => found !== undefined);
  const hasUv = OF_UV.some((name) => given.has(`UV_${name}`));
  const values = Object.fromEntries(ofFiles.map(([name, { value }]) => [name, value]));
  return { env: { ...env, ...values, PIP_CONFIG_FILE: os.devNull }, reason: hasUv ? null : (reason ?? null) };
}

/** Those that pip would read, the stronger ones last. */
async function configFiles(place: Place): Promise<string[]> {
  const { env, platform, root } = place;
  const own = env["PIP_CONFIG_FILE"] ?? "";
  if (own === os.devNull) return [];
  const home = homeOf(place);
  const everybodys =
    platform === "win32"
      ? [below(env["PROGRAMDATA"], "pip", "pip.ini")]
      : platform === "darwin"
        ? [below(root, "Library/Application Support/pip/pip.conf")]
        : [
            ...(env["XDG_CONFIG_DIRS"] || below(root, "etc/xdg")).split(":").map((at) => below(at, "pip/pip.conf")),
            below(root, "etc/pip.conf"),
          ];
  // One that is named stands in the place of the user's, where it is there.
  if (own !== "" && (await exists(own))) return [...everybodys, own];
  if (platform === "win32") {
    return [...everybodys, below(home, "pip", "pip.ini"), below(env["APPDATA"], "pip", "pip.ini")];
  }
  const ofMac = below(home, "Library/Application Support/pip");
  const users =
    platform === "darwin" && (await exists(ofMac))
      ? ofMac
      : below(platform === "darwin" ? undefined : env["XDG_CONFIG_HOME"], "pip") || below(home, ".config/pip");
  return [...everybodys, below(home, ".pip/pip.conf"), below(users, "pip.conf")];
}

/** By variable: the value and the file that it is from. What is set to nothing is not set. */
async function variablesOf(files: readonly string[]): Promise<Map<string, { value: string; file: string }>> {
  const found = new Map<string, { value: string; file: string }>();
  for (const file of files) {
    const text = await readFile(file, "utf8").catch(() => "");
    for (const [key, value] of parseConfig(text)) found.set(key, { value, file });
  }
  const variables = new Map<string, { value: string; file: string }>();
  for (const section of SECTIONS) {
    for (const [key, entry] of found) {
      if (!key.startsWith(`${section}.`) || entry.value === "") continue;
      variables.set(
        `PIP_${key
          .slice(section.length + 1)
          .replaceAll("-", "_")
          .toUpperCase()}`,
        entry,
      );
    }
  }
  return variables;
}

/** `section.key` and value, as Python's `configparser` reads them: a line further in than its key goes on with the value. */
function parseConfig(text: string): Map<string, string> {
  const values = new Map<string, string>();
  let section = "";
  let last: { key: string; indent: number } | null = null;
  for (const line of text.split(/\r?\n/)) {
    const bare = line.trim();
    if (bare === "" || /^[#;]/.test(bare)) continue;
    const indent = line.length - line.trimStart().length;
    const header = /^\[([^\]]+)\]/.exec(bare)?.[1];
    const [, name = "", value = ""] = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(bare) ?? [];
    if (last !== null && indent > last.indent) values.set(last.key, `${values.get(last.key) ?? ""} ${bare}`.trim());
    else if (header !== undefined) [section, last] = [header, null];
    else if (name !== "") {
      last = { key: `${section}.${name.toLowerCase().replaceAll("_", "-").replace(/^--/, "")}`, indent };
      values.set(last.key, value);
    }
  }
  return values;
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
