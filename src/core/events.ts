/** An events file as text → the events it holds, and the first thing wrong with it. */
import { parseEventLine, type LineFault } from "./event-line.ts";
import type { HarnessEvent } from "./protocol.ts";

/** Larger files are refused unread: a run has a few thousand events, not millions. */
export const MAX_EVENTS_BYTES = 64 * 1024 * 1024;

export interface EventsProblem extends LineFault {
  /** From 1. */
  readonly line: number;
}

export interface ReadEvents {
  /** Everything before the problem: a killed process leaves a valid prefix. */
  readonly events: readonly HarnessEvent[];
  readonly problem: EventsProblem | null;
}

/**
 * Reads until the first line that breaks the protocol. Both line endings and empty lines are accepted. What a harness must
 * have and a user's own program need not (`start`, `end`) is asked for later, where the kind of run is known.
 */
export function readEvents(text: string): ReadEvents {
  const events: HarnessEvent[] = [];
  const stop = (line: number, fault: LineFault): ReadEvents => ({ events, problem: { ...fault, line } });
  if (text.length > MAX_EVENTS_BYTES) {
    return stop(1, { reason: "bad-events", message: `the file is larger than ${MAX_EVENTS_BYTES / 2 ** 20} MiB` });
  }
  let steps = 0;
  let number = 0;
  for (const { line, isWhole } of lines(text)) {
    number += 1;
    if (line === "") continue;
    const parsed = parseEventLine(line, isWhole, steps);
    if ("fault" in parsed) return stop(number, parsed.fault);
    const { event } = parsed;
    const message = outOfOrder(event, events.at(-1), steps);
    if (message !== null) return stop(number, { reason: "bad-events", message });
    if (event.event === "step") steps += 1;
    events.push(event);
  }
  return { events, problem: null };
}

function outOfOrder(event: HarnessEvent, last: HarnessEvent | undefined, steps: number): string | null {
  if (last?.event === "end" || last?.event === "error") return `a line follows the \`${last.event}\` line`;
  if (event.event === "start" && last !== undefined) return "`start` is not the first line";
  if (event.event !== "step" || event.index === undefined || event.index === steps) return null;
  return `step index ${event.index} where ${steps} is due: indexes count from 0 by one`;
}

function* lines(text: string): Generator<{ line: string; isWhole: boolean }> {
  let from = text.startsWith("\uFEFF") ? 1 : 0;
  while (from < text.length) {
    const newline = text.indexOf("\n", from);
    const to = newline === -1 ? text.length : newline;
    yield { line: text.slice(from, to).trim(), isWhole: newline !== -1 };
    from = to + 1;
  }
}
