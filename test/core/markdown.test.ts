import fc from "../support/property.ts";
import { describe, expect, test } from "vitest";
import type { Comparison } from "../../src/core/comparison.ts";
import { joinReports } from "../../src/core/join-reports.ts";
import { COMMENT_BYTES, renderComment, renderSummary } from "../../src/core/markdown.ts";
import { benchmark, compared, jointOf, reportOf } from "../support/report-fixtures.ts";
import { disturbed, MOVED_CUDA } from "../support/report-machine.ts";
import { SLOWED } from "../support/report-scenes-machine.ts";
import { confirmedIn } from "../support/report-scenes-today.ts";
import { jointScene, scene, SCENES, type SceneName } from "../support/report-scenes.ts";
import { JOINT_NAMES, joined } from "../support/report-scenes-joint.ts";
import { readMarkdown } from "../support/markdown-reader.ts";

const NAMES = Object.keys(SCENES).filter((name): name is SceneName => name in SCENES);
const MARKER = "<!-- finetune-bench:finetune-bench.yml -->";

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

describe("the comment", () => {
  test.each(NAMES)("of %s reads as its golden", async (name) => {
    await expect(renderComment(jointScene(name), { marker: MARKER })).toMatchFileSnapshot(
      `../golden/comment-${name}.md`,
    );
  });

  test.each(NAMES)("of %s holds the throughput change of every benchmark", (name) => {
    const report = scene(name);
    const { rows } = readMarkdown(renderComment(jointOf(report)));
    for (const { metric, title, effect } of report.comparisons) {
      if (metric?.primary !== true || effect === null) continue;
      const percent = `${Math.abs(effect * 100).toFixed(effect === 0 || Math.abs(effect) >= 0.00095 ? 1 : 2)} %`;
      const shown = rows.filter((cells) => cells[0]?.includes(title.slice(0, 30)) === true);
      expect(shown.some((cells) => cells.some((cell) => cell.replaceAll("\u00A0", " ").includes(percent)))).toBe(true);
    }
  });

  test.each(NAMES)("of %s has whole tables, closed sections and no markup of strangers", (name) => {
    expect(brokenIn(renderComment(jointScene(name)))).toEqual([]);
  });

  test("begins with the marker and the verdict", () => {
    const lines = renderComment(jointScene("no-change"), { marker: MARKER }).split("\n");
    expect(lines[0]).toBe(MARKER);
    expect(lines[1]).toMatch(/^### ✅ No change in 3 benchmarks on `nvidia-rtx-4090-91c0`$/);
    expect(renderComment(jointScene("no-change"))).toMatch(/^### ✅/);
  });

  test("does not carry a foreign copy of the marker", () => {
    expect(renderComment(jointScene("hostile-names"))).not.toContain("<!--");
  });
});

/** Markup of strangers, sections that are not closed, tables of uneven rows, and links that lead elsewhere. */
function brokenIn(comment: string): string[] {
  const read = readMarkdown(comment);
  const uneven = read.tables.filter((table) => new Set(table.map((cells) => cells.length)).size !== 1);
  return [
    ...read.tags.filter((tag) => !ALLOWED_TAGS.has(tag)),
    ...(read.count("<details>") === read.count("</details>") ? [] : ["<details>"]),
    ...uneven.map((table) => table.flat().join("|")),
    ...read.links.filter((href) => !href.startsWith("https://github.com/acme/trainer/actions/runs/")),
  ];
}

const ALLOWED_TAGS = new Set("h3 p table thead tbody tr th td code pre strong ul li a sub details summary".split(" "));

describe("the comment on several runners", () => {
  test.each(JOINT_NAMES)("of %s reads as its golden", async (name) => {
    await expect(renderComment(joined(name), { marker: MARKER })).toMatchFileSnapshot(`../golden/comment-${name}.md`);
  });

  test.each(JOINT_NAMES)("of %s has whole tables, closed sections and no markup of strangers", (name) => {
    expect(brokenIn(renderComment(joined(name)))).toEqual([]);
    expect(brokenIn(renderSummary(joined(name)))).toEqual([]);
  });
});

describe("length", () => {
  const names = fc.string({ unit: "grapheme", minLength: 1, maxLength: 300 });
  const reasons = fc.string({ unit: "binary", maxLength: 8000 });
  const verdicts = fc.constantFrom<Comparison["verdict"]>("regression", "inconclusive", "no-change", "improvement");

  test("whatever the names and however many, a comment fits and says what it left out", () => {
    const anyScene = fc.record({
      names: fc.uniqueArray(names, { minLength: 1, maxLength: 40 }),
      copies: fc.integer({ min: 1, max: 40 }),
      verdicts: fc.array(verdicts, { minLength: 1, maxLength: 7 }),
      warnings: fc.array(reasons, { maxLength: 30 }),
      words: reasons,
    });
    fc.assert(
      fc.property(anyScene, ({ names: titles, copies, verdicts: found, warnings, words }) => {
        const many = titles.flatMap((title) =>
          Array.from({ length: copies }, (_, copy) =>
            benchmark(`${title}${copy}`, "torch-cuda", { tokens_per_second: 100, peak_memory: 2e9 }),
          ),
        );
        const rows = many.flatMap((entry, index) => {
          const verdict = found[index % found.length] ?? "no-change";
          const accepted = index % 5 === 4 ? { reason: words.slice(0, 500), expires: "2027-01-31" } : null;
          return [
            compared(entry, "tokens_per_second", verdict, {
              base: 120,
              half: 0.01,
              pairs: index % 3,
              shift: 0.01,
              accepted,
            }),
            compared(entry, "peak_memory", "no-change", { base: 2e9 }),
          ];
        });
        const report = reportOf({
          benchmarks: many.map((entry) =>
            disturbed(entry, { 1: [{ kind: "pressure", message: words.slice(0, 2000) }] }),
          ),
          comparisons: rows,
          warnings,
          control: [{ ...MOVED_CUDA, reason: words.slice(0, 2000) }],
          changePoints: many.map((entry) => ({ ...SLOWED, benchmark: entry.id, title: entry.title, first_bad: words })),
          result: confirmedIn({ notes: many.map(({ id }) => `${id}: ${words}`.slice(0, 2000)) }),
        });
        const comment = renderComment(jointOf(report), { marker: MARKER });
        const read = readMarkdown(comment);
        expect(bytes(comment)).toBeLessThanOrEqual(COMMENT_BYTES);
        expect(read.count("<details>")).toBe(read.count("</details>"));
        const drawn = new Set(read.rows.map((cells) => cells.join("|"))).size;
        expect(drawn >= many.length || comment.includes("Left out for length: ")).toBe(true);
      }),
      { numRuns: 30, endOnFailure: true },
    );
  });

  test("however many runners and whatever they are called, a comment fits and begins with the verdict", () => {
    const anyMatrix = fc.record({
      runners: fc.integer({ min: 2, max: 12 }),
      missing: fc.integer({ min: 0, max: 12 }),
      titles: fc.uniqueArray(names, { minLength: 1, maxLength: 40 }),
      verdicts: fc.array(verdicts, { minLength: 1, maxLength: 5 }),
      words: reasons,
    });
    fc.assert(
      fc.property(anyMatrix, ({ runners, missing, titles, verdicts: found, words }) => {
        const many = titles.map((title) =>
          benchmark(title, "torch-cuda", { tokens_per_second: 100, peak_memory: 2e9 }),
        );
        const reports = Array.from({ length: runners }, (_, runner) => {
          const comparisons = many.map((entry, index) =>
            compared(entry, "tokens_per_second", found[(index + runner) % found.length] ?? "no-change", {
              base: 120,
              half: 0.01,
              pairs: index % 3,
              shift: 0.01,
            }),
          );
          const report = reportOf({
            benchmarks: many.map((entry) =>
              disturbed(entry, { 1: [{ kind: "pressure", message: words.slice(0, 2000) }] }),
            ),
            comparisons,
            warnings: [words, `${words} ${runner}`],
            control: runner % 3 === 0 ? [{ ...MOVED_CUDA, reason: words.slice(0, 2000) }] : [],
            differences: [
              { kind: "drift", field: words.slice(0, 500), base: String(runner), head: words.slice(0, 500) },
            ],
            storeFaults: [`${words} ${runner}`],
            result: confirmedIn({ notes: many.map(({ id }) => `${id}: ${words}`.slice(0, 2000)) }),
          });
          return { ...report, runner_key: `${words.slice(0, 300)}${runner}` };
        });
        const lost = Array.from({ length: missing }, (_, index) => ({
          name: `${words.slice(0, 290)}${index}`,
          reason: words.slice(0, 2000),
        }));
        const joint = joinReports(reports, new Set(["regression", "failed"]), { missing: lost });
        const comment = renderComment(joint, { marker: MARKER });
        const read = readMarkdown(comment);
        expect(bytes(comment)).toBeLessThanOrEqual(COMMENT_BYTES);
        expect(comment.split("\n")[1]).toMatch(/^### /);
        expect(read.count("<details>")).toBe(read.count("</details>"));
        for (const table of read.tables) expect(new Set(table.map((cells) => cells.length)).size).toBe(1);
      }),
      { numRuns: 12, endOnFailure: true },
    );
  });

  test("a matrix of 12 runners with 40 benchmarks keeps what changed, and says what it left out", () => {
    const joint = joined("joint-very-large");
    const comment = renderComment(joint, { marker: MARKER });
    expect(bytes(comment)).toBeLessThanOrEqual(COMMENT_BYTES);
    expect(comment).toMatch(/Left out for length: .* rows of all 480 benchmarks/);
    const [changed = [], ...others] = readMarkdown(comment).tables;
    expect(changed).toHaveLength(4);
    const regressions = others.flat().filter((cells) => cells.some((cell) => cell.startsWith("❌ regression")));
    expect(regressions.length).toBeGreaterThanOrEqual(3);
    expect(renderSummary(joint)).not.toContain("Left out for length");
  });

  test("the summary has room for what the comment left out", () => {
    const report = scene("very-large");
    expect(renderComment(jointOf(report))).toContain("Left out for length: 400 rows of all 200 benchmarks");
    expect(renderSummary(jointOf(report))).not.toContain("Left out for length");
    expect(readMarkdown(renderSummary(jointOf(report))).rows.length).toBeGreaterThan(600);
  });
});
