/** Failures a test plans: an error status, a cut connection, a delay, or somebody else acting first. */

/** What happens instead of, or before, the answer to matching calls. */
export interface Fault {
  /** `issues/create-comment`; `*` for every operation. */
  readonly operation: string;
  /** The first matching call it concerns, counted from 1. Default 1. */
  readonly nth?: number;
  /** How many calls it concerns. Default 1; `Infinity` for all that follow. */
  readonly times?: number;
  /** Answer with this status instead. Without one the call is answered as usual, after `delayMs` and `before`. */
  readonly status?: number;
  readonly message?: string;
  readonly headers?: Record<string, string>;
  /** Cut the connection without an answer. */
  readonly drop?: boolean;
  readonly delayMs?: number;
  /** Runs first: somebody else's push between two of the client's calls, for example. */
  readonly before?: () => Promise<unknown>;
}

export class FaultPlan {
  private readonly planned: { fault: Fault; seen: number }[] = [];

  add(fault: Fault): void {
    this.planned.push({ fault, seen: 0 });
  }

  /** Counts one call of the operation and returns the fault that meets it, if any. */
  next(operation: string): Fault | null {
    let found: Fault | null = null;
    for (const entry of this.planned) {
      if (entry.fault.operation !== "*" && entry.fault.operation !== operation) continue;
      entry.seen += 1;
      const first = entry.fault.nth ?? 1;
      if (entry.seen >= first && entry.seen < first + (entry.fault.times ?? 1)) found ??= entry.fault;
    }
    return found;
  }
}
