/** What a report is about in the first place: its worst verdict, or what stands above a verdict of its kind. */
import type { ChangePoint, Comparison, ControlFinding, Verdict } from "./comparison.ts";
import { accepted, withVerdict, worstFirst } from "./findings.ts";
import type { ReportFacts } from "./report.ts";

/** A lasting change is news for so many jobs; the summary lists it as long as the series shows it. */
const NEWS_JOBS = 10;

export type Lead =
  /** `found`, worst first: the comparisons with that verdict. Empty where nothing was measured. */
  | { readonly about: "verdict"; readonly verdict: Verdict; readonly found: readonly Comparison[] }
  /** The control workload of a backend moved, so its speeds have no verdict. */
  | { readonly about: "machine"; readonly control: ControlFinding }
  /** The default branch has become worse, and that stands on many jobs instead of on this one. */
  | { readonly about: "change-point"; readonly point: ChangePoint }
  | { readonly about: "accepted"; readonly found: readonly Comparison[] }
  /** The history is too old, and nothing was measured today to compare with. */
  | { readonly about: "stale-baseline"; readonly found: readonly Comparison[] };

export function leadOf(
  report: Pick<ReportFacts, "comparisons" | "gate" | "control" | "change_points" | "baseline">,
): Lead {
  const { comparisons, gate, baseline } = report;
  const found = worstFirst(withVerdict(comparisons, gate.verdict));
  const moved = movedControls(report).find((control) =>
    found.some(({ backend, metric }) => backend === control.backend && metric?.class === "throughput"),
  );
  if (gate.verdict === "inconclusive" && moved !== undefined) return { about: "machine", control: moved };
  const [point] = recentRegressions(report);
  if (point !== undefined && givesWay(gate.verdict, found)) return { about: "change-point", point };
  const meant = worstFirst(accepted(comparisons));
  if (gate.verdict === "no-change" && meant.length > 0) return { about: "accepted", found: meant };
  const isOpen = gate.verdict === "no-baseline" || gate.verdict === "inconclusive";
  if (baseline?.stale === true && isOpen && found.length > 0 && found.every(({ base }) => base === null)) {
    return { about: "stale-baseline", found };
  }
  return { about: "verdict", verdict: gate.verdict, found };
}

export function movedControls({ control }: Pick<ReportFacts, "control">): ControlFinding[] {
  return control.filter(({ state }) => state === "moved");
}

/** Changes for the worse that are the newest of their series and not old, newest first. */
export function recentRegressions({ change_points: points }: Pick<ReportFacts, "change_points">): ChangePoint[] {
  const seen = new Set<string>();
  const newest = points.filter(({ benchmark, metric }) => {
    const series = JSON.stringify([benchmark, metric.name]);
    return seen.has(series) ? false : seen.add(series).size > 0;
  });
  return newest.filter(({ verdict, jobs }) => verdict === "regression" && jobs <= NEWS_JOBS);
}

/** What failed, what is certain, and what was compared with nothing is said first. */
function givesWay(verdict: Verdict, found: readonly Comparison[]): boolean {
  switch (verdict) {
    case "failed":
    case "incomparable":
    case "no-baseline":
      return false;
    case "regression":
      return found.every(({ unconfirmed }) => unconfirmed);
    case "inconclusive":
    case "improvement":
    case "no-change":
      return true;
  }
}
