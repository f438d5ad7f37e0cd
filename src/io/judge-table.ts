/** The answer of `judge` for a person at a terminal. */
import { terminalText } from "../core/escape.ts";
import type { ChangePointsRow, Fault, JudgeOutput, VerdictRow } from "../core/judge-protocol.ts";
import { counted, formatChange, formatInterval, formatPercent } from "../core/units.ts";
import { bareTable } from "./plain-table.ts";

/** Ends with a new line. */
export function renderAnswer(output: JudgeOutput): string {
  const blocks =
    "verdicts" in output
      ? [verdictTable(output.verdicts), remarks(output.verdicts)]
      : [changePointTable(output.changepoints)];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

/** For standard error: one line each. */
export function faultLines(faults: readonly Fault[]): string[] {
  return faults.map(({ index, id, field, message }) => {
    const place = `case ${index + 1}${id === null ? "" : ` ${JSON.stringify(id)}`}`;
    return terminalText(`${place}: ${field === "" ? "" : `${field}: `}${message}`);
  });
}

function verdictTable(rows: readonly VerdictRow[]): string {
  if (rows.length === 0) return "no case was judged";
  return bareTable(
    ["case", "change", "pairs", "verdict"],
    rows.map((row) => [terminalText(row.id, 80), changeText(row), String(row.pairs_used), verdictText(row)]),
  );
}

function changeText({ effect, ci }: VerdictRow): string {
  if (effect === null) return "";
  return ci === null ? formatChange(effect) : `${formatChange(effect)} (${formatInterval(ci)})`;
}

function verdictText({ verdict, unconfirmed, smallest_detectable: blind, pairs_wanted }: VerdictRow): string {
  if (unconfirmed) return `${verdict}, unconfirmed`;
  if (verdict !== "inconclusive") return verdict;
  const sees = blind === null ? "" : `: sees nothing below ${formatPercent(blind)}`;
  return `${verdict}${sees}${pairs_wanted > 0 ? `; ${counted(pairs_wanted, "pair")} may decide it` : ""}`;
}

/** Equal ones once, with the cases they stand for. */
function remarks(rows: readonly VerdictRow[]): string {
  const cases = new Map<string, string[]>();
  for (const { id, warnings } of rows) {
    for (const warning of warnings) cases.set(warning, [...(cases.get(warning) ?? []), id]);
  }
  return [...cases]
    .map(([warning, ids]) => {
      const where = ids.length > 3 ? counted(ids.length, "case") : ids.join(", ");
      return `  ${terminalText(where, 200)}: ${terminalText(warning)}`;
    })
    .join("\n");
}

function changePointTable(rows: readonly ChangePointsRow[]): string {
  if (rows.length === 0) return "no series was searched";
  return bareTable(
    ["series", "new level from point", "not sure yet"],
    rows.map(({ id, indices, pending }) => [terminalText(id, 80), indices.join(", ") || "none", pending.join(", ")]),
  );
}
