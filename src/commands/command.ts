/** What every subcommand of the local command gets, and how each ends. */
import path from "node:path";
import { realpathSync } from "node:fs";

export const EXIT = { passed: 0, failed: 1, badInput: 2, bug: 70, interrupted: 130 } as const;

/** The end of a command's help. `own`: what 0 and 1 mean of it. */
export function exitStatuses(own: string): string {
  return `\nExit status: ${own}, ${EXIT.badInput} bad input, ${EXIT.bug} a bug, ${EXIT.interrupted} interrupted.`;
}

export interface CommandContext {
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** The folder `harness/` of this program. */
  readonly harness: string;
  /** Sets the exit status of the process. */
  readonly finish: (status: number) => void;
}

/** The harness that belongs to this very program, wherever a link to it stands. */
export function ownHarness(entry: string): string {
  return path.join(path.dirname(realpathSync(entry)), "..", "harness");
}
