/** Whatever strangers write into any field of a report: what is drawn of several runners stays words, code and our own links. */
import fc from "../support/property.ts";
import { expect, test } from "vitest";
import { checkRunOf } from "../../src/core/check-run.ts";
import { joinReports } from "../../src/core/join-reports.ts";
import type { JointReport } from "../../src/core/joint.ts";
import { COMMENT_BYTES, renderComment } from "../../src/core/markdown.ts";
import { reportSchema } from "../../src/core/report.ts";
import { renderTerminal } from "../../src/io/terminal.ts";
import { alive, foreign } from "../support/foreign.ts";
import { readMarkdown } from "../support/markdown-reader.ts";
import { joined, type JointSceneName } from "../support/report-scenes-joint.ts";

/** Fields that hold what a program, a repository or a machine says. */
const FOREIGN = new Set(
  "benchmark title message field base head runner_key newest_sha last_good first_bad version name unit ref repository artifact_url run_url".split(
    " ",
  ),
);
const LISTS = new Set(["warnings", "notes", "store_faults", "benchmarks", "unpaired"]);
const RECORDS = new Set(["machine", "drift", "facts"]);

/** `value` with `text` in front of every foreign word of it. */
function poisoned(value: unknown, text: string, key = "", beside: object = {}): unknown {
  if (typeof value === "string") {
    // Of a failure, and of pairs that broke off, the reason is one of our own words.
    const isForeign = FOREIGN.has(key) || LISTS.has(key) || (key === "reason" && !("message" in beside));
    return isForeign ? (text + value).slice(0, key === "unit" ? 30 : key === "name" ? 100 : 400) : value;
  }
  if (Array.isArray(value)) return value.map((entry: unknown) => poisoned(entry, text, key, beside));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]: [string, unknown]) =>
      RECORDS.has(key)
        ? [text + name, typeof entry === "string" ? text + entry : entry]
        : [name, poisoned(entry, text, name, value)],
    ),
  );
}

/** The scene with every sentence made anew from poisoned facts. */
function poisonedJoint(name: JointSceneName, text: string): JointReport {
  const { reports, missing, links } = joined(name);
  return joinReports(
    reports.map((report) => reportSchema.parse(poisoned(report, text))),
    new Set(["regression", "failed"]),
    {
      missing: [...missing, { name: text, reason: text }].map((one) => ({ ...one, name: `${text}${one.name}` })),
      warnings: [text],
      links: { ...links, artifact_url: `${text}${links.artifact_url}` },
      version: text,
    },
  );
}

const TAGS = "h3 p table thead tbody tr th td code pre strong ul li a sub details summary".split(" ");
const SCENES = [
  "joint-everything",
  "joint-change-point-on-one",
  "joint-failed-on-both",
  "joint-incomparable-on-both",
  "joint-accepted-on-one",
  "joint-inconclusive-on-both",
  "joint-first-pull-request",
] as const satisfies readonly JointSceneName[];

/** Addresses of jobs and artifacts are made here: with words before it one is still that address, and is linked only as a whole. */
function isOurs(href: string): boolean {
  return href.includes("https://github.com/acme/trainer/");
}

test("no mention, link, image, tag or table break comes to life in a comment on several runners", () => {
  fc.assert(
    fc.property(fc.constantFrom(...SCENES), foreign, (name, text) => {
      const comment = renderComment(poisonedJoint(name, text));
      expect(alive(comment, TAGS, isOurs)).toEqual([]);
      const read = readMarkdown(comment);
      expect(read.count("<details>")).toBe(read.count("</details>"));
      for (const table of read.tables) expect(new Set(table.map((cells) => cells.length)).size).toBe(1);
      expect(new TextEncoder().encode(comment).length).toBeLessThanOrEqual(COMMENT_BYTES);
    }),
    { numRuns: 30, endOnFailure: true },
  );
});

test("no control character and no workflow command reaches a terminal or a check run", () => {
  fc.assert(
    fc.property(fc.constantFrom(...SCENES), foreign, (name, text) => {
      const joint = poisonedJoint(name, text);
      const shown = renderTerminal(joint, { colour: false, width: 120, results: "results" });
      const { title, name: check, annotations } = checkRunOf(joint);
      const plain = annotations.flat().flatMap((one) => [one.title, one.message, one.path]);
      for (const line of [...shown.split("\n"), title, check, ...plain]) {
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]|##\[|^\s*::/u);
      }
    }),
    { numRuns: 30, endOnFailure: true },
  );
});
