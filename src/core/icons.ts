/** One icon for each verdict. It never carries meaning alone: the words beside it say the same. */
import type { Comparison, Verdict } from "./comparison.ts";
import { isAccepted } from "./gate.ts";
import { leadOf } from "./lead.ts";
import type { JointFacts } from "./joint.ts";
import { partsWorstFirst } from "./parts.ts";
import type { Report } from "./report.ts";

const ICONS: Readonly<Record<Verdict, string>> = {
  failed: "❌",
  regression: "❌",
  incomparable: "⚠️",
  "no-baseline": "ℹ️",
  inconclusive: "❔",
  improvement: "✅",
  "no-change": "✅",
};

/** An unconfirmed regression warns, it does not accuse; an accepted one does neither. */
export function iconOf(comparison: Pick<Comparison, "verdict" | "unconfirmed" | "accepted">): string {
  const { verdict, unconfirmed } = comparison;
  if (isAccepted(comparison)) return "✅";
  return verdict === "regression" && unconfirmed ? "⚠️" : ICONS[verdict];
}

export function iconOfVerdict(verdict: Verdict): string {
  return ICONS[verdict];
}

/** The icon of the headline: of what it is about in the first place, which may be a runner nobody heard of. */
export function iconFor(facts: Pick<JointFacts, "reports" | "missing">): string {
  const [worst] = partsWorstFirst(facts);
  return worst === undefined || facts.missing.length > 0 ? ICONS.failed : iconOfReport(worst.report);
}

/** Of what it is about, and a warning where the store failed a first comparison. */
export function iconOfReport(report: Report): string {
  const lead = leadOf(report);
  switch (lead.about) {
    case "machine":
    case "change-point":
    case "stale-baseline":
      return "⚠️";
    case "accepted":
      return "✅";
    case "verdict": {
      if (lead.verdict === "no-baseline" && report.store_faults.length > 0) return "⚠️";
      const [worst] = lead.found;
      return worst === undefined ? ICONS.inconclusive : iconOf(worst);
    }
  }
}
