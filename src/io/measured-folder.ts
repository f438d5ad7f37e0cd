/** Reads a folder that `scripts/measure_gpu.py` left, as strictly as a stranger's, into the result of a job. */
import { lstatSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { gpuCoresOf } from "../core/device-peaks.ts";
import { probeSchema } from "../core/environment.ts";
import { clip } from "../core/escape.ts";
import { MAX_EVENTS_BYTES } from "../core/events.ts";
import { machineIdentity, runnerKey } from "../core/identity.ts";
import { machineChanges } from "../core/machine-changes.ts";
import { idOf, measuredBenchmarks, measuredControl } from "../core/measured-benchmarks.ts";
import { watchedIn } from "../core/measured-watch.ts";
import { measuredSchema, measuredSuite } from "../core/measured.ts";
import { readResult, type ReadResult } from "../core/read-result.ts";
import { parseJson } from "../core/stored-result.ts";
import { suiteSchema } from "../core/suite.ts";
import { assembleResult } from "./assemble-result.ts";

export const MANIFEST = "measured.json";
const PROBE = "probe.json";
const MOST_JSON_BYTES = 4 * 1024 * 1024;
const MOST_LOG_BYTES = 16 * 1024 * 1024;
const TAIL_LINES = 20;

/** @param folder holds `measured.json` */
export function readMeasured(folder: string): ReadResult {
  try {
    return resultOf(realpathSync(folder));
  } catch (error) {
    if (error instanceof Unusable) return { fault: error.message };
    throw error;
  }
}

class Unusable extends Error {
  override readonly name = "Unusable";
}

function resultOf(folder: string): ReadResult {
  const measured = parsed(measuredSchema, folder, MANIFEST);
  const probe = parsed(probeSchema, folder, PROBE);
  const { samples, warning } = watchedIn(optional(folder, "device.jsonl", MAX_EVENTS_BYTES), measured);
  const files = {
    samples,
    gpuCores: gpuCoresOf(probe),
    run(benchmark: string, number: number) {
      const name = path.join("runs", benchmark, `head-${number}`);
      const tail = optional(folder, `${name}.log`, MOST_LOG_BYTES).trimEnd().split("\n").slice(-TAIL_LINES);
      return { events: optional(folder, `${name}.jsonl`, MAX_EVENTS_BYTES), tail };
    },
  };
  const { benchmarks: planned, repeats, repository, sha, ref, dirty } = measured;
  const startedAt = new Date(measured.started_at_s * 1000);
  const suite = suiteSchema.parse({ version: 1, repeats, benchmarks: [{ workload: "any", size: measured.size }] });
  const runId = startedAt.toISOString().replace(/[^0-9TZ]/g, "");
  const job = { repository, run_id: runId, attempt: 1, event: "local", ref, sha, dirty, pull_request: null };
  const skipped = planned.filter(({ state }) => state === "skipped");
  const interrupted = measured.interrupted ? ["measuring was interrupted before its end"] : [];
  const result = assembleResult({
    host: { version: measured.version, context: { job: { ...job, run_url: null } } },
    suite: { ...suite, name: measuredSuite(measured.size) },
    repeats,
    machine: { probe, identity: machineIdentity(probe), runnerKey: runnerKey(probe) },
    plan: {
      skipped: skipped.map((one) => ({ ...one, id: idOf(one), reason: one.message })),
      failed: [],
      listed: planned.map(idOf),
    },
    measured: {
      benchmarks: measuredBenchmarks(measured, files),
      control: { results: () => measuredControl(measured, files) },
      measuredS: Math.max(0, measured.finished_at_s - measured.started_at_s),
      warnings: [...interrupted, ...(warning === null ? [] : [warning]), ...machineChanges(samples)],
    },
    startedAt,
    finishedAt: new Date(measured.finished_at_s * 1000),
    note: null,
    accepted: [],
  });
  // Whoever wrote the folder may have written anything: the same is asked of it as of a result.
  return readResult(JSON.stringify(result));
}

function parsed<T>(schema: z.ZodType<T>, folder: string, file: string): T {
  const json = parseJson(plain(folder, file, MOST_JSON_BYTES));
  if (json === undefined) throw new Unusable(`its ${file} is no valid JSON`);
  const checked = schema.safeParse(json);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "it" : issue.path.join(".");
  throw new Unusable(`its ${file} is not what measure_gpu.py writes (${clip(`${where}: ${issue?.message}`, 200)})`);
}

function optional(folder: string, file: string, most: number): string {
  try {
    lstatSync(path.join(folder, file));
  } catch {
    return "";
  }
  return plain(folder, file, most);
}

/** A file of the folder itself: no link leads out of it, and none is larger than its kind may be. */
function plain(folder: string, file: string, most: number): string {
  const full = path.join(folder, file);
  const facts = lstatSync(full, { throwIfNoEntry: false });
  if (facts === undefined) throw new Unusable(`it has no ${file}`);
  if (!facts.isFile() || realpathSync(full) !== full) throw new Unusable(`its ${file} is no plain file of its own`);
  if (facts.size > most) throw new Unusable(`its ${file} has ${facts.size} bytes, more than the ${most} it may have`);
  return readFileSync(full, "utf8");
}
