import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { longPathProblem } from "../../src/io/long-paths.ts";
import { programIn } from "../support/interpreters.ts";
import { temporaryFolder, type TemporaryFolder } from "./temporary-folder.ts";

let folder: TemporaryFolder;

beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const TOOLS = String.raw`C:\actions-runner\_work\_tool\finetune-bench\envs\torch-cp312-win_amd64-driver580-0123456789ab\01234567`;
const KEY = String.raw`HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\FileSystem`;

/** A Windows whose registry answers so, with the line ends of Windows. */
async function windows(answer: string, status = 0): Promise<{ env: NodeJS.ProcessEnv; platform: "win32" }> {
  const name = `registry-${answer.length}-${status}`;
  await programIn(
    folder.path,
    `${name}/reg`,
    `printf '\\r\\n%s\\r\\n    %s\\r\\n\\r\\n' '${KEY}' '${answer}'\nexit ${status}`,
  );
  return { env: { PATH: path.join(folder.path, name) }, platform: "win32" };
}

const OFF = "LongPathsEnabled    REG_DWORD    0x0";
const ON = "LongPathsEnabled    REG_DWORD    0x1";

test("a folder whose packages would not fit is refused with both ways out", async () => {
  for (const machine of [await windows(OFF), await windows("ERROR: The system was unable to find it", 1)]) {
    const problem = await longPathProblem({ folder: TOOLS, ...machine });
    expect(problem).toContain(`up to ${TOOLS.length + 19 + 170} characters`);
    expect(problem).toContain(String.raw`FINETUNE_BENCH_CACHE to a short folder such as C:\fb`);
    expect(problem).toContain("/v LongPathsEnabled /t REG_DWORD /d 1 /f");
  }
});

test("the switch, a short folder and any other system let it pass", async () => {
  expect(await longPathProblem({ folder: TOOLS, ...(await windows(ON)) })).toBeNull();
  const short = String.raw`C:\fb\envs\torch-cp312-win_amd64-0123456789ab\01234567`;
  expect(await longPathProblem({ folder: short, ...(await windows(OFF)) })).toBeNull();
  for (const platform of ["linux", "darwin"] as const) {
    expect(await longPathProblem({ folder: "/x".repeat(200), env: { PATH: "" }, platform })).toBeNull();
  }
});

test("a machine without the registry's program is taken to have the switch off", async () => {
  const env = { PATH: path.join(folder.path, "nothing") };
  expect(await longPathProblem({ folder: TOOLS, env, platform: "win32" })).toContain("FINETUNE_BENCH_CACHE");
});
