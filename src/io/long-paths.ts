/** Windows cuts paths after 259 characters unless a switch is set, and packages bring long ones. */
import { measuringEnvironment } from "./child-environment.ts";
import { runProcess } from "./process.ts";

/** Characters of a whole path that every Windows takes. */
const MOST = 259;
/** Of the longest file name inside a package, from its folder on: torch's licences have 167 characters. */
const LONGEST_IN_PACKAGES = 170;
const SWITCH = String.raw`HKLM\SYSTEM\CurrentControlSet\Control\FileSystem`;

export interface PathRequest {
  /** An environment to be made. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
}

/** What to do where the files of an environment would have names too long for this machine; null where they fit. */
export async function longPathProblem({
  folder,
  env,
  platform = process.platform,
}: PathRequest): Promise<string | null> {
  const longest = folder.length + "/Lib/site-packages/".length + LONGEST_IN_PACKAGES;
  if (platform !== "win32" || longest <= MOST || (await isSwitchedOn(env, platform))) return null;
  return (
    `its files in ${folder} would have names of up to ${longest} characters, and this Windows takes ${MOST}: set ` +
    String.raw`FINETUNE_BENCH_CACHE to a short folder such as C:\fb, or switch long paths on, as an administrator: ` +
    `reg add ${SWITCH} /v LongPathsEnabled /t REG_DWORD /d 1 /f`
  );
}

async function isSwitchedOn(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): Promise<boolean> {
  const lines: string[] = [];
  const { code } = await runProcess({
    file: "reg",
    args: ["query", SWITCH, "/v", "LongPathsEnabled"],
    cwd: process.cwd(),
    env: measuringEnvironment(env, {}, platform),
    onLine: (line) => lines.push(line),
    timeoutS: 10,
  });
  return code === 0 && lines.some((line) => /LongPathsEnabled\s+REG_DWORD\s+0x1\s*$/.test(line));
}
