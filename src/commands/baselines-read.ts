/** `baselines list`, `show` and `export`: read a store and change nothing. */
import path from "node:path";
import { didYouMean } from "../core/did-you-mean.ts";
import { UserError } from "../core/errors.ts";
import { summarise } from "../core/store-summary.ts";
import { gather, readStored, type StoredFile } from "../core/stored-result.ts";
import { storedSeries } from "../core/stored-series.ts";
import { counted } from "../core/units.ts";
import { runnerTable, seriesText } from "../io/baseline-tables.ts";
import { writeArchive } from "../io/store-archive.ts";
import { filesOf, json, note, ofRunner, openStore, print, rawOf, type StoreOptions } from "./baselines-store.ts";
import { EXIT, type CommandContext } from "./command.ts";

export interface ListOptions extends StoreOptions {
  readonly json: boolean;
}

export async function list(options: ListOptions, { signal }: CommandContext): Promise<number> {
  const store = await openStore(options, signal);
  const runners = summarise(await filesOf(store, null), new Date());
  print(options.json ? json({ store: store.describe(), runners }) : runnerTable(store.describe(), runners));
  return EXIT.passed;
}

export interface ShowOptions extends StoreOptions {
  readonly benchmark?: string;
  readonly metric?: string;
  readonly last: number;
  readonly json: boolean;
}

export async function show(runner: string, options: ShowOptions, { signal }: CommandContext): Promise<number> {
  const store = await openStore(options, signal);
  const files = await ofRunner(store, runner);
  const { results, warnings } = gather(files);
  const ids = [...new Set(results.flatMap(({ benchmarks }) => benchmarks.map(({ id }) => id)))];
  if (options.benchmark !== undefined && !ids.includes(options.benchmark)) {
    throw new UserError(
      `${runner} has no benchmark ${options.benchmark}; it has ${ids.join(", ") || "none"}${didYouMean(options.benchmark, ids)}`,
    );
  }
  const choice = { benchmark: options.benchmark ?? null, metric: options.metric ?? null };
  const series = storedSeries(results, choice);
  if (series.length === 0 && options.metric !== undefined) {
    const names = [
      ...new Set(results.flatMap((job) => job.benchmarks.flatMap(({ metrics }) => metrics.map(({ name }) => name)))),
    ];
    throw new UserError(
      `no benchmark of ${runner} has the metric ${options.metric}; they have ${names.join(", ")}${didYouMean(options.metric, names)}`,
    );
  }
  print(
    options.json ? json({ store: store.describe(), runner_key: runner, series }) : seriesText(series, options.last),
  );
  for (const warning of warnings) note(warning);
  return EXIT.passed;
}

export interface ExportOptions extends StoreOptions {
  readonly runner?: string;
}

export async function exportTo(file: string, options: ExportOptions, { signal }: CommandContext): Promise<number> {
  if (!/\.(?:tar\.gz|tgz)$/.test(file)) throw new UserError(`${file}: an export is a .tar.gz; end its name so`);
  const store = await openStore(options, signal);
  const raw = await rawOf(store, options.runner ?? null);
  const kept = raw.flatMap((entry) => ("text" in entry && isWorthKeeping(readStored(entry)) ? [entry] : []));
  const whose = options.runner === undefined ? "" : ` of the runner ${options.runner}`;
  if (kept.length === 0) throw new UserError(`nothing is stored in ${store.describe()}${whose}`);
  const bytes = await writeArchive(path.resolve(file), kept);
  print(`Wrote ${counted(kept.length, "file")} of ${store.describe()} to ${file} (${Math.ceil(bytes / 1024)} KiB).\n`);
  if (kept.length < raw.length) note(`${counted(raw.length - kept.length, "file")} that no version can read left out`);
  return EXIT.passed;
}

/** What another version can read is kept too. */
function isWorthKeeping(file: StoredFile): boolean {
  return file.state !== "unusable" || file.newer;
}
