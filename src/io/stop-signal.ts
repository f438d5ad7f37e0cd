/** Ctrl-C, or a job being cancelled, as an abort signal. */
import { afterRunning } from "./running-time.ts";

export interface StopSignal extends Disposable {
  readonly signal: AbortSignal;
  /** Aborts when what is still under way should be left: soon after that a runner kills. */
  readonly hurry: AbortSignal;
  /** Calls back when there is no time for anything more. */
  onDeadline(action: () => void): void;
}

/**
 * A runner sends SIGTERM 7.5 s after SIGINT and kills the whole tree 2.5 s later. What stopped the machine meanwhile is not
 * counted: what was measured would be left for nothing, when the runner stood still as well.
 */
const HURRY_MS = 6200;
const DEADLINE_MS = 7000;

/**
 * Aborts on the first of the signals by which people and runners stop a program; the work in progress then ends
 * its processes and writes what it has.
 */
export function stopSignal(): StopSignal {
  const stopped = new AbortController();
  const hurry = new AbortController();
  const limits: Disposable[] = [];
  const actions: (() => void)[] = [];
  const stop = (): void => {
    if (stopped.signal.aborted) return;
    stopped.abort();
    limits.push(
      afterRunning(HURRY_MS, () => hurry.abort()),
      afterRunning(DEADLINE_MS, () => actions.forEach((action) => action())),
    );
  };
  const signals: readonly NodeJS.Signals[] =
    process.platform === "win32" ? ["SIGINT", "SIGTERM", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
  for (const name of signals) process.on(name, stop);
  return {
    signal: stopped.signal,
    hurry: hurry.signal,
    onDeadline: (action) => void actions.push(action),
    [Symbol.dispose]: () => {
      for (const name of signals) process.off(name, stop);
      for (const limit of limits) limit[Symbol.dispose]();
    },
  };
}
