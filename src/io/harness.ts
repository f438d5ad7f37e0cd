/** The Python harness as this program sees it: prepare a work order, estimate it, run it once. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import type { Backend } from "../core/backend.ts";
import type { WorkloadEntry } from "../core/suite.ts";
import { installEnvironment, measuringEnvironment } from "./child-environment.ts";
import type { DeviceLock } from "./device-lock.ts";
import type { Host } from "./host.ts";
import type { Environment } from "./job-context.ts";
import { makeFolder } from "./make-folder.ts";
import { runProcess, type ProcessRequest, type ProcessResult } from "./process.ts";

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const preparedSchema = z.strictObject({
  order: z.string(),
  work_hash: z.string().regex(/^[0-9a-f]{64}$/),
  steps: z.int().positive(),
  warmup: z.int().nonnegative(),
  comparison_class: z.enum(["strict", "approximate", "informative"]),
  hyperparameters: z.record(z.string(), scalar),
});
export type Prepared = z.infer<typeof preparedSchema>;

const estimateSchema = z.looseObject({
  seconds: z.number().nonnegative(),
  download_bytes: z.number().nonnegative(),
  disk_bytes: z.number().nonnegative(),
  /** Of the device; null where nobody knows. */
  memory_bytes: z.number().nonnegative().nullable().default(null),
});
export type Estimate = z.infer<typeof estimateSchema>;

/** What every call of the harness needs: an interpreter, the package's folder, the cache, and an environment. */
export interface Harness {
  readonly python: string;
  /** The folder `harness/` of this program. */
  readonly folder: string;
  readonly cache: string;
  /** The variables this program was started with; each call passes on what it may. */
  readonly env: Environment;
  readonly signal: AbortSignal;
}

/** The harness under an interpreter. Preparing may need the network; what is measured does not get its variables. */
export function harnessUnder(host: Pick<Host, "harness" | "cache" | "env" | "signal">, python: string): Harness {
  return { python, folder: host.harness, cache: host.cache, env: host.env, signal: host.signal };
}

/** A refusal of the harness, in its own words. */
export class HarnessError extends Error {
  override readonly name = "HarnessError";
  /** The request itself is at fault, not the machine, its network or its disk. */
  readonly badOrder: boolean;
  /** A checkpoint or data set is not on this machine, and the hub gives no answer. */
  readonly outOfReach: boolean;

  constructor(message: string, code: number | null = null) {
    super(message);
    this.badOrder = code === BAD_ORDER;
    this.outOfReach = code === OUT_OF_REACH;
  }
}

/** The harness's exit status for a request or work order that cannot be executed as it is written. */
const BAD_ORDER = 2;
const OUT_OF_REACH = 6;

type Call = Partial<Pick<ProcessRequest, "log" | "onLine" | "timeoutS">> & {
  readonly env: Record<string, string>;
};

function callOf(harness: Harness, args: readonly string[], { env, ...rest }: Call): ProcessRequest {
  return { ...harnessProcess(harness, args, env), signal: harness.signal, ...rest };
}

function call(harness: Harness, args: readonly string[], more: Call): Promise<ProcessResult> {
  return runProcess(callOf(harness, args, more));
}

/** A call of the harness as a process: what to start, where and with which variables. */
export function harnessProcess(
  { python, folder }: Pick<Harness, "python" | "folder">,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Pick<ProcessRequest, "file" | "args" | "cwd" | "env"> {
  return {
    file: python,
    args: ["-m", "finetune_bench", ...args],
    cwd: folder,
    env: { ...env, PYTHONPATH: path.join(folder, "src"), PYTHONDONTWRITEBYTECODE: "1" },
  };
}

async function requestFile(entry: WorkloadEntry, folder: string): Promise<string> {
  await makeFolder(folder);
  const file = path.join(folder, `${entry.workload}.${entry.preset}.${entry.size}.request.json`);
  const { workload, preset, size, set } = entry;
  await writeFile(file, `${JSON.stringify({ protocol: 1, workload, preset, size, set })}\n`);
  return file;
}

/** Makes weights, data and the work order in `orders`. Its output (progress of long generations) goes to `onLine`. */
export async function prepareOrder(
  harness: Harness,
  { entry, parquet }: { readonly entry: WorkloadEntry; readonly parquet: string | null },
  orders: string,
  scratch: string,
  onLine: (line: string) => void,
): Promise<Prepared> {
  const request = await requestFile(entry, scratch);
  const answer = `${request}.prepared`;
  const reader = parquet === null ? {} : { FINETUNE_BENCH_PARQUET_PYTHON: parquet };
  await makeFolder(orders);
  const result = await call(
    harness,
    ["prepare", request, "--cache", harness.cache, "--out", orders, "--result", answer],
    { onLine, env: installEnvironment(harness.env, reader) },
  );
  if (result.code !== 0) throw new HarnessError(lastWords(result, "could not prepare the work order"), result.code);
  return preparedSchema.parse(JSON.parse(await readFile(answer, "utf8")));
}

/** Import and one small product on the device, before anything is measured. @throws HarnessError with the reason. */
export async function smokeTest(harness: Harness, backend: Backend): Promise<void> {
  const result = await call(harness, ["smoke", "--backend", backend], {
    env: measuringEnvironment(harness.env),
    timeoutS: 600,
  });
  if (result.code !== 0) throw new HarnessError(lastWords(result, `${backend} does not work in its environment`));
}

/** One run's expected time and sizes. Needs only the standard library of any Python. */
export async function estimateRun(
  harness: Harness,
  entry: WorkloadEntry,
  backend: Backend,
  scratch: string,
): Promise<Estimate | null> {
  const request = await requestFile(entry, scratch);
  const lines: string[] = [];
  const result = await call(harness, ["estimate", request, "--backend", backend], {
    onLine: (line) => lines.push(line),
    timeoutS: 30,
    env: measuringEnvironment(harness.env),
  });
  if (result.code !== 0) return null;
  const parsed = estimateSchema.safeParse(parseJson(lines.join("\n")));
  return parsed.success ? parsed.data : null;
}

export interface RunRequest {
  readonly order: string;
  readonly backend: Backend;
  readonly benchmark: string;
  readonly events: string;
  readonly log: string;
  readonly timeoutS: number;
  readonly env: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
  readonly lock: DeviceLock;
}

/** One measured process. */
export function runOrder(harness: Harness, request: RunRequest): Promise<ProcessResult> {
  const process = callOf(
    harness,
    [
      "run",
      request.order,
      "--backend",
      request.backend,
      "--events",
      request.events,
      "--cache",
      harness.cache,
      "--benchmark",
      request.benchmark,
    ],
    {
      log: request.log,
      timeoutS: request.timeoutS,
      onLine: request.onLine,
      env: measuringEnvironment(harness.env, request.env),
    },
  );
  return request.lock.run(request.backend, process);
}

export interface ControlRequest {
  readonly backend: Backend;
  /** The control in Python alone, where there is no framework for it. */
  readonly stdlib: boolean;
  readonly events: string;
  readonly log: string;
  readonly timeoutS: number;
  readonly onLine: (line: string) => void;
  readonly lock: DeviceLock;
}

/** One process of the control workload. */
export function runControl(harness: Harness, request: ControlRequest): Promise<ProcessResult> {
  const { backend, stdlib, events, lock, ...rest } = request;
  const args = ["control", "--backend", backend, "--events", events, ...(stdlib ? ["--stdlib"] : [])];
  // The variable marks the process as ours, for the watcher and for what it may leave behind.
  const env = measuringEnvironment(harness.env, { FINETUNE_BENCH_EVENTS: events });
  return lock.run(backend, callOf(harness, args, { ...rest, env }));
}

/** The harness's own last words, or how it ended where it said nothing. */
export function lastWords(result: ProcessResult, otherwise: string): string {
  const tail = result.tail.slice(-5);
  const error = tail.findLastIndex((line) => line.startsWith("error: "));
  // Whoever reads this reads of an error already.
  const said = tail
    .slice(Math.max(error, 0))
    .join("\n")
    .trim()
    .replace(/^error: /, "");
  if (said !== "") return said;
  if (result.startError !== null) return `${otherwise}: ${result.startError}`;
  return `${otherwise} (${result.signal === null ? `exit ${result.code}` : `signal ${result.signal}`})`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
