/** The judge's promises, on few cases of every kind; the page has them on many. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { measure } from "../../bench/measure.ts";
import { sectionIn, withSection } from "../../bench/page.ts";
import { PEERS } from "../../bench/peers.ts";
import { isMet, rowsOf, type Row } from "../../bench/rows.ts";

/** What chance may take from so few cases, in standard errors. */
const ERRORS = 3;
const page = readFileSync(new URL("../../docs/statistics.md", import.meta.url), "utf8");
const rows = rowsOf(measure({ set: "tuning", cases: 60, quick: true }, () => {}));

test.each(rows.map((row) => [row.title, row] as const))("%s", (_title, row) => {
  expect(row.cases).toBeGreaterThanOrEqual(60);
  expect(isMet(row, ERRORS), `${row.measured} of ${row.cases}, ${row.bound} ${row.target}`).toBe(true);
});

test("the page lists every promise with its target, what was measured, and the peers, and none is missed", () => {
  const section = sectionIn(page) ?? "";
  for (const { name } of PEERS) expect(section).toContain(name);
  const lines = section.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  for (const { title, bound, target } of rows) {
    const cells = lines.find(([, first]) => first === title) ?? [];
    expect(cells, title).toHaveLength(4 + 2 + PEERS.length + 1);
    expect(cells[2], title).toBe(`${bound === "at least" ? "≥" : "≤"} ${Number((100 * target).toFixed(1))} %`);
    expect(cells[3], title).toMatch(/^\d+(?:\.\d+)? %$/);
    expect(cells.at(-2), title).toBe("met");
  }
  expect(section).toContain("seeds `held-out`");
});

test("a section takes the place of the one before, and a page without one is refused", () => {
  expect(sectionIn(withSection(page, "new"))).toBe("new");
  expect(withSection(withSection(page, "new"), sectionIn(page) ?? "")).toBe(page);
  expect(() => withSection("# A page", "new")).toThrow("no block");
});

test("a missed promise is told from one that chance may have missed", () => {
  const row: Row = { title: "", target: 0.9, bound: "at least", measured: 0.87, cases: 100, worst: null, peers: [] };
  expect(isMet(row)).toBe(false);
  expect(isMet(row, ERRORS)).toBe(true);
  expect(isMet({ ...row, cases: 10_000 }, ERRORS)).toBe(false);
  expect(isMet({ ...row, bound: "at most" })).toBe(true);
  expect(isMet({ ...row, bound: "at most", target: 0.8 })).toBe(false);
});
