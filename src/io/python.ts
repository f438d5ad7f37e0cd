/** Finds a Python interpreter that can measure or make virtual environments. */
import { UserError } from "../core/errors.ts";
import { clip } from "../core/escape.ts";
import { inputNamed } from "../core/input-name.ts";
import * as z from "zod";
import { installEnvironment } from "./child-environment.ts";
import { pipSettings } from "./pip-settings.ts";
import { pythonCandidates, type Candidate } from "./python-candidates.ts";
import { FETCHED, fetchPython } from "./python-fetch.ts";
import { printedObject } from "./printed-object.ts";
import { runProcess, type ProcessResult } from "./process.ts";
import { findUv, type Place } from "./usual-places.ts";

const OLDEST_PYTHON = "3.11";
/** The newest that the pinned packages have wheels for. */
const NEWEST_MINOR = 14;
const ANSWER_S = 20;
/** How `python.exe` ends on Windows where it only offers to open the Store. */
const STORE_STUB = 9009;

const factsSchema = z.object({
  executable: z.string().min(1),
  version: z.string(),
  /** `cp312`, `cp313t`: what a wheel of this interpreter is tagged with. */
  tag: z.string(),
  /** `linux_x86_64`, `macosx_26_arm64`, `win_amd64`. */
  platform: z.string(),
  venv: z.boolean(),
});

/** A working interpreter. */
export interface Python {
  readonly executable: string;
  readonly version: string;
  readonly tag: string;
  readonly platform: string;
}

export interface PythonRequest {
  /** The input `python`: used as it is, never changed. */
  readonly requested?: string | null;
  /** Must it have a usable `venv` module? By default, unless there is uv to make environments. */
  readonly needsVenv?: boolean;
  readonly env?: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
  /** Where the file system begins. */
  readonly root?: string;
  /** Where uv may fetch an interpreter to, where none is found; null: it must not. */
  readonly fetch?: { readonly cache: string; readonly progress: (message: string) => void } | null;
  readonly signal?: AbortSignal;
}

// Old enough for Python 2.7, so that a too old interpreter answers with its version instead of a syntax error.
const QUESTION = `
import json, platform, sys, sysconfig
def usable():
    try:
        import venv, ensurepip
        return True
    except ImportError:
        return False
name = sysconfig.get_platform().replace("-", "_").replace(".", "_")
if sys.platform == "darwin":
    name = "macosx_%s_%s" % (platform.mac_ver()[0].split(".")[0], platform.machine())
free = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
print(json.dumps({
    "executable": sys.executable,
    "version": ".".join(str(part) for part in sys.version_info[:3]),
    "tag": "%s%d%d%s" % ("cp" if platform.python_implementation() == "CPython" else "other", sys.version_info[0], sys.version_info[1], free),
    "platform": name,
    "venv": usable(),
}))
`;

type Answer = z.infer<typeof factsSchema> | { problem: string };

/**
 * The interpreter named by the input `python`, or the first usable one of at least 3.11: on the PATH, then where
 * interpreters usually are, the newest name first. Where there is none, uv may fetch one.
 * @throws UserError naming every candidate that was seen, with its version.
 */
export async function findPython(request: PythonRequest = {}): Promise<Python> {
  const { requested = null, env = process.env, platform = process.platform, root = "/", signal } = request;
  const place: Place = { env, platform, root };
  const ask = (candidate: Candidate): Promise<Answer> => askCandidate(candidate, place, signal);
  if (requested !== null && requested !== "") return useRequested(requested, await ask({ file: requested, args: [] }));
  const uv = await findUv(place);
  const needsVenv = request.needsVenv ?? (uv === null || (await pipSettings(place)).reason !== null);
  const seen: string[] = [];
  const asked = new Set<string>();
  for await (const candidate of pythonCandidates(place)) {
    signal?.throwIfAborted();
    const answer = await ask(candidate);
    if ("problem" in answer) {
      seen.push(`${name(candidate)}: ${answer.problem}`);
    } else if (!asked.has(answer.executable)) {
      asked.add(answer.executable);
      const problem = isOldEnough(answer.version) ? tooPoor(answer, needsVenv) : `${answer.version} is too old`;
      if (problem === null) return answer;
      seen.push(`${name(candidate)}: ${problem}`);
    }
  }
  if (uv !== null && request.fetch !== undefined && request.fetch !== null) {
    const fetched = await fetchPython({ ...request.fetch, uv, env, signal });
    signal?.throwIfAborted();
    const answer = "problem" in fetched ? fetched : await ask({ file: fetched.file, args: [] });
    if (!("problem" in answer)) return answer;
    seen.push(`${uv} was asked for Python ${FETCHED}: ${answer.problem}`);
  }
  const found = seen.length === 0 ? "There is none on the PATH or where interpreters usually are." : "Found:";
  throw new UserError(
    [
      `no usable Python ${OLDEST_PYTHON} or newer. ${found}`,
      ...seen.map((line) => `  ${line}`),
      `Install Python ${OLDEST_PYTHON} or newer, or name an interpreter with the ${inputNamed("python")}.` +
        (uv === null ? " With uv installed, one is fetched." : ""),
    ].join("\n"),
  );
}

function useRequested(requested: string, answer: Answer): Python {
  const where = `${inputNamed("python")}: ${JSON.stringify(requested)}`;
  if ("problem" in answer) {
    throw new UserError(
      `${where} cannot be used: ${answer.problem}; give the path of a Python ${OLDEST_PYTHON} or newer`,
    );
  }
  if (!isOldEnough(answer.version)) {
    throw new UserError(
      `${where} is Python ${answer.version}; at least ${OLDEST_PYTHON} is needed: change the input, or leave it empty ` +
        "for a managed environment",
    );
  }
  return answer;
}

function isOldEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_PYTHON.split(".").map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

function tooPoor(answer: z.infer<typeof factsSchema>, needsVenv: boolean): string | null {
  if (Number(answer.version.split(".")[1]) > NEWEST_MINOR) {
    return `${answer.version} is newer than the frameworks' packages, which end at 3.${NEWEST_MINOR}`;
  }
  if (!answer.tag.startsWith("cp") || answer.tag.endsWith("t")) {
    return `${answer.version} is no plain CPython, for which there are wheels of the frameworks`;
  }
  if (answer.venv || !needsVenv) return null;
  const minor = answer.version.split(".").slice(0, 2).join(".");
  return `${answer.version} has no usable venv module (on Debian and Ubuntu: apt install python${minor}-venv)`;
}

async function askCandidate(
  candidate: Candidate,
  { env, platform }: Place,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const lines: string[] = [];
  const result = await runProcess({
    file: candidate.file,
    args: [...candidate.args, "-I", "-c", QUESTION],
    cwd: process.cwd(),
    // Windows' install manager would fetch the version it is asked about.
    env: installEnvironment(env, { PYTHON_MANAGER_AUTOMATIC_INSTALL: "false" }, platform),
    onLine: (line) => lines.push(line),
    timeoutS: ANSWER_S,
    ...(signal === undefined ? {} : { signal }),
  });
  if (result.code !== 0) return { problem: silence(result) };
  const parsed = factsSchema.safeParse(printedObject(lines));
  return parsed.success ? parsed.data : { problem: "does not answer like a Python interpreter" };
}

type Ended = Pick<ProcessResult, "code" | "signal" | "startError" | "timedOut" | "tail">;

/** Why a program gave no answer. */
export function silence({ code, signal, startError, timedOut, tail }: Ended): string {
  if (startError !== null) return startProblem(startError);
  if (timedOut) return `did not answer within ${ANSWER_S} s`;
  if (code === STORE_STUB) return "is the Microsoft Store's placeholder, no interpreter";
  return `does not start (exit ${code ?? signal}): ${clip(tail[0] ?? "no output", 120)}`;
}

function startProblem(message: string): string {
  if (message.includes("ENOENT")) return "there is no such program";
  if (message.includes("EACCES")) return "is not a program that may be started";
  return message;
}

function name(candidate: Candidate): string {
  return [candidate.file, ...candidate.args].join(" ");
}
