/** The programs that train the same work: ours as it is shipped, and those that stand beside it. One call is one process. */
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { frameworkOf, isCpu, type Backend } from "../src/core/backend.ts";
import { readEvents } from "../src/core/events.ts";
import type { HarnessEvent } from "../src/core/protocol.ts";
import { entrySchemas } from "../src/core/suite.ts";
import { median, sum } from "../src/core/statistics.ts";
import { measuringEnvironment } from "../src/io/child-environment.ts";
import { harnessProcess, lastWords, prepareOrder, type Harness } from "../src/io/harness.ts";
import { runProcess } from "../src/io/process.ts";

const PROGRAMS = path.join(import.meta.dirname, "loops");
/** Minutes are far more than any of them takes. */
const TIMEOUT_S = 900;

/** A loop, by the name it has in the table, and its program; ours is the harness itself. */
export interface Loop {
  readonly name: string;
  readonly program: string | null;
}

const OURS: Loop = { name: "ours", program: null };
/** In the order of an even round. Ours stands between the others, so that it is the neighbour of both. */
const LOOPS = {
  torch: [{ name: "a bare loop", program: "bare_torch.py" }, OURS, { name: "HF Trainer", program: "hf_trainer.py" }],
  mlx: [
    { name: "a bare loop", program: "bare_mlx.py" },
    OURS,
    { name: "mlx-lm's trainer", program: "mlx_lm_trainer.py" },
  ],
} as const satisfies Record<string, readonly Loop[]>;

export function loopsOf(backend: Backend): readonly Loop[] {
  return LOOPS[frameworkOf(backend)];
}

export interface Work {
  readonly size: "tiny" | "real";
  readonly steps: number;
}

const BATCH = 8;
const CONTEXT = 1024;

/**
 * Real steps, on a processor too: 4.4 million parameters in float32; on an accelerator 172 million. Everything trains,
 * by fused and compiled kernels where a framework has them. HF `Trainer` clips unless it is told not to, mlx-lm's cannot.
 */
function entryOf(backend: Backend, { size, steps }: Work): unknown {
  const clip = frameworkOf(backend) === "torch" ? 1 : 0;
  const set = isCpu(backend)
    ? { rows: BATCH * steps, batch_size: BATCH, validation_rows: BATCH }
    : {
        tokens: 4 * CONTEXT * steps + 1,
        context: CONTEXT,
        batch_size: 4,
        accumulation: 1,
        lr_warmup_steps: 0,
        validation_tokens: CONTEXT + 1,
      };
  const workload = isCpu(backend) ? "nli-bert-tiny" : "lm-ptb";
  return { workload, preset: "tuned", size, set: { ...set, steps, clip, precision: "float32" } };
}

/** What one process says. */
export interface Reading {
  /** Seconds a step: the fastest on a processor, the median on an accelerator. */
  readonly stepS: number;
  /** Mean seconds between the windows of the timed steps; null of a loop whose steps are timed by itself. */
  readonly betweenS: number | null;
  readonly losses: readonly number[];
  readonly environment: Extract<HarnessEvent, { event: "environment" }> | null;
}

/** A prepared order and what runs it on one backend. */
export interface Track {
  readonly backend: Backend;
  readonly run: (loop: Loop, round: number) => Promise<Reading>;
}

export async function openTrack(backend: Backend, work: Work, harness: Harness, folder: string): Promise<Track> {
  const entry = entrySchemas.workload.parse(entryOf(backend, work));
  const scratch = path.join(folder, backend);
  await mkdir(scratch, { recursive: true });
  const { order } = await prepareOrder(
    harness,
    { entry, parquet: null },
    path.join(folder, "orders"),
    scratch,
    () => {},
  );
  return {
    backend,
    async run({ name, program }, round) {
      const events = path.join(scratch, `${program ?? "ours"}-${round}.jsonl`);
      const ask = [order, "--backend", backend, "--events", events, "--cache", harness.cache];
      const process = harnessProcess(harness, ["run", ...ask, "--benchmark", `loops.${backend}`], {
        ...measuringEnvironment(harness.env),
      });
      const args = program === null ? process.args : [path.join(PROGRAMS, program), ...ask];
      const { signal } = harness;
      const result = await runProcess({ ...process, args, signal, timeoutS: TIMEOUT_S });
      if (result.code !== 0) throw new Error(`${backend}, ${name}: ${lastWords(result, "the process failed")}`);
      return readingOf(readEvents(await readFile(events, "utf8")).events, backend);
    },
  };
}

export function readingOf(events: readonly HarnessEvent[], backend: Backend): Reading {
  const steps = events.filter((event) => event.event === "step");
  const timed = steps.filter(({ phase }) => phase === "timed").map(({ duration_s: seconds }) => seconds);
  const phase = events.find((event) => event.event === "phase" && event.name === "timed");
  const whole = phase?.event === "phase" ? phase.duration_s : null;
  return {
    stepS: isCpu(backend) ? Math.min(...timed) : median(timed),
    betweenS: whole === null ? null : Math.max(0, whole - sum(timed)) / timed.length,
    losses: steps.flatMap(({ loss }) => (loss === undefined ? [] : [loss])),
    environment: events.find((event) => event.event === "environment") ?? null,
  };
}

/** The usual one of several processes. */
export function usual(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : median(values);
}
