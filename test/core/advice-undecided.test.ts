import { expect, test } from "vitest";
import { adviceOnUndecided } from "../../src/core/advice-undecided.ts";
import { plain } from "../../src/core/sentence.ts";
import { scene } from "../support/report-scenes.ts";

function adviceAt(blind: number): string {
  const report = scene("inconclusive");
  const comparisons = report.comparisons.map((found) => ({ ...found, smallest_detectable: blind }));
  return adviceOnUndecided({ ...report, comparisons })
    .map(plain)
    .join(" ");
}

test("what could have been seen is a number as long as one would look for it", () => {
  expect(adviceAt(0.067)).toMatch(/^A change below 6\.7 % could not have been seen\. More stored jobs/);
  expect(adviceAt(30)).toBe(
    "Runs differ so much here that not even a change of 50 % could have been seen: close what else uses the machine, or make the runs longer.",
  );
});

test("pairs that nobody asked for get more time when they are asked for", () => {
  const report = scene("inconclusive-out-of-time");
  const local = adviceOnUndecided({ ...report, job: { ...report.job, event: "local" } })
    .map(plain)
    .join(" ");
  expect(local).toContain("with --base they may take as long as --time-budget allows");
  expect(adviceOnUndecided(report).map(plain).join(" ")).toContain("raise time-budget");
});
