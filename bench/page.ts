/** What was measured, as tables: on the terminal, and in the page on the judge. */
import { markdownTable } from "markdown-table";
import { CVS, EFFECTS, HISTORIES, USUAL_HISTORY, type Cells } from "./cells.ts";
import { RUNS } from "./draw.ts";
import { PROFILES } from "./machine.ts";
import { steadyKey, type Measured } from "./measure.ts";
import { PEERS } from "./peers.ts";
import { isMet, type Row } from "./rows.ts";
import { TOLERANCE } from "./series.ts";
import type { Tally } from "./tally.ts";

const MARK = "measured";

export function rowTable(rows: readonly Row[]): string {
  const header = ["", "target", "this judge", "its worst noise", ...PEERS.map(({ name }) => name), ""];
  const body = rows.map((row) => [
    row.title,
    `${row.bound === "at least" ? "≥" : "≤"} ${percent(row.target, 1)}`,
    percent(row.measured),
    row.worst === null ? "" : `${percent(row.worst.measured)} (${row.worst.profile})`,
    ...row.peers.map((share) => (share === null ? "" : percent(share))),
    isMet(row) ? "met" : "missed",
  ]);
  return markdownTable([header, ...body], { align: aligned(header.length) });
}

/** What unchanged and slowed code is told, and what it costs, by the number of stored jobs. */
export function historyTable(cells: Cells): string {
  const header = [
    "CV",
    "stored jobs",
    "unchanged: no change",
    "false alarm",
    "pairs",
    "−5 %: found",
    "no change",
    "pairs",
  ];
  const body = CVS.flatMap((cv) =>
    HISTORIES.map((jobs) => {
      const [same, slower] = [cells.of({ cv, jobs, effect: 0 }), cells.of({ cv, jobs, effect: -0.05 })];
      return [
        percent(cv, 1),
        `${jobs}`,
        percent(same.unchanged / same.cases, 1),
        percent((same.regression + same.improvement) / same.cases),
        pairs(same),
        percent(slower.regression / slower.cases, 1),
        percent(slower.unchanged / slower.cases),
        pairs(slower),
      ];
    }),
  );
  return markdownTable([header, ...body], { align: aligned(header.length, "r") });
}

/** How much of a change of each size is found with the usual history. */
export function effectTable(cells: Cells): string {
  const header = ["CV", ...EFFECTS.map((effect) => `${effect < 0 ? "−" : "+"}${percent(Math.abs(effect), 0)}`)];
  const body = CVS.map((cv) => [
    percent(cv, 1),
    ...EFFECTS.map((effect) => {
      const tally = cells.of({ cv, jobs: USUAL_HISTORY, effect });
      return percent((effect < 0 ? tally.regression : tally.improvement) / tally.cases, 1);
    }),
  ]);
  return markdownTable([header, ...body], { align: aligned(header.length, "r") });
}

export function section(measured: Measured, rows: readonly Row[]): string {
  const { plan, cells } = measured;
  return [
    `Written by \`npm run bench:judge -- --write\` on Node ${process.versions.node.split(".")[0]}: seeds \`${plan.set}\`, ` +
      `${count(plan.cases)} cases a cell (one setting on one kind of noise: ${PROFILES.join(", ")}), ` +
      `${count(cells.all().cases)} judged cases in all, ${RUNS} runs a job. A report of change points counts as right ` +
      `within ${TOLERANCE} points of a change. Peers see the same histories and candidates and no pairs, because they ask ` +
      `for none; rustc-perf is shown at ${Math.max(...PEERS.map(({ leastJobs }) => leastJobs))} stored jobs, below which ` +
      "its rule is one for instruction counts.",
    rowTable(rows),
    `Allocated peaks hardly scatter. Where a peak did, by up to three segments of 2 MiB in every fifth run, the band would ` +
      `widen: ${steadyShare(measured, 0)} of unchanged and ${steadyShare(measured, 0.03)} of +3 % would be told as what ` +
      "they are, and what is missing is small models, of less than a gigabyte. Nothing is promised there.",
    "What it depends on. `pairs` are those run for one benchmark on average: the price of the difference to the peers.",
    historyTable(cells),
    `How much of a change is found with ${USUAL_HISTORY} stored jobs:`,
    effectTable(cells),
  ].join("\n\n");
}

/** @throws when the page has no place for it */
export function withSection(page: string, text: string): string {
  const block = new RegExp(`(<!-- begin ${MARK} -->\\n)[^]*?(<!-- end ${MARK} -->)`);
  if (!block.test(page)) throw new Error(`the page has no block named ${MARK}`);
  return page.replace(block, (_all, begin: string, end: string) => `${begin}${text}\n${end}`);
}

/** Between the marks; null where the page has none. */
export function sectionIn(page: string): string | null {
  return new RegExp(`<!-- begin ${MARK} -->\\n([^]*?)\\n<!-- end ${MARK} -->`).exec(page)?.[1] ?? null;
}

function steadyShare({ steady }: Measured, change: number): string {
  const { right, cases } = steady.get(steadyKey("segments", change)) ?? { right: 0, cases: 0 };
  return percent(right / cases);
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function pairs(tally: Tally): string {
  return (tally.pairs / tally.cases).toFixed(1);
}

function percent(share: number, digits = 2): string {
  return `${Number((100 * share).toFixed(digits))} %`;
}

function aligned(columns: number, first = "l"): string[] {
  return [first, ...Array.from({ length: columns - 1 }, () => "r")];
}
