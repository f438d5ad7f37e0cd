/** Has uv fetch a Python interpreter into our own cache, for machines that have none of use. */
import path from "node:path";
import { installEnvironment } from "./child-environment.ts";
import { makeFolder } from "./make-folder.ts";
import { runProcess, type ProcessResult } from "./process.ts";

export interface FetchRequest {
  /** Path of uv. */
  readonly uv: string;
  /** The cache folder; interpreters lie in `python/` of it. */
  readonly cache: string;
  readonly env: NodeJS.ProcessEnv;
  /** One line per phase, of our own words. */
  readonly progress: (message: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The newest but one: every pinned package has wheels for it. */
export const FETCHED = "3.13";
const TIMEOUT_S = 600;

/** Path of the interpreter, or why it could not be had. One that an earlier job fetched needs no network. */
export async function fetchPython(request: FetchRequest): Promise<{ file: string } | { problem: string }> {
  const folder = path.join(request.cache, "python");
  await makeFolder(folder);
  const there = await find(request, folder);
  if (there !== null) return { file: there };
  request.progress(`no usable Python on this machine: uv fetches Python ${FETCHED}, about 30 MB`);
  const installed = await uv(request, folder, ["python", "install", FETCHED]);
  if (installed.code !== 0) return { problem: problemOf(installed) };
  const file = await find(request, folder);
  return file === null ? { problem: "it says that it did, and finds none" } : { file };
}

async function find(request: FetchRequest, folder: string): Promise<string | null> {
  const lines: string[] = [];
  const args = ["python", "find", "--no-project", "--system", FETCHED];
  const { code } = await uv(request, folder, args, (line) => lines.push(line));
  return (code === 0 && lines.map((line) => line.trim()).find((line) => path.isAbsolute(line))) || null;
}

function uv(
  { uv: file, env, signal }: FetchRequest,
  folder: string,
  args: readonly string[],
  onLine: (line: string) => void = () => {},
): Promise<ProcessResult> {
  const variables = {
    UV_PYTHON_INSTALL_DIR: folder,
    UV_PYTHON_PREFERENCE: "only-managed",
    // Nothing of it stands on the user's PATH or in the registry.
    UV_PYTHON_INSTALL_BIN: "0",
    UV_PYTHON_INSTALL_REGISTRY: "0",
  };
  return runProcess({
    file,
    args,
    cwd: folder,
    env: installEnvironment(env, variables),
    onLine,
    timeoutS: TIMEOUT_S,
    ...(signal === undefined ? {} : { signal }),
  });
}

function problemOf({ timedOut, startError, tail, code, signal }: ProcessResult): string {
  if (timedOut) return `it did not end within ${TIMEOUT_S / 60} minutes`;
  const said = startError ?? tail.join(" ").replaceAll(/\s+/g, " ").slice(0, 500);
  return said === "" ? `it ended with ${code ?? signal}` : said;
}
