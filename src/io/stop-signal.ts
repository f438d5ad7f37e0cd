/** Ctrl-C, or a job being cancelled, as an abort signal. */

export interface StopSignal extends Disposable {
  readonly signal: AbortSignal;
}

/** Aborts on the first SIGINT or SIGTERM; the work in progress then ends its processes and writes what it has. */
export function stopSignal(): StopSignal {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  const signals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM"];
  for (const name of signals) process.on(name, stop);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of signals) process.off(name, stop);
    },
  };
}
