/** The pieces a markdown drawing is put together from. Every cell and paragraph is inert by construction. */
import { markdownTable } from "markdown-table";
import { codeSpan, inertText } from "./escape.ts";
import { joined, type Sentence } from "./sentence.ts";

/** Markdown that this module made: the only thing a table or a section accepts. */
export type Markdown = string;

/**
 * Names as code spans, everything else as harmless words. Neighbouring texts are made one first: apart they could hide an
 * address that is only seen together.
 */
export function drawSentence(sentence: Sentence): Markdown {
  return joined(sentence)
    .map((part) => (typeof part === "string" ? drawText(part) : codeSpan(part.name)))
    .join("");
}

/** The spaces around a text are kept: a name stands there. */
function drawText(text: string): Markdown {
  const [, before = "", inner = "", after = ""] = /^( ?)(.*?)( ?)$/s.exec(text) ?? [];
  return before + inertText(inner) + after;
}

export interface Column<Row> {
  readonly title: string;
  readonly align?: "l" | "r";
  readonly cell: (row: Row, index: number) => Markdown;
}

/** Longer tables are written without padding: their source is read by nobody and their bytes are counted. */
const PADDED_ROWS = 40;

/** A table without the columns that would be empty; nothing for no rows. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Markdown {
  const drawn = columns.map((column) => ({ ...column, cells: rows.map((row, index) => column.cell(row, index)) }));
  const kept = drawn.filter(({ cells }) => cells.some((cell) => cell !== ""));
  if (rows.length === 0 || kept.length === 0) return "";
  return markdownTable(
    [kept.map(({ title }) => title), ...rows.map((_, at) => kept.map(({ cells }) => cells[at] ?? ""))],
    {
      align: kept.map(({ align = "l" }) => align),
      alignDelimiters: rows.length <= PADDED_ROWS,
    },
  );
}

/** A collapsed section. The title is our own words and numbers. The empty lines let markdown be read inside. */
export function details(title: string, blocks: readonly Markdown[]): Markdown {
  const body = blocks.filter((block) => block !== "");
  return body.length === 0 ? "" : [`<details><summary>${title}</summary>`, ...body, "</details>"].join("\n\n");
}

export function bullets(items: readonly Markdown[]): Markdown {
  return items.map((item) => `- ${item}`).join("\n");
}

/** Keeps a number and its unit on one line. */
export function unbroken(cell: string): Markdown {
  return cell.replaceAll(" ", "\u00A0");
}
