/**
 * Measures the judge on generated cases and holds it to what it promises: `npm run bench:judge`, with `--set tuning` while
 * a rule is being changed, `--quick` for a first look, `--write` to publish. Ends with status 1 when a promise is missed.
 */
import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { measure, SEED_SETS } from "./measure.ts";
import { effectTable, historyTable, rowTable, section, withSection } from "./page.ts";
import { isMet, rowsOf } from "./rows.ts";

const PAGE = new URL("../docs/statistics.md", import.meta.url);
/** Fewer cases a cell are not published. */
const LEAST_PUBLISHED = 5000;
const QUICK_CASES = 300;
/** What chance may take from a quick look, in standard errors. */
const QUICK_ERRORS = 3;

const { values } = parseArgs({
  options: {
    set: { type: "string", default: "held-out" },
    cases: { type: "string" },
    quick: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const { quick, write } = values;
const set = SEED_SETS.find((name) => name === values.set);
const cases = Number(values.cases ?? (quick ? QUICK_CASES : LEAST_PUBLISHED));
if (set === undefined) throw new Error(`--set ${values.set}: there are ${SEED_SETS.join(" and ")}`);
if (!Number.isInteger(cases) || cases < 1)
  throw new Error(`--cases ${values.cases}: a positive whole number is wanted`);
if (write && (quick || set !== "held-out" || cases < LEAST_PUBLISHED)) {
  throw new Error(`--write publishes everything, with the seeds held-out and at least ${LEAST_PUBLISHED} cases a cell`);
}

const began = performance.now();
const measured = measure({ set, cases, quick }, (line) => {
  console.error(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${line}`);
});
const rows = rowsOf(measured);
console.log(`${rowTable(rows)}\n`);
if (!quick) console.log(`${historyTable(measured.cells)}\n\n${effectTable(measured.cells)}\n`);
const missed = rows.filter((row) => !isMet(row, quick ? QUICK_ERRORS : 0));
for (const { title } of missed) console.log(`MISSED: ${title}`);
console.log(`${rows.length - missed.length} of ${rows.length} promises kept (seeds ${set}, ${cases} cases a cell)`);
if (write) await writeFile(PAGE, withSection(await readFile(PAGE, "utf8"), section(measured, rows)));
process.exitCode = missed.length === 0 ? 0 : 1;
