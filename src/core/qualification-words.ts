/** What this runner was found able to detect, in words. */
import type { QualifiedBenchmark } from "./qualification.ts";
import type { Report } from "./report.ts";
import { say, type Sentence } from "./sentence.ts";
import { counted, formatPercent } from "./units.ts";

/** Those of this report, or all where it has none of them. */
function relevant({
  qualification,
  comparisons,
}: Pick<Report, "qualification" | "comparisons">): readonly QualifiedBenchmark[] {
  const all = qualification?.benchmarks ?? [];
  const ids = new Set(comparisons.map(({ benchmark }) => benchmark));
  const own = all.filter(({ benchmark }) => ids.has(benchmark));
  return own.length > 0 ? own : all;
}

/** "this runner detects ≥ 1.8 % with 4 pairs (qualified 2026-11-20)": of its noisiest benchmark. */
export function qualifiedInWords(report: Pick<Report, "qualification" | "comparisons">): Sentence {
  const found = relevant(report);
  if (report.qualification === null || found.length === 0) return [];
  const smallest = Math.max(...found.map(({ smallest_4_pairs: share }) => share));
  return [`this runner detects ≥ ${formatPercent(smallest)} with 4 pairs (qualified ${dayOf(report.qualification)})`];
}

export function qualifiedInDetail(report: Pick<Report, "qualification" | "comparisons">): Sentence[] {
  const found = relevant(report);
  if (report.qualification === null || found.length === 0) return [];
  const most = (share: (benchmark: QualifiedBenchmark) => number): string =>
    formatPercent(Math.max(...found.map(share)));
  const alarms = found.filter(({ unchanged }) => unchanged !== "no-change" && unchanged !== "inconclusive").length;
  const injected = found.flatMap((benchmark) => benchmark.injected ?? []);
  const caught = injected.filter((test) => test.caught).length;
  const counts = [
    alarms === 0 ? "no false alarm" : counted(alarms, "false alarm"),
    ...(injected.length === 0 ? [] : [`${caught} of ${counted(injected.length, "injected slow-down")} caught`]),
  ];
  return [
    say`Qualified ${dayOf(report.qualification)}: this runner finds changes from ${most((benchmark) => benchmark.smallest_4_pairs)} with 4 pairs and from ${most((benchmark) => benchmark.smallest_10_pairs)} with 10; ${counts.join(", ")}.`,
  ];
}

function dayOf({ made_at }: NonNullable<Report["qualification"]>): string {
  return made_at.slice(0, 10);
}
