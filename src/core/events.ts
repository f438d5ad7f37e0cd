/** An events file as text → the events it holds, and the first thing wrong with it. */
import { eventSchema, type HarnessEvent } from "./protocol.ts";

/** Larger files are refused unread: a run has a few thousand events, not millions. */
export const MAX_EVENTS_BYTES = 64 * 1024 * 1024;
/** In characters. */
export const MAX_LINE_LENGTH = 256 * 1024;

export interface EventsProblem {
  readonly reason: "bad-events" | "not-finite";
  /** From 1. */
  readonly line: number;
  /** What is wrong there, without the line number. */
  readonly message: string;
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
  const stop = (line: number, message: string, reason: EventsProblem["reason"] = "bad-events"): ReadEvents => ({
    events,
    problem: { reason, line, message },
  });
  if (text.length > MAX_EVENTS_BYTES) return stop(1, `the file is larger than ${MAX_EVENTS_BYTES / 2 ** 20} MiB`);
  let steps = 0;
  let number = 0;
  for (const { line, closed } of lines(text)) {
    number += 1;
    if (line === "") continue;
    if (line.length > MAX_LINE_LENGTH) return stop(number, `the line is longer than ${MAX_LINE_LENGTH} characters`);
    const last = events.at(-1);
    if (last?.event === "end" || last?.event === "error")
      return stop(number, `a line follows the \`${last.event}\` line`);
    const json = parseJson(line);
    if (json === undefined) {
      const lost = notFinite(line);
      if (lost !== null)
        return stop(
          number,
          `${lost.what} became ${lost.value}${steps > 0 || lost.inStep ? ` at step ${steps}` : ""}`,
          "not-finite",
        );
      return stop(
        number,
        closed ? `not a JSON object: ${quote(line)}` : `the file stops in the middle of a line: ${quote(line)}`,
      );
    }
    const parsed = eventSchema.safeParse(json);
    if (!parsed.success) return stop(number, explain(json, parsed.error.issues[0]));
    const event = parsed.data;
    if (event.event === "start" && events.length > 0) return stop(number, "`start` is not the first line");
    if (event.event === "step") {
      if ((event.index ?? steps) !== steps) {
        return stop(number, `step index ${event.index} where ${steps} is due: indexes count from 0 by one`);
      }
      steps += 1;
    }
    events.push(event);
  }
  return { events, problem: null };
}

function* lines(text: string): Generator<{ line: string; closed: boolean }> {
  let from = text.startsWith("\uFEFF") ? 1 : 0;
  while (from < text.length) {
    const newline = text.indexOf("\n", from);
    const to = newline === -1 ? text.length : newline;
    yield { line: text.slice(from, to).trim(), closed: newline !== -1 };
    from = to + 1;
  }
}

/** Undefined where the text is not JSON (which has no `undefined` of its own). */
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

interface Lost {
  readonly what: string;
  readonly value: string;
  readonly inStep: boolean;
}

/** Python writes NaN and Infinity bare, which no JSON reader takes. A number lost that way is a finding, not a bad file. */
function notFinite(line: string): Lost | null {
  const [, key, value] = /"([A-Za-z0-9_]{1,50})"\s*:\s*(NaN|-?Infinity)\s*[,}]/.exec(line) ?? [];
  if (key === undefined || value === undefined) return null;
  const name = /"name"\s*:\s*"([A-Za-z0-9_.-]{1,100})"/.exec(line)?.[1];
  return { what: (key === "value" ? name : undefined) ?? key, value, inStep: /"event"\s*:\s*"step"/.test(line) };
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function explain(json: unknown, issue: Issue | undefined): string {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return "not a JSON object";
  const kind = "event" in json && typeof json.event === "string" ? json.event : null;
  if (kind === null) return "no `event` key";
  if (issue === undefined) return `\`${kind}\` is not valid`;
  if (issue.path[0] === "event") return `unknown event ${quote(kind)}`;
  const where = issue.path.length === 0 ? "" : ` ${issue.path.map(String).join(".")}`;
  return `\`${quote(kind)}\`${where}: ${issue.message}`;
}

/** Foreign text, short enough for a message and without control characters. */
function quote(text: string): string {
  const clean = text.replaceAll(/\p{Cc}/gu, "?");
  return clean.length > 80 ? `${clean.slice(0, 80)}…` : clean;
}
