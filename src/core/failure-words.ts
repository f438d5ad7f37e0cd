/** How a failure is told in a few words. */
import type { Failure } from "./report.ts";
import type { FailureReason } from "./result.ts";
import { formatDuration } from "./units.ts";

const FAILURE_WORDS: Readonly<Record<FailureReason, string>> = {
  "out-of-memory": "ran out of memory",
  "not-finite": "got a loss or metric that is not a finite number",
  timeout: "ran into its time limit",
  killed: "was killed",
  "exit-code": "ended with an error",
  "bad-events": "left no events that can be used",
  "bad-order": "could not use its work order",
  "check-failed": "failed its check",
  "backend-unavailable": "cannot run on this machine",
  environment: "could not be made ready",
  cancelled: "was cancelled",
  "time-budget": "did not fit into the time budget",
  exception: "ended with an exception",
  missing: "did not run, though the baseline has it",
};

/** "ran out of memory after 12 s". */
export function failureInWords({ reason, duration_s }: Failure): string {
  return FAILURE_WORDS[reason] + (duration_s === null ? "" : ` after ${formatDuration(duration_s)}`);
}
