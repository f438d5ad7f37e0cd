/** Finds a Python interpreter that can measure or make virtual environments. */
import { UserError } from "../core/errors.ts";
import * as z from "zod";
import { installEnvironment, usesPip } from "./child-environment.ts";
import { findProgram, pythonCandidates, type Candidate } from "./python-candidates.ts";
import { printedObject } from "./printed-object.ts";
import { runProcess } from "./process.ts";

export const OLDEST_PYTHON = "3.11";
/** The newest that the pinned packages have wheels for. */
const NEWEST_MINOR = 14;

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
  /** Must it have a usable `venv` module? By default, unless there is uv on the PATH to make environments. */
  readonly needsVenv?: boolean;
  readonly env?: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
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
 * interpreters usually are, the newest name first.
 * @throws UserError naming every candidate that was seen, with its version.
 */
export async function findPython(request: PythonRequest = {}): Promise<Python> {
  const { requested = null, env = process.env, platform = process.platform } = request;
  const needsVenv = request.needsVenv ?? (usesPip(env) || (await findProgram("uv", env, platform)) === null);
  const ask = (candidate: Candidate): Promise<Answer> => askCandidate(candidate, env, platform, request.signal);
  if (requested !== null && requested !== "") return useRequested(requested, await ask({ file: requested, args: [] }));
  const seen: string[] = [];
  const asked = new Set<string>();
  for await (const candidate of pythonCandidates(env, platform)) {
    request.signal?.throwIfAborted();
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
  const found = seen.length === 0 ? "There is none on the PATH or where interpreters usually are." : "Found:";
  throw new UserError(
    [
      `no usable Python ${OLDEST_PYTHON} or newer. ${found}`,
      ...seen.map((line) => `  ${line}`),
      `Install Python ${OLDEST_PYTHON} or newer, or name an interpreter with the input python (--python).`,
    ].join("\n"),
  );
}

function useRequested(requested: string, answer: Answer): Python {
  const where = `input python: ${JSON.stringify(requested)}`;
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
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const lines: string[] = [];
  const result = await runProcess({
    file: candidate.file,
    args: [...candidate.args, "-I", "-c", QUESTION],
    cwd: process.cwd(),
    env: installEnvironment(env, {}, platform),
    onLine: (line) => lines.push(line),
    timeoutS: 20,
    ...(signal === undefined ? {} : { signal }),
  });
  if (result.code !== 0) {
    if (result.startError !== null) return { problem: startProblem(result.startError) };
    if (result.timedOut) return { problem: "did not answer within 20 s" };
    if (result.code === 9009) return { problem: "is the Microsoft Store's placeholder, no interpreter" };
    return { problem: `does not start (exit ${result.code ?? result.signal}): ${result.tail[0] ?? "no output"}` };
  }
  const parsed = factsSchema.safeParse(printedObject(lines));
  return parsed.success ? parsed.data : { problem: "does not answer like a Python interpreter" };
}

function startProblem(message: string): string {
  if (message.includes("ENOENT")) return "there is no such program";
  if (message.includes("EACCES")) return "is not a program that may be started";
  return message;
}

function name(candidate: Candidate): string {
  return [candidate.file, ...candidate.args].join(" ");
}
