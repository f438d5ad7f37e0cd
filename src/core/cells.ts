/** What a cell of a report's table says, as sentences: the same words in markdown and on a terminal. */
import type { Comparison } from "./comparison.ts";
import { clip } from "./escape.ts";
import { failureInWords } from "./failure-words.ts";
import { isStarved, sense } from "./findings.ts";
import { isAccepted } from "./gate.ts";
import { reasonOf } from "./headline.ts";
import type { Metric } from "./metrics.ts";
import { neededInWords, pairsInWords } from "./pair-words.ts";
import type { Report } from "./report.ts";
import { named, say, type Sentence } from "./sentence.ts";
import { sparkline } from "./sparkline.ts";
import { formatChange, formatInterval, formatPercent, formatSpread, formatValue } from "./units.ts";

/** Of a reason that stands in a cell, characters. */
const REASON_LENGTH = 120;
/** How the reason of a comparison begins that the control workload took the verdict from. */
const MACHINE_MOVED = "the machine moved";

/** "tokens_per_second" as "tokens per second". A name that is no plain identifier stays as it is. */
export function metricWords(metric: Metric | null): Sentence {
  if (metric === null) return [];
  const plain = /^[a-z][a-z0-9_]*$/i.test(metric.name);
  return plain ? [metric.name.replaceAll("_", " ")] : [named(metric.name)];
}

/** A value and how far those behind it spread, each empty where it is not known. */
export interface SideText {
  readonly value: string;
  /** "±0.6 %", one standard deviation. */
  readonly spread: string;
}

/** Both sides, in one scale. */
export function sidesOf({ metric, base, head }: Comparison): { base: SideText; head: SideText } {
  const values = [base, head].flatMap((side) => (side === null ? [] : [side.value]));
  const cell = (side: Comparison["base"]): SideText => {
    if (side === null || metric === null) return { value: "", spread: "" };
    return { value: formatValue(side.value, metric.unit, values), spread: formatSpread(side.spread) };
  };
  return { base: cell(base), head: cell(head) };
}

/** Fewer points than this are no trend. */
const LEAST_TREND = 3;

/** The newest points of the series as one line of blocks; empty where there are too few of them. */
export function trendOf({ trend }: Comparison): string {
  return trend.length < LEAST_TREND ? "" : sparkline(trend);
}

/** "−6.8 %" and what it means: "worse"; nothing for a change that was not found to be one. */
export function changeOf({ metric, effect, interval, verdict }: Comparison): {
  size: string;
  sense: string;
  interval: string;
} {
  const tells = verdict !== "no-change" && (verdict !== "inconclusive" || interval !== null);
  const meaning = metric === null || effect === null || !tells ? "" : sense(metric, effect);
  return {
    size: effect === null ? "" : formatChange(effect),
    sense: meaning === "same" ? "" : meaning,
    interval: interval === null ? "" : formatInterval(interval),
  };
}

/** Of a benchmark that is shown and never gated, to follow its verdict. */
export function informativeMark({ comparison_class }: Pick<Comparison, "comparison_class">): string {
  return comparison_class === "informative" ? " (informative)" : "";
}

/** The verdict with what stands behind it: "regression, 4 pairs", "inconclusive: sees changes from 4.1 %". */
export function verdictOf(comparison: Comparison, report: Report): Sentence {
  const { verdict, unconfirmed, smallest_detectable: blind, metric } = comparison;
  const pairs = pairsInWords([comparison]);
  const withPairs = pairs === "" ? verdict : `${verdict}, ${pairs}`;
  switch (verdict) {
    case "failed": {
      const failure = report.failures.find(({ benchmark }) => benchmark === comparison.benchmark);
      if (failure?.reason === "check-failed") return [`failed: ${clip(failure.message, REASON_LENGTH)}`];
      return failure === undefined ? ["failed"] : [`failed: ${failureInWords(failure)}`];
    }
    case "regression":
    case "improvement": {
      const name = (isAccepted(comparison) ? "accepted " : "") + verdict;
      const drift = metric?.class === "loss" ? ": numerics drift" : "";
      return [[name + drift, pairs, unconfirmed ? "unconfirmed" : ""].filter((word) => word !== "").join(", ")];
    }
    case "incomparable":
      return say`incomparable: ${reasonOf([comparison])}`;
    case "inconclusive":
      if (comparison.reason !== null) return [explained(withPairs, shortReason(comparison, report))];
      return [
        explained(
          withPairs,
          neededInWords(comparison, report) ?? (blind === null ? null : `sees changes from ${formatPercent(blind)}`),
        ),
      ];
    case "no-baseline":
      return [explained(verdict, isStarved(comparison) ? "stored results disturbed or incomplete" : null)];
    case "no-change":
      return [withPairs];
  }
}

/** Headline and advice have the rest of what takes more than a few words. */
function shortReason({ reason, benchmark }: Comparison, { confirmation }: Report): string | null {
  if (reason === null) return null;
  if (reason.startsWith(MACHINE_MOVED)) return MACHINE_MOVED;
  const stopped = confirmation?.stopped.find((pairs) => pairs.benchmark === benchmark && pairs.message === reason);
  if (stopped?.reason === "time-budget") return stopped.pairs > 0 ? "no time for more" : "no time for pairs";
  return clip(reason, REASON_LENGTH);
}

function explained(verdict: string, why: string | null): string {
  return why === null ? verdict : `${verdict}: ${why}`;
}
