/** The parts of a joint report: which of them speaks first, and how runners are named together. */
import type { Comparison } from "./comparison.ts";
import { isShown, worstFirstBy } from "./findings.ts";
import type { JointFacts, JointReport } from "./joint.ts";
import { leadOf, type Lead } from "./lead.ts";
import type { Report } from "./report.ts";
import { listed, named, say, type Sentence } from "./sentence.ts";

/** A comparison with the report it stands in: what a table of several runners is made of. */
export interface RunnerRow {
  readonly report: Report;
  readonly comparison: Comparison;
}

export interface Part {
  readonly report: Report;
  readonly lead: Lead;
  readonly standing: Standing;
}

/** What a part is about, the one that must be read first at the top. */
const STANDINGS = [
  "failed",
  "regression",
  "change-point",
  "unconfirmed",
  "incomparable",
  "no-baseline",
  "inconclusive",
  "improvement",
  "accepted",
  "no-change",
] as const;
export type Standing = (typeof STANDINGS)[number];

function standingOf(lead: Lead): Standing {
  switch (lead.about) {
    case "machine":
      return "inconclusive";
    case "stale-baseline":
      return "no-baseline";
    case "change-point":
    case "accepted":
      return lead.about;
    case "verdict":
      return lead.verdict === "regression" && lead.found[0]?.unconfirmed === true ? "unconfirmed" : lead.verdict;
  }
}

/** Of the same standing the largest finding first, else in the order of the runner keys. */
export function partsWorstFirst({ reports }: Pick<JointFacts, "reports">): Part[] {
  const parts = reports.map((report): Part => {
    const lead = leadOf(report);
    return { report, lead, standing: standingOf(lead) };
  });
  return STANDINGS.flatMap((standing) => {
    const alike = parts.filter((part) => part.standing === standing);
    const spoken = alike.flatMap((part) => {
      const worst = "found" in part.lead ? part.lead.found[0] : undefined;
      return worst === undefined ? [] : [{ part, worst }];
    });
    const silent = alike.filter((part) => !spoken.some((other) => other.part === part));
    return [...silent, ...worstFirstBy(spoken, ({ worst }) => worst).map(({ part }) => part)];
  });
}

/** Nothing changed, failed or stayed open anywhere, and nothing was accepted: what `comment: on-change` is silent about. */
export function isAllClear(facts: Pick<JointFacts, "reports" | "missing">): boolean {
  if (facts.reports.length === 0 || facts.missing.length > 0) return false;
  return partsWorstFirst(facts).every(({ standing }) => standing === "no-change");
}

/** Every comparison that has a row somewhere, runner by runner. */
export function rowsOf({ reports }: Pick<JointFacts, "reports">): RunnerRow[] {
  return reports.flatMap((report) => report.comparisons.filter(isShown).map((comparison) => ({ report, comparison })));
}

/** Of all runners: one that runs on two of them counts twice. */
export function benchmarkCount(comparisonsOf: readonly { readonly comparisons: readonly Comparison[] }[]): number {
  const counts = comparisonsOf.map(({ comparisons }) => new Set(comparisons.map(({ benchmark }) => benchmark)).size);
  return counts.reduce((total, count) => total + count, 0);
}

/** Each once: two jobs of a matrix may share a runner. */
export function runnerKeys(reports: readonly Pick<Report, "runner_key">[]): string[] {
  return [...new Set(reports.map(({ runner_key: key }) => key))];
}

/** `apple-…`, or "3 runners". */
export function runnersInWords(reports: readonly Pick<Report, "runner_key">[]): Sentence {
  const [only, ...more] = runnerKeys(reports);
  return only !== undefined && more.length === 0 ? [named(only)] : [`${more.length + 1} runners`];
}

/** What the parts are counted as: runners, unless two of them are of one. */
export function partNoun(reports: readonly Pick<Report, "runner_key">[]): "job" | "runner" {
  return runnerKeys(reports).length === reports.length ? "runner" : "job";
}

/** What is said of runners beside the headline, each with the names of those it is said of. */
export function besideOf({ runner_keys: keys, sentences }: JointReport["beside"][number]): Sentence[] {
  const isNamed = sentences[0]?.some((part) => typeof part !== "string" && part.name === keys[0]) === true;
  return isNamed ? [...sentences] : [say`${listed(keys)}:`, ...sentences];
}
