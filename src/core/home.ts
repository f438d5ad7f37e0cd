/** The user's home folder, whose path holds the user's name, is published as `~`. */
import * as z from "zod";

/** `home`: an absolute path, without a separator at its end. */
export function textWithoutHome(text: string, home: string): string {
  return isNamed(home) ? text.replaceAll(pattern(home), "~") : text;
}

/** The value as JSON, where a backslash of the path is written twice. */
export function jsonWithoutHome(value: unknown, home: string): string {
  return textWithoutHome(JSON.stringify(value, null, 2), JSON.stringify(home).slice(1, -1));
}

/** The same value, with the home folder replaced in every text of it. */
export function withoutHome<T>(schema: z.ZodType<T>, value: T, home: string): T {
  const text = JSON.stringify(value);
  const written = JSON.stringify(home).slice(1, -1);
  return isNamed(home) && text.includes(written) ? schema.parse(JSON.parse(textWithoutHome(text, written))) : value;
}

export interface PieceFilter {
  /** What can be told of the text so far: a piece may end within the path. */
  push(piece: string): string;
  /** What was held back. */
  rest(): string;
}

/** The same for text that arrives in pieces. */
export function filterPieces(home: string): PieceFilter {
  let held = "";
  return {
    push(piece) {
      const text = held + piece;
      held = isNamed(home) ? beginningOf(home, text) : "";
      return textWithoutHome(text.slice(0, text.length - held.length), home);
    },
    rest: () => textWithoutHome(held, home),
  };
}

/** `/` is the home of some services: it is nobody's name. */
function isNamed(home: string): boolean {
  return home.length > 1;
}

function pattern(home: string): RegExp {
  return new RegExp(`${home.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)}(?![\\w.-])`, "g");
}

/** The longest end of `text` with which `home` begins. */
function beginningOf(home: string, text: string): string {
  for (let length = Math.min(home.length, text.length); length > 0; length--) {
    if (text.endsWith(home.slice(0, length))) return home.slice(0, length);
  }
  return "";
}
