/** How one run ended: what its process and its events say together, as a value with a plain message. */
import type { Backend } from "./backend.ts";
import type { EventsProblem, ReadEvents } from "./events.ts";
import type { HarnessEvent } from "./protocol.ts";
import type { FailureReason, RunOutcome } from "./result.ts";

export type RunKind = "harness" | "command";

/** How the process ended. */
export interface RunExit {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly cancelled: boolean;
  /** Why it could not be started, where it could not. */
  readonly startError?: string | null;
  /** The time limit it ran under, seconds. */
  readonly timeoutS?: number;
  /** Wall time, seconds. */
  readonly durationS: number;
  /** Last lines of its output. */
  readonly tail?: readonly string[];
}

/** What the `start` line of a harness must say. */
export interface ExpectedRun {
  readonly benchmark: string;
  /** Null where it is not known. */
  readonly workHash: string | null;
  readonly backend: Backend;
}

export interface OutcomeInput {
  readonly kind: RunKind;
  readonly events: ReadEvents;
  readonly exit: RunExit;
  readonly expected: ExpectedRun;
}

const MAX_MESSAGE = 8000;
const NEEDED =
  'append at least one {"event":"step","duration_s":…} or {"event":"metric",…} line to the file named by FINETUNE_BENCH_EVENTS';

/** What the system or the user did comes first, then what the program said of itself, then what its file lacks. */
export function outcomeOf(input: OutcomeInput): RunOutcome {
  const failure = endedByForce(input) ?? ownError(input) ?? badExit(input) ?? badFile(input);
  if (failure === null) return { status: "ok" };
  return { status: "failed", reason: failure.reason, message: failure.message.slice(0, MAX_MESSAGE) };
}

interface Failure {
  readonly reason: FailureReason;
  readonly message: string;
}

function endedByForce({ exit, events }: OutcomeInput): Failure | null {
  if (exit.cancelled) return { reason: "cancelled", message: `was cancelled after ${seconds(exit.durationS)}` };
  const last = events.events.at(-1);
  const saidItself = last?.event === "error" && last.kind !== "cancelled";
  if (exit.timedOut && !saidItself) {
    const limit = seconds(exit.timeoutS ?? exit.durationS);
    const message = last?.event === "end" ? `did not exit within ${limit}` : `hung: no end after ${limit}`;
    return { reason: "timeout", message: `${message} (${lastSign(events.events)})` };
  }
  return null;
}

function ownError({ exit, events }: OutcomeInput): Failure | null {
  const last = events.events.at(-1);
  if (last?.event !== "error") {
    return events.problem?.reason === "not-finite" ? { reason: "not-finite", message: events.problem.message } : null;
  }
  const detail = last.message === "" ? "" : `: ${last.message}`;
  switch (last.kind) {
    case "out-of-memory":
      return { reason: last.kind, message: `ran out of memory after ${seconds(exit.durationS)}${detail}` };
    case "cancelled":
      return { reason: "killed", message: `was stopped from outside after ${seconds(exit.durationS)}${detail}` };
    case "not-finite":
    case "bad-order":
    case "backend-unavailable":
    case "check-failed":
    case "exception":
      return {
        reason: last.kind,
        message: last.message === "" ? `ended with an error of kind ${last.kind}` : last.message,
      };
  }
}

/** Numbers of the signals that end a process, as a shell adds them to 128 in an exit status. */
const SIGNALS: Readonly<Record<number, string>> = {
  1: "SIGHUP",
  2: "SIGINT",
  3: "SIGQUIT",
  4: "SIGILL",
  6: "SIGABRT",
  8: "SIGFPE",
  9: "SIGKILL",
  11: "SIGSEGV",
  13: "SIGPIPE",
  15: "SIGTERM",
};

function badExit({ exit, events }: OutcomeInput): Failure | null {
  if (exit.startError !== undefined && exit.startError !== null) {
    return { reason: "exit-code", message: `could not be started: ${exit.startError}` };
  }
  const signal = exit.signal ?? (exit.code !== null && exit.code > 128 ? SIGNALS[exit.code - 128] : undefined);
  if (signal !== undefined) {
    const hint = signal === "SIGKILL" ? ": mostly the system, when memory runs out" : "";
    return { reason: "killed", message: `was killed by ${signal} after ${seconds(exit.durationS)}${hint}` };
  }
  if (exit.code === 0) return null;
  const said = exit.tail?.findLast((line) => line.trim() !== "")?.trim();
  const status = exit.code === null ? "ended without an exit status" : `exited with status ${exit.code}`;
  const which = events.events.at(-1)?.event === "end" ? `${status} although its events end well` : status;
  return { reason: "exit-code", message: said === undefined ? which : `${which}: ${said.slice(0, 500)}` };
}

function badFile({ kind, events, expected }: OutcomeInput): Failure | null {
  const { problem } = events;
  if (problem !== null) return bad(describeProblem(problem));
  const list = events.events;
  if (!list.some((event) => event.event === "step" || event.event === "metric")) {
    return bad(
      kind === "command" ? `measured nothing: ${NEEDED}` : "measured nothing: its events hold no step and no metric",
    );
  }
  if (kind === "command") return null;
  const first = list[0];
  if (first?.event !== "start") return bad("its events do not begin with `start`");
  for (const [what, said, due] of [
    ["benchmark", first.benchmark, expected.benchmark],
    ["work hash", first.work_hash, expected.workHash ?? first.work_hash],
    ["backend", first.backend, expected.backend],
  ] as const) {
    if (said !== due) return bad(`its events are of another run: ${what} ${said} instead of ${due}`);
  }
  const last = list.at(-1);
  if (last?.event !== "end") return bad("exited with status 0, but its events stop without `end`");
  const steps = list.filter((event) => event.event === "step").length;
  if (last.steps !== steps) return bad(`its \`end\` counts ${last.steps} steps, its events hold ${steps}`);
  return null;
}

function bad(message: string): Failure {
  return { reason: "bad-events", message };
}

function describeProblem(problem: EventsProblem): string {
  return `its events break off in line ${problem.line}: ${problem.message}`;
}

function lastSign(events: readonly HarnessEvent[]): string {
  const steps = events.filter((event) => event.event === "step").length;
  if (steps > 0) return `${steps} ${steps === 1 ? "step" : "steps"} done`;
  const phase = events.findLast((event) => event.event === "phase");
  return phase === undefined ? "no step done" : `no step done, last finished phase: ${phase.name}`;
}

function seconds(value: number): string {
  return `${value < 10 ? Math.round(value * 10) / 10 : Math.round(value)} s`;
}
