/** Tables without lines, for a terminal. */
import Table from "cli-table3";

export interface PlainColumn<Row> {
  readonly title: string;
  readonly align: "left" | "right";
  /** Ours or made inert: it is drawn as it is. */
  readonly cell: (row: Row) => string;
}

const LINES = ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"];
const MORE_LINES = ["left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"];
const NO_LINES: Record<string, string> = Object.fromEntries([...LINES, ...MORE_LINES].map((name) => [name, ""]));

/** Titles on the first line; columns that would be empty disappear. */
export function plainTable<Row>(rows: readonly Row[], columns: readonly PlainColumn<Row>[]): string {
  const kept = columns.filter(({ cell }) => rows.some((row) => cell(row) !== ""));
  if (kept.length === 0) return "";
  return bareTable(
    kept.map(({ title }) => title),
    rows.map((row) => kept.map(({ cell }) => cell(row))),
    kept.map(({ align }) => align),
  );
}

/** Titles on the first line, cells drawn as they are; to the left where nothing else is said. */
export function bareTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  aligns: readonly ("left" | "right")[] = [],
): string {
  const table = new Table({
    chars: NO_LINES,
    style: { "padding-left": 0, "padding-right": 2, head: [], border: [], compact: true },
    colAligns: [...aligns],
  });
  table.push([...head], ...rows.map((row) => [...row]));
  return table.toString().replaceAll(/ +$/gm, "");
}
