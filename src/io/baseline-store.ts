/** Where results of earlier jobs are kept: one interface, whatever stands behind it. */
import type { JobResult } from "../core/result.ts";

export interface History {
  /** Results of one runner, oldest first by the time in the files. */
  readonly results: JobResult[];
  /** What could not be read, and what to do about it. A store that cannot be reached gives no results and one warning. */
  readonly warnings: string[];
}

export type SaveOutcome =
  | { readonly saved: true; readonly where: string }
  /** Nothing was stored; `warning` says why and which permission or setting is missing. */
  | { readonly saved: false; readonly warning: string };

/** Immutable files, one per job: an existing name is never rewritten, whoever writes. */
export interface BaselineStore {
  describe(): string;
  read(runnerKey: string): Promise<History>;
  save(result: JobResult): Promise<SaveOutcome>;
}
