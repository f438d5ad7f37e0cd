/** What work costs, however busy the machine is. */

/** Milliseconds of processor time that work takes of this thread, however many others want the processor. */
export function processorMs(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}
