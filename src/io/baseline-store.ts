/** Where results of earlier jobs are kept: one interface, whatever stands behind it. */
import type { Qualification } from "../core/qualification.ts";
import type { JobResult } from "../core/result.ts";
import { gather, qualificationPath, readStored, storedPath, storedText, type RawFile } from "../core/stored-result.ts";

export interface History {
  /** Results of one runner, oldest first by the time in the files. */
  readonly results: JobResult[];
  /** What the runner was last found able to detect; null until it was qualified. */
  readonly qualification: Qualification | null;
  /** What could not be read, and what to do about it. */
  readonly warnings: string[];
  /** Why nothing could be read at all, where it could not: that is not the same as an empty history. */
  readonly unread?: string;
}

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
  readonly save: (result: JobResult) => Promise<SaveOutcome>;
  readonly saveQualification: (qualification: Qualification) => Promise<SaveOutcome>;
}

export function storeOver(files: StoredFiles): BaselineStore {
  return {
    ...files,
    async read(runnerKey) {
      const { files: raw, unread } = await files.list(runnerKey);
      return { ...gather(raw.map(readStored)), ...(unread === undefined ? {} : { unread }) };
    },
    save: (result) => saveOne(files, { path: storedPath(result), text: storedText(result) }, resultMessage(result)),
    saveQualification(qualification) {
      const file = { path: qualificationPath(qualification), text: storedText(qualification) };
      return saveOne(files, file, qualificationMessage(qualification));
    },
  };
}

async function saveOne(files: StoredFiles, file: NewFile, message: string): Promise<SaveOutcome> {
  const where = files.where(file.path);
  const { warning, taken } = await files.add([file], message);
  if (warning !== null) return { saved: false, warning };
  if (!taken.includes(file.path)) return { saved: true, where };
  return {
    saved: false,
    warning:
      `${file.path} exists in ${files.describe()} already and is never rewritten: another job of the same run, runner ` +
      `and suite stored its result. Give the jobs different runner keys, or run the suite once for each runner.`,
  };
}

function resultMessage({ runner_key, job, benchmarks }: JobResult): string {
  const commit = job.sha?.slice(0, 7) ?? "no commit";
  const count = `${benchmarks.length} benchmark${benchmarks.length === 1 ? "" : "s"}`;
  const run = job.run_url ?? `run ${job.run_id}`;
  return `Record ${commit} on ${runner_key}\n\n${count} measured after ${job.event} on ${job.ref}\n${run}\n`;
}

function qualificationMessage({ runner_key, suite, benchmarks }: Qualification): string {
  const count = `${benchmarks.length} benchmark${benchmarks.length === 1 ? "" : "s"}`;
  return `Qualify ${runner_key}\n\nWhat this runner detects in ${count} of ${suite}\n`;
}
