/**
 * Foreign text made inert: benchmark names, versions, error texts, branch names and paths may hold anything.
 *
 * In markdown one device does the work. Inside a code span GitHub links no mention, issue, commit or address and reads no
 * markup, so whatever is not plainly harmless goes into one; the few characters that could end the span or its table cell
 * are replaced by lookalikes. Escaping with backslashes would not do: mentions and references are found after rendering.
 */

/** Terminal control sequences: CSI, OSC (which may hold an address), and the two-character ones. */
// oxlint-disable-next-line no-control-regex
const ANSI = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[@-Z\\^_])|\u009B[0-?]*[ -/]*[@-~]/g;
/** Control, direction-changing, zero-width and private characters: nothing a reader could see or check. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/gu;
const WHITESPACE = /[\s\u0085]+/g;

/** At most `most` characters; what is left out shows as "…". */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  const characters = Array.from(text.slice(0, most * 2));
  return characters.length <= most && text.length <= most * 2 ? text : `${characters.slice(0, most - 1).join("")}…`;
}

/** One line without anything invisible. */
function visibleLine(text: string): string {
  return text.toWellFormed().replaceAll(ANSI, "").replaceAll(WHITESPACE, " ").replaceAll(UNSEEN, "\uFFFD").trim();
}

/** Keeps a copy of the hidden marker that identifies our comment out of foreign text. */
function withoutHtmlComment(text: string): string {
  return text.replaceAll("<!--", "<! --");
}

/** Foreign text as a code span, good in paragraphs, headings and table cells. */
export function codeSpan(text: string, most = 200): string {
  const inside = withoutHtmlComment(clip(visibleLine(text), most).replaceAll("`", "'").replaceAll("|", "¦"));
  if (inside === "") return "`(empty)`";
  // A dollar sign next to a backtick would open GitHub's inline mathematics.
  return inside.includes("$") ? `\` ${inside} \`` : `\`${inside}\``;
}

/** Letters, digits and punctuation that no markdown reader gives a meaning inside a word. */
const PLAIN = /^[\p{L}\p{M}\p{N}.,;%()/'"’‘“”…–—−·°±×÷≈≤≥→+-]*$/u;
/** Commits, addresses (also those cut short, whose last character looks like a stop) and `GH-1` are made of plain characters. */
const REFERENCE = /[0-9a-f]{7}|www\.|gh-\d|(?:https?|ftp|mailto|xmpp):/i;
/** What would open a list or underline a heading at the start of a line. */
const LINE_OPENER = /^(?:[-+]+|\d+[.)])$/;

/** A foreign sentence: harmless words stay words, everything else becomes code spans, neighbours one. */
export function inertText(text: string, most = 500): string {
  const drawn: Word[] = [];
  for (const [index, word] of clip(visibleLine(text), most).split(" ").entries()) {
    const next = readWord(word, index === 0);
    const last = drawn.at(-1);
    if (last === undefined || last.plain || next.plain || last.after + next.before !== "") drawn.push(next);
    else drawn[drawn.length - 1] = { ...last, core: `${last.core} ${next.core}`, after: next.after };
  }
  return drawn
    .map(({ before, core, after, plain }) => before + (plain ? core : codeSpan(core, Infinity)) + after)
    .join(" ");
}

/** A word without the brackets and stops around it. */
interface Word {
  readonly before: string;
  readonly core: string;
  readonly after: string;
  readonly plain: boolean;
}

function readWord(word: string, first: boolean): Word {
  if (first && LINE_OPENER.test(word)) return { before: "", core: word, after: "", plain: false };
  const [, before = "", core = "", after = ""] = /^(["'“(]*)(.*?)([.,;:!?)"'”]*)$/u.exec(word) ?? [];
  return { before, core, after, plain: PLAIN.test(core) && !REFERENCE.test(core + after) };
}

/** A link that can only lead to a web address; anything else is shown instead of linked. `label` is our own. */
export function link(label: string, url: string): string {
  return /^https?:\/\/[\w.:[\]-]+(?:\/[\w.~:/?#@!&*+,;=%-]*)?$/.test(url) ? `[${label}](<${url}>)` : codeSpan(url);
}

/** Foreign lines as a fenced block, the last `most` characters of them at most: errors end with what matters. */
export function codeBlock(text: string, most = 4000, language = "text"): string {
  const lines = text
    .toWellFormed()
    .replaceAll(ANSI, "")
    .replaceAll("\t", "    ")
    .split(/\r\n|[\n\r\u0085\u2028\u2029]/);
  const clean = withoutHtmlComment(lines.map((line) => line.replaceAll(UNSEEN, "\uFFFD").trimEnd()).join("\n")).trim();
  const shown = clean.length <= most ? clean : `…${clean.slice(-most).toWellFormed()}`;
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(Math.max(3, longest + 1));
  return `${fence}${language}\n${shown}\n${fence}`;
}

/** Foreign text on a terminal or in a job's log: one line, no control characters, no workflow command. */
export function terminalText(text: string, most = 500): string {
  return clip(visibleLine(text), most).replaceAll("##[", "## [").replace(/^::/, ": :");
}
