/** Ctrl-C, or a job being cancelled, as an abort signal. */

export interface StopSignal extends Disposable {
  readonly signal: AbortSignal;
  /** Aborts when what is still under way should be left: soon after that a runner kills. */
  readonly hurry: AbortSignal;
  /** Calls back when there is no time for anything more. */
  onDeadline(action: () => void): void;
}

/** A runner sends SIGTERM 7.5 s after SIGINT and kills the whole tree 2.5 s later. */
const HURRY_MS = 6200;
const DEADLINE_MS = 7000;

/**
 * Aborts on the first of the signals by which people and runners stop a program; the work in progress then ends
 * its processes and writes what it has.
 */
export function stopSignal(): StopSignal {
  const stopped = new AbortController();
  const hurry = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  const actions: (() => void)[] = [];
  const stop = (): void => {
    if (stopped.signal.aborted) return;
    stopped.abort();
    timers.push(
      setTimeout(() => hurry.abort(), HURRY_MS).unref(),
      setTimeout(() => actions.forEach((action) => action()), DEADLINE_MS).unref(),
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
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
