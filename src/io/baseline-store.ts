/** Where results of earlier jobs are kept: one interface, whatever stands behind it. */
import type { RunnerHistory } from "../core/job-report.ts";
import type { Qualification } from "../core/qualification.ts";
import type { JobResult } from "../core/result.ts";
import {
  gather,
  parseStoredPath,
  qualificationPath,
  readStored,
  storedPath,
  storedText,
  type RawFile,
} from "../core/stored-result.ts";

/** Results of one runner, oldest first by the time in the files. */
export type History = RunnerHistory;

export type SaveOutcome =
  | { readonly saved: true; readonly where: string }
  /** Nothing was stored; `warning` says why and which permission or setting is missing. */
  | { readonly saved: false; readonly warning: string };

export interface Listing {
  readonly files: readonly RawFile[];
  /** Why nothing could be read. */
  readonly unread?: string;
}

/** Text to keep under `path`, a path as {@link storedPath} gives it. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** Paths by what became of them; what stands in none of the lists was not reached. */
export interface Added {
  readonly added: readonly string[];
  /** The very same text was there already. */
  readonly present: readonly string[];
  /** Another text has that name, and stays. */
  readonly taken: readonly string[];
  /** Why it ended early, with what to do. */
  readonly warning: string | null;
}

export interface Removed {
  readonly removed: readonly string[];
  readonly warning: string | null;
}

/** Immutable files by path: an existing name is never rewritten, whoever writes. */
export interface StoredFiles {
  /** The place in words. */
  readonly describe: () => string;
  /** Where people find a file. */
  readonly where: (path: string) => string;
  /** Every file of one runner, or of all. */
  readonly list: (runnerKey: string | null) => Promise<Listing>;
  /** `message` tells people of the change, where the place keeps such a record. */
  readonly add: (files: readonly NewFile[], message: string) => Promise<Added>;
  readonly remove: (paths: readonly string[], message: string) => Promise<Removed>;
}

export interface BaselineStore extends StoredFiles {
  readonly read: (runnerKey: string) => Promise<History>;
  /** Of several runners in as few requests as of one, in their order. */
  readonly readEach: (runnerKeys: readonly string[]) => Promise<History[]>;
  readonly save: (result: JobResult) => Promise<SaveOutcome>;
  /** All in one change, where the place knows such a thing. */
  readonly saveEach: (results: readonly JobResult[]) => Promise<SaveOutcome[]>;
  readonly saveQualification: (qualification: Qualification) => Promise<SaveOutcome>;
}

export function storeOver(files: StoredFiles): BaselineStore {
  return {
    ...files,
    async read(runnerKey) {
      return historyIn(await files.list(runnerKey), runnerKey);
    },
    async readEach(runnerKeys) {
      const [only, ...more] = runnerKeys;
      const listing = only === undefined ? { files: [] } : await files.list(more.length === 0 ? only : null);
      return runnerKeys.map((runnerKey) => historyIn(listing, runnerKey));
    },
    save: (result) => saveOne(files, fileOf(result), resultMessage([result])),
    async saveEach(results) {
      if (results.length === 0) return [];
      const added = await files.add(results.map(fileOf), resultMessage(results));
      return results.map((result) => outcomeOf(files, fileOf(result).path, added));
    },
    saveQualification(qualification) {
      const file = { path: qualificationPath(qualification), text: storedText(qualification) };
      return saveOne(files, file, qualificationMessage(qualification));
    },
  };
}

function historyIn({ files, unread }: Listing, runnerKey: string): History {
  const own = files.filter(({ path }) => parseStoredPath(path)?.runnerKey === runnerKey);
  return { ...gather(own.map(readStored)), ...(unread === undefined ? {} : { unread }) };
}

function fileOf(result: JobResult): NewFile {
  return { path: storedPath(result), text: storedText(result) };
}

async function saveOne(files: StoredFiles, file: NewFile, message: string): Promise<SaveOutcome> {
  return outcomeOf(files, file.path, await files.add([file], message));
}

function outcomeOf(files: StoredFiles, path: string, { added, present, taken, warning }: Added): SaveOutcome {
  if (added.includes(path) || present.includes(path)) return { saved: true, where: files.where(path) };
  if (!taken.includes(path)) return { saved: false, warning: warning ?? `${path} was not stored` };
  return {
    saved: false,
    warning:
      `${path} exists in ${files.describe()} already and is never rewritten: another job of the same run, runner ` +
      `and suite stored its result. Give the jobs different runner keys, or run the suite once for each runner.`,
  };
}

function resultMessage(results: readonly JobResult[]): string {
  const [first] = results;
  const commit = first?.job.sha?.slice(0, 7) ?? "no commit";
  const runners = results.map(({ runner_key }) => runner_key);
  const count = results.reduce((sum, { benchmarks }) => sum + benchmarks.length, 0);
  const title =
    runners.length === 1 ? `Record ${commit} on ${runners.join("")}` : `Record ${commit} on ${runners.length} runners`;
  const which = runners.length === 1 ? "" : `${runners.join("\n")}\n\n`;
  const run = first?.job.run_url ?? `run ${first?.job.run_id}`;
  return `${title}\n\n${which}${count} benchmark${count === 1 ? "" : "s"} measured after ${first?.job.event} on ${first?.job.ref}\n${run}\n`;
}

function qualificationMessage({ runner_key, suite, benchmarks }: Qualification): string {
  const count = `${benchmarks.length} benchmark${benchmarks.length === 1 ? "" : "s"}`;
  return `Qualify ${runner_key}\n\nWhat this runner detects in ${count} of ${suite}\n`;
}
