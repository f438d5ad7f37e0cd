import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { renderTerminal } from "../../src/io/terminal.ts";
import { joined } from "../support/report-scenes-joint.ts";
import { jointScene, SCENES, type SceneName } from "../support/report-scenes.ts";

const RESULTS = ".finetune-bench/results/finetune-bench-nvidia-rtx-4090-91c0-1-1";
const NAMES = Object.keys(SCENES).filter((name): name is SceneName => name in SCENES);

function drawn(name: SceneName, width = 120, colour = false): string {
  return renderTerminal(jointScene(name), { colour, width, results: RESULTS });
}

describe("the terminal", () => {
  const shown: SceneName[] = [
    "no-baseline-recorded-locally",
    "mixed",
    "failed",
    "hostile-names",
    "regression-confirmed-locally",
    "accepted",
    "machine-moved",
    "disturbed-runs",
    "change-point",
    "hostile-changes",
  ];
  test.each(shown)("shows %s as its golden", async (name) => {
    await expect(drawn(name)).toMatchFileSnapshot(`../golden/terminal-${name}.txt`);
  });

  test.each(["joint-regression-on-one", "joint-everything", "joint-no-change"] as const)(
    "shows %s as its golden",
    async (name) => {
      const text = renderTerminal(joined(name), { colour: false, width: 120, results: RESULTS });
      await expect(text).toMatchFileSnapshot(`../golden/terminal-${name}.txt`);
    },
  );

  const measured = NAMES.filter((name) => name !== "failed-all");
  test.each(measured)("shows %s within 80 columns, tables included", (name) => {
    const rows = drawn(name, 80)
      .split("\n")
      .filter((line) => /^ {2}(?:metric|tokens|samples|step|peak|final|Time|Throughput|Peak|Final)/.test(line));
    expect(rows.length).toBeGreaterThan(0);
    expect(Math.max(...rows.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test("marks what is shown and never gated", () => {
    const joint = jointScene("no-change");
    const reports = joint.reports.map((report) => ({
      ...report,
      comparisons: report.comparisons.map((row) => ({ ...row, comparison_class: "informative" as const })),
    }));
    const look = { colour: false, width: 120, results: RESULTS };
    expect(renderTerminal({ ...joint, reports }, look)).toContain("no-change (informative)");
    expect(renderTerminal(joint, look)).not.toContain("informative");
  });

  test("adds colour and nothing else", () => {
    const coloured = drawn("mixed", 120, true);
    expect(coloured).toContain("\u001B[32m");
    const trimmed = stripVTControlCharacters(coloured).replaceAll(/ +$/gm, "");
    expect(trimmed).toBe(drawn("mixed"));
  });

  test("gives strangers neither control characters nor workflow commands", () => {
    const text = drawn("hostile-names");
    expect(text.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
    expect(text).not.toMatch(/^\s*::|##\[/m);
  });

  test("ends with where the files are", () => {
    expect(drawn("no-change").trimEnd().split("\n").slice(-4)).toEqual([
      "Files",
      `  report   ${RESULTS}/report.md`,
      `  numbers  ${RESULTS}/result.json`,
      `  logs     ${RESULTS}/runs`,
    ]);
  });
});
