/**
 * Whether our training loop costs anything beside others that do the same work: a bare one, HF `Trainer`, mlx-lm's trainer.
 * `npm run bench:loops`; on the accelerator where there is one, else on the processor. Ends with status 1 when a promise is
 * broken, 2 when the machine is too unsteady to tell.
 */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { backendSchema, frameworkOf, type Backend } from "../src/core/backend.ts";
import { cacheFolder } from "../src/io/cache-folder.ts";
import { plainProgress, terminalProgress } from "../src/io/progress.ts";
import { pythonOf, usualBackends } from "../scripts/environments.ts";
import { openTrack, type Track, type Work } from "./loop-programs.ts";
import { measureRounds } from "./loop-rounds.ts";
import { answer, draw } from "./loop-table.ts";

const STATUS = { kept: 0, broken: 1, "cannot tell": 2 } as const;

const { values } = parseArgs({
  options: {
    backend: { type: "string", multiple: true },
    rounds: { type: "string", default: "20" },
    steps: { type: "string", default: "20" },
    size: { type: "string", default: "real" },
  },
});
const [rounds, steps] = [Number(values.rounds), Number(values.steps)];
for (const [name, value] of Object.entries({ rounds, steps })) {
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} takes a positive whole number`);
}
if (values.size !== "real" && values.size !== "tiny")
  throw new Error("--size is real, or tiny for a look at whether it runs");
const work: Work = { size: values.size, steps };
const backends: readonly Backend[] =
  values.backend?.map((name) => backendSchema.parse(name)) ?? (await usualBackends());

const progress = process.stderr.isTTY ? terminalProgress(process.stderr) : plainProgress((line) => console.error(line));
const folder = await mkdtemp(path.join(os.tmpdir(), "loops-"));
const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopped.abort());
try {
  const tracks: Track[] = [];
  for (const backend of backends) {
    const python =
      process.env[`FINETUNE_BENCH_${frameworkOf(backend).toUpperCase()}_PYTHON`] ?? (await pythonOf(backend));
    const harness = {
      python,
      folder: path.join(import.meta.dirname, "..", "harness"),
      cache: cacheFolder(process.env),
      env: process.env,
      signal: stopped.signal,
    };
    tracks.push(await openTrack(backend, work, harness, folder));
  }
  // A terminal has the bar.
  const all = await measureRounds(tracks, rounds, progress.runs, process.stderr.isTTY ? () => {} : progress.line);
  progress.end();
  console.log(draw(all, work));
  process.exitCode = STATUS[answer(all, work)];
} finally {
  progress.end();
  await rm(folder, { recursive: true, force: true });
}
