/** Work that is left when a job that was cancelled has no more time for it. */

/** The work's own answer, or `otherwise` once the signal has aborted; the work itself goes on unheeded. */
export async function inTime<T>(work: Promise<T>, signal: AbortSignal, otherwise: T): Promise<T> {
  // A failure after that is nobody's business any more.
  work.catch(() => {});
  using cleanUp = new DisposableStack();
  const late = new Promise<T>((resolve) => {
    const leave = (): void => resolve(otherwise);
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave, { once: true });
    cleanUp.defer(() => signal.removeEventListener("abort", leave));
  });
  return await Promise.race([work, late]);
}
