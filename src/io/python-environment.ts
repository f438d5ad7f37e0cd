/** Makes or finds the virtual environment of one set of pinned packages, shared by all checkouts of a machine. */
import { statfs } from "node:fs/promises";
import path from "node:path";
import { describeError, UserError } from "../core/errors.ts";
import { sha256Hex } from "../core/hash.ts";
import { downloadEstimate, type Lock, type Size, type TorchBuild } from "../core/lock.ts";
import { formatValue } from "../core/units.ts";
import {
  beginAttempt,
  completeAttempt,
  findComplete,
  removeTree,
  interpreterOf,
  type CompleteEnvironment,
} from "./environment-folder.ts";
import { lockFolder } from "./folder-lock.ts";
import { longPathProblem } from "./long-paths.ts";
import { install, InstallFailure, installTorch, makeVenv, packageVersions, type Installation } from "./install.ts";
import { makeFolder } from "./make-folder.ts";
import { pipSettings } from "./pip-settings.ts";
import type { Python } from "./python.ts";
import { readRequirements, type Requirements } from "./requirements.ts";

/** What an environment is to hold. */
export interface EnvironmentSpec {
  /** Begins the folder's name and stands in messages: `torch`, `mlx-cpu`, `requirements`. */
  readonly name: string;
  /** Path of the requirements file. */
  readonly requirements: string;
  readonly torch: TorchBuild | null;
  readonly driverMajor: string | null;
  readonly size: Size;
}

/** A lock of this program. `harness` is its folder `harness/`. */
export function lockedEnvironment(lock: Lock, harness: string, os: "linux" | "macos" | "windows"): EnvironmentSpec {
  const requirements = path.join(harness, "requirements", `${lock.name}.txt`);
  return { ...lock, requirements, size: downloadEstimate(lock, os) };
}

/** A user's own requirements file. */
export function ownEnvironment(requirements: string): EnvironmentSpec {
  const size: Size = { downloadBytes: 0.5e9, diskBytes: 1.5e9, isGuess: true };
  return { name: "requirements", requirements, torch: null, driverMajor: null, size };
}

export interface EnvironmentRequest {
  readonly spec: EnvironmentSpec;
  /** The interpreter it is made from. */
  readonly python: Python;
  /** Path of uv, or null. */
  readonly uv: string | null;
  /** The cache folder; environments lie in `envs/` of it. */
  readonly cache: string;
  readonly env: NodeJS.ProcessEnv;
  /** One line per phase, of our own words. */
  readonly progress: (message: string) => void;
  /** Every line of the installers. */
  readonly output: (line: string) => void;
  readonly signal?: AbortSignal;
  /** Interpreter of one that was made and is damaged: it counts as not there. */
  readonly damaged?: string;
  /** How long the lock of a killed process keeps others out. */
  readonly staleAfterMs?: number;
}

export type EnvironmentOutcome =
  | {
      readonly status: "ready";
      readonly python: string;
      /** `name==version` of every package, one a line. */
      readonly versions: string;
      readonly lockHash: string;
      /** False where it was there already. */
      readonly created: boolean;
    }
  | { readonly status: "failed"; readonly reason: "environment" | "cancelled"; readonly message: string };

const TELL_EVERY_MS = 20_000;
/** How often one process takes its turn at making an environment, when others take over each time. */
const MOST_TURNS = 3;

/** The finished environment, or null where `ensureEnvironment` would have to make it. Asks nothing of the network. */
export async function findEnvironment(
  request: Pick<EnvironmentRequest, "spec" | "python" | "cache">,
): Promise<CompleteEnvironment | null> {
  return findComplete(folderOf(request, await readRequirements(request.spec.requirements)));
}

/**
 * The environment of a spec, made where it is not there yet. Everything that goes wrong is a value: no space, no
 * network, a package that does not fit. An unfinished environment of a killed process is removed and made anew.
 */
export async function ensureEnvironment(request: EnvironmentRequest): Promise<EnvironmentOutcome> {
  const cancelled = (): EnvironmentOutcome => ({
    status: "failed",
    reason: "cancelled",
    message: `making the environment ${request.spec.name} was cancelled`,
  });
  try {
    const requirements = await readRequirements(request.spec.requirements);
    const folder = folderOf(request, requirements);
    const done = (made: CompleteEnvironment, created: boolean): EnvironmentOutcome => ({
      status: "ready",
      python: made.python,
      versions: made.versions,
      lockHash: requirements.hash,
      created,
    });
    const find = async (): Promise<CompleteEnvironment | null> => {
      const found = await findComplete(folder);
      return found?.python === request.damaged ? null : found;
    };
    const there = await find();
    if (there !== null) return done(there, false);
    if (request.signal?.aborted === true) return cancelled();
    await makeFolder(folder);
    for (let taken = 1; ; taken++) {
      try {
        await using lock = await lockFolder({
          folder,
          signal: request.signal,
          staleAfterMs: request.staleAfterMs,
          unneeded: async () => (await find()) !== null,
          onWait: (seconds) =>
            request.progress(
              `another process is making the environment ${request.spec.name}; waiting for it (${Math.round(seconds)} s)`,
            ),
        });
        const meanwhile = await find();
        if (meanwhile !== null) return done(meanwhile, false);
        // It was there a moment ago: somebody found it damaged.
        if (lock === null) throw new Overtaken();
        return done(await build(request, requirements, folder, lock.lost), true);
      } catch (error) {
        if (!(error instanceof Overtaken) || taken >= MOST_TURNS) throw error;
        request.progress(`another process took over making the environment ${request.spec.name}: waiting for it`);
      }
    }
  } catch (error) {
    if (request.signal?.aborted === true) return cancelled();
    if (!(error instanceof InstallFailure || error instanceof UserError || isSystemError(error))) throw error;
    // An installer's own trouble is an InstallFailure: what the system refuses here are folders of the cache.
    const what = isSystemError(error)
      ? `the cache folder ${request.cache} cannot be used (${describeError(error)}); set FINETUNE_BENCH_CACHE to one that can be written`
      : describeError(error);
    return { status: "failed", reason: "environment", message: `environment ${request.spec.name}: ${what}` };
  }
}

async function build(
  request: EnvironmentRequest,
  requirements: Requirements,
  folder: string,
  lost: AbortSignal,
): Promise<CompleteEnvironment> {
  const { spec, progress } = request;
  const signal = AbortSignal.any([lost, ...(request.signal === undefined ? [] : [request.signal])]);
  const { env, reason } = await pipSettings({ env: request.env, platform: process.platform, root: "/" });
  const uv = reason === null ? request.uv : null;
  const installation: Installation = {
    base: request.python.executable,
    uv,
    env,
    signal,
    output: request.output,
  };
  const attempt = await beginAttempt(folder);
  const tooLong = await longPathProblem({ folder: attempt, env });
  if (tooLong !== null) throw new InstallFailure(tooLong);
  await checkSpace(spec.name, spec.size, folder);
  const why = reason === null || request.uv === null ? "" : `, which ${reason} sets up and nothing uv`;
  progress(`making the environment ${spec.name} with ${uv === null ? "pip" : "uv"}${why}: ${sizeText(spec.size)}`);
  const began = performance.now();
  using stops = new DisposableStack();
  stops.adopt(
    setInterval(
      () => progress(`still making the environment ${spec.name} (${Math.round((performance.now() - began) / 1000)} s)`),
      TELL_EVERY_MS,
    ),
    clearInterval,
  );
  try {
    await makeVenv(installation, attempt);
    if (spec.torch !== null && spec.torch !== "pypi" && requirements.torch !== null) {
      const torch = { version: requirements.torch, build: spec.torch };
      if ((await installTorch(installation, attempt, torch, progress)) === "pypi")
        await fallBackToPyPI(spec.name, folder, progress);
    }
    const file = path.resolve(spec.requirements);
    await install(installation, attempt, ["-r", file], { cwd: path.dirname(file) });
    const versions = await packageVersions(installation, interpreterOf(attempt));
    signal.throwIfAborted();
    const made = await completeAttempt(attempt, { by: uv === null ? "pip" : "uv", versions });
    if (made === null) throw new Overtaken();
    return made;
  } catch (error) {
    // A cancelled job has seconds left; the next start removes what it finds unfinished.
    if (request.signal?.aborted === true || error instanceof Overtaken) throw error;
    if (lost.aborted) throw new Overtaken({ cause: error });
    await removeTree(attempt);
    throw error;
  }
}

/** Another process took the lock, and removed what was made so far. */
class Overtaken extends InstallFailure {
  constructor(options?: ErrorOptions) {
    super("another process took over while this machine was asleep or overloaded; start again", options);
  }
}

async function fallBackToPyPI(name: string, folder: string, progress: (message: string) => void): Promise<void> {
  const size = downloadEstimate({ name: "torch", torch: "pypi", driverMajor: null }, "linux");
  progress(`taking torch from PyPI, which brings the CUDA libraries along: ${sizeText(size)}, several minutes`);
  await checkSpace(name, size, folder);
}

function sizeText({ downloadBytes, diskBytes, isGuess }: Size): string {
  if (isGuess === true) return "how large it becomes is not known beforehand";
  return `about ${formatValue(downloadBytes, "B")} to download, ${formatValue(diskBytes, "B")} on disk`;
}

/** Installers keep what they downloaded beside what they unpack. @throws InstallFailure */
async function checkSpace(name: string, size: Size, folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const needed = size.diskBytes + size.downloadBytes;
  if (free >= needed) return;
  throw new InstallFailure(
    `${name} ${size.isGuess === true ? "may need" : "needs"} ${formatValue(needed, "B")} in ${folder}, and ${formatValue(free, "B")} are free there; free some ` +
      "space, or set FINETUNE_BENCH_CACHE to a folder on a larger disk",
  );
}

function folderOf(
  { spec, python, cache }: Pick<EnvironmentRequest, "spec" | "python" | "cache">,
  requirements: Requirements,
): string {
  const hash = sha256Hex(`${requirements.hash} ${spec.torch ?? ""}`).slice(0, 12);
  const driver = spec.driverMajor === null ? [] : [`driver${spec.driverMajor}`];
  return path.join(cache, "envs", [spec.name, python.tag, python.platform, ...driver, hash].join("-"));
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && "code" in error && "syscall" in error;
}
