/** What to do where nothing that is stored can be compared with. */
import type { Comparison } from "./comparison.ts";
import { causesInWords, disturbedAmong, runCount } from "./disturbances.ts";
import { benchmarkIds, isStarved, withVerdict } from "./findings.ts";
import type { ReportFacts } from "./report.ts";
import { listed, named, say, type Sentence } from "./sentence.ts";
import { counted } from "./units.ts";

export function adviceOnFresh(report: ReportFacts): Sentence[] {
  const found = withVerdict(report.comparisons, "no-baseline");
  const starved = found.filter(isStarved);
  const fresh = found.filter((comparison) => !isStarved(comparison));
  return [
    ...(fresh.length > 0 ? onNew(report, fresh) : []),
    ...(starved.length > 0 ? onStarved(report, starved) : []),
    ...onDisturbed(report, found, fresh.length > 0),
  ];
}

/** Nothing is stored at all. */
function onNew(report: ReportFacts, fresh: readonly Comparison[]): Sentence[] {
  const { recorded, job, runner_key, comparisons } = report;
  const many = benchmarkIds(comparisons).length;
  const ids = benchmarkIds(fresh);
  const disturbed = new Set(disturbedAmong(report, ids).map(({ benchmark }) => benchmark));
  const unless = disturbed.size > 0 ? ", unless its runs are disturbed" : "";
  if (ids.length < many) {
    const rest = othersInWords(comparisons.filter(({ benchmark }) => !ids.includes(benchmark)));
    const them = ids.length === 1 ? "it" : "them";
    return [say`Nothing is stored for ${titlesOf(fresh)}${rest}. A stored job gives ${them} a baseline${unless}.`];
  }
  if (recorded === "yes") {
    if (disturbed.size === ids.length) return [["Nothing was compared this time."]];
    return [
      say`Nothing was compared this time. From the next run on, results on ${named(runner_key)} are compared with this one.`,
    ];
  }
  if (recorded === "failed") return [];
  if (recorded === "later") {
    return [[`Measured ${counted(many, "benchmark")}; the report of this run stores the first baseline${unless}.`]];
  }
  const measured = `Measured ${counted(many, "benchmark")} and stored nothing, because `;
  if (job.pull_request !== null) {
    return [
      [
        `${measured}this is a pull request. Merge to record: the next push to the default branch stores the first baseline${unless}.`,
      ],
    ];
  }
  if (job.event === "local")
    return [say`${measured}this run was not asked to. Add ${named("--save")} to record the first baseline${unless}.`];
  return [[`${measured}this is not the default branch. The next push there stores the first baseline${unless}.`]];
}

/** A benchmark that was cut short or left out was not compared, whatever is stored of it. */
function othersInWords(others: readonly Comparison[]): string {
  if (others.every(({ verdict }) => verdict === "no-baseline")) return "";
  const compared = benchmarkIds(others.filter(({ base }) => base !== null)).length;
  if (compared === benchmarkIds(others).length) return "; the others were compared";
  return compared === 0
    ? "; the others were not compared"
    : `; of the others ${compared === 1 ? "1 was" : `${compared} were`} compared`;
}

/** Results are stored, and none of them can be used. */
function onStarved(report: ReportFacts, starved: readonly Comparison[]): Sentence[] {
  const { job, recorded, suite } = report;
  const why = say`Every stored result of ${titlesOf(starved)} was disturbed or incomplete, and such results never serve as a baseline.`;
  if (recorded === "yes" && disturbedAmong(report, benchmarkIds(starved)).length === 0) {
    return [why, ["This one was not: the next run is compared with it."]];
  }
  const keep = "Keep other programs, heat and power limits away from the machine: ";
  if (job.event === "local") {
    return [why, say`${keep}the next undisturbed run with ${named("--save")} becomes the baseline.`];
  }
  const next: Sentence = [`${keep}the next undisturbed job of the default branch becomes the baseline.`];
  const isPairing = job.pull_request === null && suite.confirm !== "never";
  return [why, next, ...(isPairing ? [["Until then, pull requests are judged by pairs of base and head."]] : [])];
}

/** A result of disturbed runs is stored too, and is no baseline. */
function onDisturbed(report: ReportFacts, found: readonly Comparison[], isNews: boolean): Sentence[] {
  const disturbed = disturbedAmong(report, benchmarkIds(found));
  if (disturbed.length === 0) return [];
  const ids = new Set(disturbed.map(({ benchmark }) => benchmark));
  const titles = titlesOf(found.filter(({ benchmark }) => ids.has(benchmark)));
  const count = runCount(disturbed);
  const what = say`Of ${titles}, ${counted(count, "run")} ${count === 1 ? "was" : "were"} disturbed (${causesInWords(disturbed)}).`;
  if (!isNews) return [what];
  return [what, ["Disturbed runs never serve as a baseline: keep the machine quiet and run it again."]];
}

function titlesOf(comparisons: readonly Comparison[]): Sentence {
  return listed([...new Set(comparisons.map(({ title }) => title))]);
}
