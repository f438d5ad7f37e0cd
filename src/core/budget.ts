/** Which benchmarks still fit the time budget, once a first run of each has shown how long one takes. */

export interface Spent {
  readonly id: string;
  /** Seconds of the runs made so far. */
  readonly durations: readonly number[];
}

/**
 * Ids to leave, from the end of the list, so that the rest can make all its repeats within `budget` seconds.
 * A suite's order is its author's order of importance.
 */
export function cutToBudget(
  benchmarks: readonly Spent[],
  repeats: number,
  elapsed: number,
  budget: number,
): ReadonlySet<string> {
  const cut = new Set<string>();
  const remaining = (benchmark: Spent): number => {
    const mean = benchmark.durations.reduce((sum, s) => sum + s, 0) / Math.max(benchmark.durations.length, 1);
    return mean * (repeats - benchmark.durations.length);
  };
  let projected = elapsed + benchmarks.reduce((sum, benchmark) => sum + remaining(benchmark), 0);
  for (const benchmark of benchmarks.toReversed()) {
    if (projected <= budget) break;
    if (remaining(benchmark) <= 0) continue;
    cut.add(benchmark.id);
    projected -= remaining(benchmark);
  }
  return cut;
}
