/** Cases of a judge file → one row of verdict each. */
import type { Decision, JudgeCase, JudgePolicy } from "./decision.ts";
import { judge } from "./judge.ts";
import type { DecideCase, Sample, VerdictRow } from "./judge-protocol.ts";

/** The same for everybody who asks: a change is at least 2 %, and "no change" rules out 5 %. */
const POLICY: JudgePolicy = { minEffect: 0.02, maxTolerated: 0.05, tighten: false };
/** Whole groups of four, the last of which may be cut short. */
const INTERLEAVED = /^(?:ABBA|BAAB)+(?:AB|BA)?$/i;

const WORDS = {
  leftOut: "stored jobs with another fingerprint are left out: nothing is compared across it",
  changed:
    "the fingerprint is that of no stored job: nothing is compared across it, with or without pairs; leave the history out to have the pairs judged alone",
  nothing: "nothing to compare with",
  uneven: "one side of the pairs has more runs than the other: those without a partner are left out",
  order: "the pairs were not run interleaved as ABBA: what changes in the course of a job looks like a change",
} as const;

/** Every report is a family of tests of its own; a case that names none is a report by itself. */
export function verdictRows(cases: readonly DecideCase[]): VerdictRow[] {
  const reports = Map.groupBy(cases, (given) => given.report ?? given);
  const rows = new Map<DecideCase, VerdictRow>();
  for (const report of reports.values()) {
    const decisions = judge(report.map(caseOf), POLICY);
    for (const [index, given] of report.entries()) {
      const decision = decisions[index];
      if (decision !== undefined) rows.set(given, rowOf(given, decision));
    }
  }
  return cases.flatMap((given) => rows.get(given) ?? []);
}

function isChanged({ history, fingerprint }: DecideCase): boolean {
  return history.length > 0 && history.every((job) => job.fingerprint !== fingerprint);
}

function caseOf(given: DecideCase): JudgeCase {
  const { id, metric, history, fingerprint, candidate, paired } = given;
  const runs = Math.min(paired?.base.length ?? 0, paired?.head.length ?? 0);
  const allowed = isChanged(given) ? 0 : Math.min(runs, given.paired_budget ?? runs);
  const isConfirmable = paired !== null && paired !== undefined && allowed > 0;
  return {
    id,
    metric: { ...metric, estimator: "reported", primary: metric.class === "throughput" },
    history: history.filter((job) => job.fingerprint === fingerprint).map(({ repeats }) => repeats.map(valueOf)),
    candidate: candidate.repeats.map(valueOf),
    paired: isConfirmable
      ? { base: paired.base.slice(0, allowed).map(valueOf), head: paired.head.slice(0, allowed).map(valueOf) }
      : null,
    isConfirmable,
    inFamily: metric.class === "throughput",
  };
}

/** Of one run, taken as it is. */
export function valueOf({ value }: Sample): number {
  return value === null ? Number.NaN : Number(value);
}

/** A loss that is no number failed: of the four words, that is a change for the worse. */
function verdictOf({ verdict }: Decision): VerdictRow["verdict"] {
  if (verdict === "failed") return "regression";
  return verdict === "no-baseline" ? "inconclusive" : verdict;
}

function rowOf(given: DecideCase, decision: Decision): VerdictRow {
  return {
    id: given.id,
    verdict: verdictOf(decision),
    effect: decision.effect,
    ci: decision.interval === null ? null : [...decision.interval],
    pairs_used: decision.pairs,
    pairs_wanted: decision.wantedPairs,
    unconfirmed: decision.unconfirmed,
    p: decision.p,
    smallest_detectable: decision.smallestDetectable,
    warnings: [...remarksOn(given, decision), ...decision.warnings],
  };
}

function remarksOn(given: DecideCase, { verdict, reason }: Decision): string[] {
  const { history, fingerprint, paired } = given;
  const remarks: string[] = reason === null ? [] : [reason];
  const isSome = history.some((job) => job.fingerprint !== fingerprint);
  if (isChanged(given)) remarks.push(WORDS.changed);
  else if (isSome) remarks.push(WORDS.leftOut);
  else if (verdict === "no-baseline") remarks.push(WORDS.nothing);
  if (paired !== null && paired !== undefined) {
    if (paired.base.length !== paired.head.length) remarks.push(WORDS.uneven);
    if (typeof paired.order === "string" && !INTERLEAVED.test(paired.order)) remarks.push(WORDS.order);
  }
  return remarks;
}
