/** A machine that makes environments from indexes on loopback, with pip or with a stand-in for uv. */
import { chmod, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { ownEnvironment, type EnvironmentOutcome, type EnvironmentRequest } from "../../src/io/python-environment.ts";
import { findPython, type Python } from "../../src/io/python.ts";
import { temporaryFolder } from "../io/temporary-folder.ts";
import { packageIndex, type PackageIndex } from "./package-index.ts";

/** Nobody listens on the port of the discard service. */
export const CLOSED = "http://127.0.0.1:9";

export interface Asked extends EnvironmentRequest {
  /** Its progress, line by line. */
  readonly told: string[];
}

export interface Workbench extends AsyncDisposable {
  readonly folder: string;
  readonly index: PackageIndex;
  readonly python: Python;
  readonly uv: string;
  /** Variables of a machine that knows the workbench's indexes alone. */
  variables(more?: Record<string, string>): Record<string, string>;
  /** A request for the packages of `lines`, by uv, in a cache of its own, unless `more` says otherwise. */
  ask(lines: string, more?: Partial<EnvironmentRequest>): Promise<Asked>;
}

export async function workbench(wheels: Readonly<Record<string, readonly string[]>>): Promise<Workbench> {
  const folder = await temporaryFolder();
  const python = await findPython({ needsVenv: true });
  const index = await packageIndex(path.join(folder.path, "indexes"), python.executable, wheels);
  const uv = await standInForUv(folder.path, python.executable);
  const variables = (more: Record<string, string> = {}): Record<string, string> => ({
    PATH: process.env["PATH"] ?? "",
    HOME: folder.path,
    PIP_CONFIG_FILE: "/dev/null",
    PIP_NO_CACHE_DIR: "1",
    PIP_RETRIES: "1",
    PIP_INDEX_URL: `${index.url}/simple`,
    UV_DEFAULT_INDEX: `${index.url}/simple`,
    FINETUNE_BENCH_TORCH_INDEX: `${index.url}/whl`,
    ...more,
  });
  let number = 0;
  return {
    folder: folder.path,
    index,
    python,
    uv,
    variables,
    async ask(lines, more = {}) {
      number += 1;
      const requirements = path.join(folder.path, `requirements-${number}.txt`);
      await writeFile(requirements, lines);
      const told: string[] = [];
      return {
        spec: { ...ownEnvironment(requirements), size: { downloadBytes: 1000, diskBytes: 1000 } },
        python,
        uv,
        cache: path.join(folder.path, `cache-${number}`),
        env: variables(),
        progress: (message) => told.push(message),
        output: () => {},
        told,
        ...more,
      };
    },
    async [Symbol.asyncDispose]() {
      await index[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/**
 * Understands exactly the two commands of uv that are used, and does them with venv and one shared pip: making a pip for
 * each environment is what takes the time, and uv makes none either.
 */
async function standInForUv(folder: string, python: string): Promise<string> {
  const shared = path.join(folder, "pip");
  await execa(python, ["-m", "venv", shared]);
  const file = path.join(folder, "uv");
  const script = `#!/bin/sh
set -eu
case "$1 $2" in
  "venv --no-project")
    [ "$3" = --python ]
    exec "$4" -m venv --without-pip "$5" ;;
  "pip install")
    [ "$3" = --python ]
    python=$4
    shift 4
    exec "${shared}/bin/python" -m pip --python "$python" install \${UV_DEFAULT_INDEX:+--index-url "$UV_DEFAULT_INDEX"} "$@" ;;
esac
exit 2
`.replace("\\$", "$");
  await writeFile(file, script);
  await chmod(file, 0o755);
  return file;
}

export function ready(outcome: EnvironmentOutcome): Extract<EnvironmentOutcome, { status: "ready" }> {
  if (outcome.status !== "ready") throw new Error(outcome.message);
  return outcome;
}

export function failed(outcome: EnvironmentOutcome): Extract<EnvironmentOutcome, { status: "failed" }> {
  if (outcome.status !== "failed") throw new Error("the environment was made");
  return outcome;
}

/** The lock of the one environment of a cache while it is made. */
export async function lockOf(cache: string): Promise<string> {
  const envs = path.join(cache, "envs");
  return path.join(envs, (await readdir(envs)).find((name) => name.endsWith(".lock")) ?? "");
}

/** Attempts of the one environment of a cache, finished or not. */
export async function attempts(cache: string): Promise<string[]> {
  const envs = path.join(cache, "envs");
  const key = (await readdir(envs)).find((name) => !name.endsWith(".lock")) ?? "";
  return (await readdir(path.join(envs, key))).filter((name) => name !== "complete.json");
}
