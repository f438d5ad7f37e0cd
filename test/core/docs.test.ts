import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { backendSchema } from "../../src/core/backend.ts";
import { VERDICTS } from "../../src/core/comparison.ts";
import { metricClassSchema } from "../../src/core/metrics.ts";
import { renderComment } from "../../src/core/markdown.ts";
import { JOINT_NAMES, joined } from "../support/report-scenes-joint.ts";
import { jointScene, SCENES, type SceneName } from "../support/report-scenes.ts";

const glossary = readFileSync(new URL("../../docs/glossary.md", import.meta.url), "utf8");
const reading = readFileSync(new URL("../../docs/reading-the-comment.md", import.meta.url), "utf8");

describe("the glossary", () => {
  test.each([...VERDICTS, ...backendSchema.options, ...metricClassSchema.options])("explains %s", (word) => {
    expect(glossary).toContain(`\`${word}\``);
  });

  test("lists the verdicts worst first", () => {
    const rows = [...glossary.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, verdict]) => verdict);
    expect(rows).toEqual([...VERDICTS]);
  });
});

describe("reading the comment", () => {
  const names = Object.keys(SCENES).filter((name): name is SceneName => name in SCENES);
  const every = [...names.map(jointScene), ...JOINT_NAMES.map(joined)];
  const headlines = every.map((joint) => renderComment(joint).split("\n")[0]?.replace("### ", "") ?? "");
  const rows = [...reading.matchAll(/^\| (\S+ [^|]*…[^|]*?) \| `/gm)].map(([, beginning = ""]) => beginning);

  test("quotes every kind of first line", () => {
    expect(rows.length).toBeGreaterThanOrEqual(10);
  });

  /** "…" stands for the names between. */
  test.each(rows)("quotes %s as a comment says it", (row) => {
    const parts = row.split("…").map((part) => part.trim());
    expect(headlines.filter((headline) => holdsInOrder(headline, parts))).not.toEqual([]);
  });
});

function holdsInOrder(text: string, parts: readonly string[]): boolean {
  let from = 0;
  return parts.every((part) => {
    const at = text.indexOf(part, from);
    from = at + part.length;
    return at !== -1;
  });
}
