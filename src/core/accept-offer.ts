/** Which changes of a report the repository may want to accept, and the lines that would do it. */
import { acceptYaml, type SeriesName } from "./accept.ts";
import type { Comparison } from "./comparison.ts";
import { isShown, worstFirst } from "./findings.ts";
import { isAccepted, isGated } from "./gate.ts";
import { recentRegressions } from "./lead.ts";
import { partsWorstFirst } from "./parts.ts";
import type { Report, ReportFacts } from "./report.ts";

/**
 * Regressions first, then improvements, then settled regressions of the default branch. What one odd run may have made is not
 * offered, unless the suite wants no better evidence.
 */
export function offeredChanges(report: ReportFacts): SeriesName[] {
  const { comparisons, runner_key: runnerKey } = report;
  const found = worstFirst(comparisons.filter((comparison) => isOffered(comparison, report)));
  const series = [
    ...found.flatMap(({ benchmark, metric }) =>
      metric === null ? [] : [{ benchmark, metric: metric.name, runnerKey }],
    ),
    ...recentRegressions(report)
      .filter(({ pending }) => !pending)
      .map(({ benchmark, metric }) => ({ benchmark, metric: metric.name, runnerKey })),
  ];
  return [...new Map(series.map((name) => [JSON.stringify([name.benchmark, name.metric]), name])).values()];
}

function isOffered(comparison: Comparison, { suite }: ReportFacts): boolean {
  const isChange = comparison.verdict === "regression" || comparison.verdict === "improvement";
  const isCertain = !comparison.unconfirmed || suite.confirm === "never";
  return isChange && isCertain && isShown(comparison) && isGated(comparison) && !isAccepted(comparison);
}

/** Of all runners, the worst of them first. */
export function offeredByAll(reports: readonly Report[]): SeriesName[] {
  return partsWorstFirst({ reports: [...reports] }).flatMap(({ report }) => offeredChanges(report));
}

/** The accept file for the first `most` of them; empty where there is nothing to accept. */
export function acceptLines(reports: readonly Report[], most: number): string {
  const offered = offeredByAll(reports).slice(0, most);
  const [newest] = reports.map(({ job }) => job.finished_at).toSorted((a, b) => Date.parse(b) - Date.parse(a));
  return offered.length === 0 || newest === undefined ? "" : acceptYaml(offered, newest);
}
