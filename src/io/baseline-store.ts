/** Where results of earlier jobs are kept: one interface, whatever stands behind it. */
import type { JobResult } from "../core/result.ts";

export interface History {
  /** Results of one runner, oldest first by the time in the files. */
  readonly results: JobResult[];
  /** What could not be read, and what to do about it. */
  readonly warnings: string[];
  /** Why nothing could be read at all, where it could not: that is not the same as an empty history. */
  readonly unread?: string;
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
