/** Decides what a candidate's numbers say against the history of its series and the pairs. Identical input gives identical output. */
import { decideByBand } from "./bands.ts";
import { NOTHING_FOUND, type Decision, type JudgeCase, type JudgePolicy } from "./decision.ts";
import { changeAt, isSmall, rulesOut } from "./margins.ts";
import { FIRST_LOOK, LOOK_ALPHA } from "./pairs.ts";
import { ALPHA } from "./prediction.ts";
import { holm } from "./statistics.ts";
import { detectableOf, openTrial, sizeOf, type HistoryTrial, type PairTrial, type Sight, type Trial } from "./trial.ts";

/** The cases of one job, and the policy of its suite. */
export interface JudgedJob {
  readonly cases: readonly JudgeCase[];
  readonly policy: JudgePolicy;
}

/** Decisions in the order of the cases, which are one report of one job. */
export function judge(cases: readonly JudgeCase[], policy: JudgePolicy): Decision[] {
  return judgeTogether([{ cases, policy }]).flat();
}

/**
 * The decisions of each job, in the order of its cases; all jobs are one report, and share its family of tests. It
 * remembers nothing: asked again with more pairs, it first comes to what it said before, and what the first look at the
 * pairs decided stays decided.
 */
export function judgeTogether(jobs: readonly JudgedJob[]): Decision[][] {
  const trials = jobs.map(({ cases, policy }) => cases.map((judged) => open(judged, policy)));
  const decisions = decide(trials.flat());
  return trials.map(({ length }) => decisions.splice(0, length));
}

function decide(trials: readonly Trial[]): Decision[] {
  const historyP = familyP(trials, (trial) => (trial.kind === "history" ? trial.prediction.p : 1));
  const firstP = familyP(trials, (trial) => (trial.kind === "pairs" ? trial.first.p : 1));
  const endsFirst = trials.map((trial, index) => trial.kind === "pairs" && endsAt(trial, trial.first, firstP[index]));
  const lastP = familyP(trials, (trial, index) =>
    trial.kind === "pairs" ? (endsFirst[index] === true ? trial.first : trial.last).p : 1,
  );
  return trials.map((trial, index) => {
    if (trial.kind === "settled") return trial.decision;
    if (trial.kind === "history") return againstHistory(trial, historyP[index] ?? 1);
    return endsFirst[index] === true
      ? byPairs(trial, trial.first, firstP[index] ?? 1)
      : byPairs(trial, trial.last, lastP[index] ?? 1);
  });
}

function open(judged: JudgeCase, policy: JudgePolicy): Trial {
  if (judged.metric.class === "throughput") return openTrial(judged, policy);
  return { kind: "settled", inFamily: false, decision: decideByBand(judged) };
}

/** Holm over the family; whatever stands outside keeps its own p. One that is not tested here has p = 1, and counts. */
function familyP(trials: readonly Trial[], pOf: (trial: Trial, index: number) => number): number[] {
  const own = trials.map(pOf);
  const family = [...trials.keys()].filter((index) => trials[index]?.inFamily);
  const adjusted = holm(family.map((index) => own[index] ?? 1));
  const places = new Map(family.map((index, place) => [index, place]));
  return own.map((p, index) => adjusted[places.get(index) ?? -1] ?? p);
}

/** What a history can say by itself: a change it finds is never more than unconfirmed. */
function againstHistory(trial: HistoryTrial, p: number): Decision {
  const { judged, prediction, margins, base, head, warnings } = trial;
  const change = p < ALPHA ? changeAt(prediction.distance, margins) : null;
  const isCleared = rulesOut(prediction, margins) && isSmall(prediction, margins);
  const verdict = change ?? (isCleared ? "no-change" : "inconclusive");
  return {
    ...NOTHING_FOUND,
    id: judged.id,
    verdict,
    unconfirmed: change !== null,
    base,
    head,
    ...sizeOf(judged.metric, prediction),
    p,
    smallestDetectable: verdict === "inconclusive" ? detectableOf(judged.metric, prediction, margins) : null,
    warnings,
  };
}

function byPairs(trial: PairTrial, seen: Sight, p: number): Decision {
  const { judged, margins } = trial;
  const verdict = verdictAt(trial, seen, p);
  const isOpen = verdict === "inconclusive";
  return {
    ...NOTHING_FOUND,
    id: judged.id,
    verdict,
    base: seen.base,
    head: seen.head,
    ...sizeOf(judged.metric, seen),
    p,
    smallestDetectable: isOpen ? detectableOf(judged.metric, seen, margins) : null,
    pairs: seen.pairs,
    wantedPairs: isOpen ? trial.wantedPairs : 0,
    warnings: seen.warnings,
  };
}

function endsAt(trial: PairTrial, seen: Sight, p = 1): boolean {
  return verdictAt(trial, seen, p) !== "inconclusive";
}

/** At the first look a middling distance is left open, because more pairs can tell whether it is a change. */
function verdictAt({ margins }: PairTrial, seen: Sight, p: number): Decision["verdict"] {
  const change = p < LOOK_ALPHA ? changeAt(seen.distance, margins) : null;
  if (change !== null) return change;
  const isUnchanged = rulesOut(seen, margins) && (seen.pairs > FIRST_LOOK || isSmall(seen, margins));
  return isUnchanged ? "no-change" : "inconclusive";
}
