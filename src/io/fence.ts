/** Keeps what other programs print from giving orders to the runner of GitHub Actions. */
import { randomBytes } from "node:crypto";

export interface Fence extends Disposable {
  /** Foreign text, in any pieces. */
  write(text: string): void;
}

/**
 * Between here and the disposal the runner obeys no workflow command, its own program's included: open no group and
 * write no annotation meanwhile. The token is fresh each time, so nothing printed inside can guess the way out.
 */
export function fence(write: (text: string) => void): Fence {
  const token = randomBytes(24).toString("hex");
  let atLineStart = true;
  let open = true;
  write(`::stop-commands::${token}\n`);
  return {
    write(text) {
      if (!open) throw new Error("the fence is closed");
      if (text === "") return;
      atLineStart = text.endsWith("\n");
      write(text);
    },
    [Symbol.dispose]() {
      if (!open) return;
      open = false;
      // A command counts only at the start of a line; a carriage return does not begin one everywhere.
      write(`${atLineStart ? "" : "\n"}::${token}::\n`);
    },
  };
}

/** One piece of text that the runner cannot take for a command, for lines of our own that quote foreign words. */
export function harmless(text: string): string {
  return text.replace(/^(\s*):(?=:)/gm, "$1:\u200b").replace(/##(?=\[)/g, "#\u200b#");
}
