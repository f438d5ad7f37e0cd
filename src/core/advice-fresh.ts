/** What to do where nothing is stored to compare with. */
import { benchmarkIds, withVerdict } from "./findings.ts";
import type { ReportFacts } from "./report.ts";
import { listed, named, say, type Sentence } from "./sentence.ts";
import { counted } from "./units.ts";

export function adviceOnFresh({ recorded, job, runner_key, comparisons }: ReportFacts): Sentence[] {
  const many = benchmarkIds(comparisons).length;
  const fresh = withVerdict(comparisons, "no-baseline");
  const ids = benchmarkIds(fresh);
  if (ids.length < many) {
    const which = listed([...new Set(fresh.map(({ title }) => title))]);
    return [
      say`Nothing is stored for ${which}; the others were compared. A stored job gives ${ids.length === 1 ? "it" : "them"} a baseline.`,
    ];
  }
  if (recorded === "yes")
    return [
      say`Nothing was compared this time. From the next run on, results on ${named(runner_key)} are compared with this one.`,
    ];
  if (recorded === "failed") return [];
  const measured = `Measured ${counted(many, "benchmark")} and stored nothing, because `;
  if (job.pull_request !== null) {
    return [
      [
        `${measured}this is a pull request. Merge to record: the next push to the default branch stores the first baseline.`,
      ],
    ];
  }
  if (job.event === "local")
    return [say`${measured}this run was not asked to. Add ${named("--save")} to record the first baseline.`];
  return [[`${measured}this is not the default branch. The next push there stores the first baseline.`]];
}
