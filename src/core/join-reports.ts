/** The reports of the runners of one pull request and suite put together. */
import { VERDICTS, type Verdict } from "./comparison.ts";
import { decideGate, isGated, type FailOn, type GateDecision } from "./gate.ts";
import { adviceOfJoint } from "./joint-advice.ts";
import { jointHeadline } from "./joint-headline.ts";
import type { JointFacts, JointReport, MissingRunner } from "./joint.ts";
import { REPORT_SCHEMA_VERSION, type Report } from "./report.ts";
import { counted } from "./units.ts";
import { VERSION } from "./version.ts";

export interface JoinOptions {
  /** Runners that were expected and delivered nothing. */
  readonly missing?: readonly MissingRunner[];
  readonly warnings?: readonly string[];
  /** Of the joining program; left out: that of the first part. */
  readonly version?: string;
  /** Of the joining job; left out: those of the only part, and none of its own for several or none. */
  readonly links?: JointReport["links"];
}

/**
 * The reports of one pull request and suite as one. Judge their results together first (`compareJobs`): the parts share
 * one family of tests.
 *
 * @param reports one for each runner, in any order; none where no result reached the report, which is a failure
 */
export function joinReports(
  reports: readonly Report[],
  failOn: ReadonlySet<FailOn>,
  options: JoinOptions = {},
): JointReport {
  const [only, ...more] = reports;
  const missing = [...(options.missing ?? [])];
  const ordered = reports.toSorted((a, b) => compareText(a.runner_key, b.runner_key));
  const gate = jointGate(ordered, missing.length, failOn);
  const facts: JointFacts = { gate, reports: ordered, missing };
  return {
    schema: REPORT_SCHEMA_VERSION,
    version: options.version ?? only?.version ?? VERSION,
    ...facts,
    headline: jointHeadline(facts),
    ...adviceOfJoint(facts),
    warnings: [...(options.warnings ?? [])],
    links: options.links ??
      (more.length === 0 ? only?.links : undefined) ?? { artifact_url: null, run_url: only?.links.run_url ?? null },
  };
}

/** The artifact's address is known only after the report inside it was written. */
export function withArtifact(joint: JointReport, artifactUrl: string): JointReport {
  return { ...joint, links: { ...joint.links, artifact_url: artifactUrl } };
}

/** A runner of which nothing came counts as failed, one on which nothing was compared as open: neither passes by silence. */
function jointGate(reports: readonly Report[], missing: number, failOn: ReadonlySet<FailOn>): GateDecision {
  const found = decideGate(
    reports.flatMap(({ comparisons }) => comparisons),
    failOn,
  );
  const silent = reports.filter(({ comparisons }) => !comparisons.some(isGated)).length;
  const remarks: Remark[] = [];
  if (reports.length === 0) {
    remarks.push({ words: "no result reached the report", verdict: "failed", word: "failed" });
  } else if (missing > 0) {
    remarks.push({ words: `${counted(missing, "runner")} without a result`, verdict: "failed", word: "failed" });
  }
  if (silent > 0 && silent < reports.length) {
    const words = `nothing was compared on ${counted(silent, "runner")}`;
    remarks.push({ words, verdict: "inconclusive", word: "no-baseline" });
  }
  if (remarks.length === 0) return found;
  const fails = found.gate === "fail" || remarks.some(({ word }) => failOn.has(word));
  const verdicts = new Set([found.verdict, ...remarks.map(({ verdict }) => verdict)]);
  const reasons = [
    ...remarks.map(({ words, word }) => (failOn.has(word) ? `${words}: fail-on lists ${word}` : words)),
    ...(found.gate === "pass" || (found.gate === "neutral" && reports.length === 0) ? [] : [found.reason]),
  ];
  return {
    gate: fails ? "fail" : "neutral",
    verdict: VERDICTS.find((verdict) => verdicts.has(verdict)) ?? found.verdict,
    reason: reasons.join("; "),
  };
}

/** What the gate has to know beside the comparisons. */
interface Remark {
  readonly words: string;
  readonly verdict: Verdict;
  /** The word of `fail-on` that makes it fail. */
  readonly word: FailOn;
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
