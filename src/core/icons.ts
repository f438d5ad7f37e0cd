/** One icon for each verdict. It never carries meaning alone: the words beside it say the same. */
import type { Comparison, Verdict } from "./comparison.ts";
import { withVerdict, worstFirst } from "./findings.ts";
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

/** An unconfirmed regression warns; it does not accuse. */
export function iconOf({ verdict, unconfirmed }: Pick<Comparison, "verdict" | "unconfirmed">): string {
  return verdict === "regression" && unconfirmed ? "⚠️" : ICONS[verdict];
}

/** The icon of the headline: of its worst finding, and a warning where the store failed a first comparison. */
export function iconFor({ comparisons, gate, store_faults }: Report): string {
  if (gate.verdict === "no-baseline" && store_faults.length > 0) return "⚠️";
  const [worst] = worstFirst(withVerdict(comparisons, gate.verdict));
  return worst === undefined ? ICONS.inconclusive : iconOf(worst);
}
