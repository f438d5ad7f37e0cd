/** Failures a test plans: an error status, a cut connection, silence, a delay, or somebody else acting first. */
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** What happens instead of, or before, the answer to matching calls. */
export interface Fault {
  /** `issues/create-comment`, or a name the server gives to what GitHub's description does not hold; `*` for everything. */
  readonly operation: string;
  /** The first matching call it concerns, counted from 1. Default 1. */
  readonly nth?: number;
  /** How many calls it concerns. Default 1; `Infinity` for all that follow. */
  readonly times?: number;
  /** Answer with this status instead. Without one the call is answered as usual, after `delayMs` and `before`. */
  readonly status?: number;
  readonly message?: string;
  readonly headers?: Record<string, string>;
  /** Cut the connection: before the request is acted upon, after it was, or in the middle of the answer. */
  readonly cut?: "before" | "after" | "halfway";
  /** Never answer. */
  readonly hang?: boolean;
  /** A page of somebody in between, with status 200. */
  readonly page?: string;
  readonly delayMs?: number;
  /** Runs first: somebody else's push between two of the client's calls, for example. */
  readonly before?: () => Promise<unknown>;
}

/**
 * Does what a fault wants done in place of an answer; false where the request is to be answered as usual. Cutting after
 * the deed, or halfway, is the answer's own business: {@link cutAnswer}.
 */
export async function meet(fault: Fault | null, response: ServerResponse): Promise<boolean> {
  if (fault === null) return false;
  await fault.before?.();
  if (fault.delayMs !== undefined) await sleep(fault.delayMs);
  if (fault.cut === "before") response.req.socket.destroy();
  else if (fault.page !== undefined) response.writeHead(200, { "content-type": "text/html" }).end(fault.page);
  else return fault.hang === true;
  return true;
}

/** Cuts the connection where the fault wants the deed done and its answer lost; false where it wants neither. */
export function cutAnswer(fault: Fault | null, response: ServerResponse, status: number, body: Buffer): boolean {
  if (fault?.cut !== "after" && fault?.cut !== "halfway") return false;
  if (fault.cut === "halfway") {
    response.writeHead(status, { "content-type": "application/json", "content-length": `${body.length}` });
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.req.socket.destroy());
  } else {
    response.req.socket.destroy();
  }
  return true;
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
