/** The policy that turns verdicts into `pass`, `fail` or `neutral`, with the sentence that says why. */
import { VERDICTS, type Comparison, type Verdict } from "./comparison.ts";

/**
 * What can be told to fail the gate. `regression` means a confirmed one; `unconfirmed` one found against history alone;
 * `no-baseline` whatever had nothing to be compared with, so `incomparable` too.
 */
export const FAIL_ON = ["regression", "failed", "no-baseline", "inconclusive", "unconfirmed"] as const;
export type FailOn = (typeof FAIL_ON)[number];

export type Gate = "pass" | "fail" | "neutral";

export interface GateDecision {
  readonly gate: Gate;
  /** The worst verdict of all comparisons that count. */
  readonly verdict: Verdict;
  /** One sentence, without a full stop. */
  readonly reason: string;
}

/** Informative benchmarks and `info` metrics are shown and never gate. */
export function isGated(comparison: Comparison): boolean {
  return comparison.comparison_class !== "informative" && comparison.metric?.class !== "info";
}

/** A change that was found and that the repository has said is meant. What failed or was not compared cannot be accepted. */
export function isAccepted({ accepted, verdict }: Pick<Comparison, "accepted" | "verdict">): boolean {
  return accepted !== null && (verdict === "regression" || verdict === "improvement");
}

/**
 * Fails when a verdict stands in `failOn`; else neutral when anything is undecided or unconfirmed or had nothing to be
 * compared with; else passes. An unconfirmed improvement never fails, but it is not a pass either. Accepted changes are
 * passed over: the verdict is the worst of the others, and `no-change` where there are none.
 */
export function decideGate(comparisons: readonly Comparison[], failOn: ReadonlySet<FailOn>): GateDecision {
  const all = comparisons.filter(isGated);
  const accepted = all.filter(isAccepted);
  const gated = all.filter((comparison) => !isAccepted(comparison));
  const worst = worstVerdict(gated) ?? (accepted.length > 0 ? "no-change" : null);
  if (worst === null) {
    const fail = failOn.has("no-baseline");
    const reason = fail ? "nothing was compared: fail-on lists no-baseline" : "nothing was compared";
    return { gate: fail ? "fail" : "neutral", verdict: "inconclusive", reason };
  }
  const failing = gated.filter((comparison) => fails(comparison, failOn));
  if (failing.length > 0) {
    return { gate: "fail", verdict: worst, reason: `${listFindings(failing)}: fail-on lists ${listWords(failing)}` };
  }
  const open = gated.filter(isOpen);
  if (open.length > 0) return { gate: "neutral", verdict: worst, reason: listFindings(open) };
  const letPass = gated.filter((comparison) => comparison.verdict === "failed" || comparison.verdict === "regression");
  if (letPass.length > 0) {
    return { gate: "pass", verdict: worst, reason: `${listFindings(letPass)}, which fail-on does not list` };
  }
  if (accepted.length > 0) {
    return { gate: "pass", verdict: worst, reason: `${listFindings(accepted)} accepted, nothing else got worse` };
  }
  return { gate: "pass", verdict: worst, reason: "nothing got worse" };
}

/** Null when there is nothing to choose from. */
export function worstVerdict(comparisons: readonly Comparison[]): Verdict | null {
  return VERDICTS.find((verdict) => comparisons.some((comparison) => comparison.verdict === verdict)) ?? null;
}

function failWord(comparison: Comparison): FailOn | null {
  switch (comparison.verdict) {
    case "regression":
      return comparison.unconfirmed ? "unconfirmed" : "regression";
    case "failed":
    case "no-baseline":
    case "inconclusive":
      return comparison.verdict;
    case "incomparable":
      return "no-baseline";
    case "improvement":
    case "no-change":
      return null;
  }
}

/** The words that decided; a verdict of another name is told beside its word. */
function listWords(failing: readonly Comparison[]): string {
  const words = FAIL_ON.filter((word) => failing.some((comparison) => failWord(comparison) === word));
  const covers = failing.some(({ verdict }) => verdict === "incomparable") ? ", which takes in incomparable" : "";
  return words.map((word) => (word === "no-baseline" ? word + covers : word)).join(" and ");
}

function fails(comparison: Comparison, failOn: ReadonlySet<FailOn>): boolean {
  const word = failWord(comparison);
  return word !== null && failOn.has(word);
}

function isOpen(comparison: Comparison): boolean {
  const { verdict } = comparison;
  return (
    comparison.unconfirmed || verdict === "inconclusive" || verdict === "incomparable" || verdict === "no-baseline"
  );
}

/** "2 regressions", but "2 failed". */
function isPlural(name: string, count: number): boolean {
  return count !== 1 && (name.endsWith("regression") || name.endsWith("improvement"));
}

/** "1 regression, 2 failed", worst first. */
function listFindings(comparisons: readonly Comparison[]): string {
  const counts = new Map<string, number>();
  for (const verdict of VERDICTS) {
    for (const comparison of comparisons.filter((candidate) => candidate.verdict === verdict)) {
      const name = comparison.unconfirmed ? `unconfirmed ${verdict}` : verdict;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return [...counts].map(([name, count]) => `${count} ${name}${isPlural(name, count) ? "s" : ""}`).join(", ");
}
