/** One line of an events file → the event it holds, or what is wrong with it. */
import { eventSchema, type HarnessEvent } from "./protocol.ts";

/** In characters. */
export const MAX_LINE_LENGTH = 256 * 1024;

export interface LineFault {
  readonly reason: "bad-events" | "not-finite";
  /** What is wrong, in a few words. */
  readonly message: string;
}

export type EventLine = { readonly event: HarnessEvent } | { readonly fault: LineFault };

/**
 * @param isWhole false for a last line without its newline, which a killed process may have left
 * @param step number of the step that the file is at, for messages
 */
export function parseEventLine(line: string, isWhole: boolean, step: number): EventLine {
  if (line.length > MAX_LINE_LENGTH) return bad(`the line is longer than ${MAX_LINE_LENGTH} characters`);
  const json = parseJson(line);
  if (json === undefined) {
    return (
      lostNumber(line, step) ??
      bad(`${isWhole ? "not JSON" : "the file stops in the middle of a line"}: ${quote(line)}`)
    );
  }
  const parsed = eventSchema.safeParse(json);
  return parsed.success ? { event: parsed.data } : bad(explain(json, parsed.error.issues[0]));
}

function bad(message: string): EventLine {
  return { fault: { reason: "bad-events", message } };
}

/** Undefined where the text is not JSON (which has no `undefined` of its own). */
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Python writes NaN and Infinity bare, which no JSON reader takes. A number lost that way is a finding, not a bad file. */
function lostNumber(line: string, step: number): EventLine | null {
  const [, key, value] = /"([A-Za-z0-9_]{1,50})"\s*:\s*(NaN|-?Infinity)\s*[,}]/.exec(line) ?? [];
  if (key === undefined || value === undefined) return null;
  const name = /"name"\s*:\s*"([A-Za-z0-9_.-]{1,100})"/.exec(line)?.[1];
  const what = key === "value" && name !== undefined ? name : key;
  const where = /"event"\s*:\s*"step"/.test(line) ? ` at step ${step}` : "";
  return { fault: { reason: "not-finite", message: `${what} became ${value}${where}` } };
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function explain(json: unknown, issue: Issue | undefined): string {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return "not a JSON object";
  if (!("event" in json) || typeof json.event !== "string") return "no `event` key";
  const kind = quote(json.event);
  if (issue === undefined) return `\`${kind}\` is not valid`;
  if (issue.path[0] === "event") return `unknown event ${kind}`;
  const where = issue.path.length === 0 ? "" : ` ${quote(issue.path.map(String).join("."))}`;
  return `\`${kind}\`${where}: ${quote(issue.message)}`;
}

/** Foreign text, short enough for a message and without control characters. */
function quote(text: string): string {
  const clean = text.slice(0, 200).replaceAll(/\p{Cc}/gu, "?");
  return clean.length > 100 ? `${clean.slice(0, 100)}…` : clean;
}
