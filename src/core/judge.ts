/** Decides what a candidate's numbers say against the history of its series. Identical input gives identical output. */
import { decideByBand } from "./bands.ts";
import type { Side } from "./comparison.ts";
import { NOTHING_FOUND, type Decision, type JudgeCase, type JudgePolicy } from "./decision.ts";
import { DOUBTS, testDoubts } from "./doubts.ts";
import type { Metric } from "./metrics.ts";
import { ALPHA, predict, type Prediction } from "./prediction.ts";
import { bounded, geometricMean, isRatioScale, relativeChange, sideOf, usableJobs } from "./samples.ts";
import { holm } from "./statistics.ts";

/** Distances beyond this share of `minEffect` stay open although their interval would allow "no change". */
const CLEAR_SHARE = 0.75;

/** Decisions in the order of the cases. */
export function judge(cases: readonly JudgeCase[], policy: JudgePolicy): Decision[] {
  const opened = cases.map((judged) =>
    judged.metric.class === "throughput"
      ? openTest(judged)
      : ({ state: "decided", decision: decideByBand(judged) } as const),
  );
  const family = opened.filter((entry) => entry.state === "tested").filter((entry) => entry.judged.inFamily);
  const adjusted = holm(family.map((entry) => entry.prediction.p));
  const familyP = new Map<Opened, number | undefined>(family.map((entry, index) => [entry, adjusted[index]]));
  return opened.map((entry) =>
    entry.state === "decided"
      ? entry.decision
      : againstHistory(entry, familyP.get(entry) ?? entry.prediction.p, policy),
  );
}

/** A case with something to compare: what remains is the family's p value and the policy. */
interface Tested {
  readonly state: "tested";
  readonly judged: JudgeCase;
  readonly prediction: Prediction;
  readonly base: Side;
  readonly head: Side;
  readonly warnings: readonly string[];
}

type Opened = Tested | { readonly state: "decided"; readonly decision: Decision };

/** Ratios are judged, so values live on the log scale, with the sign that makes larger better. */
function openTest(judged: JudgeCase): Opened {
  const { id, metric } = judged;
  const history = usableJobs(judged.history, isRatioScale);
  const candidate = judged.candidate.filter(isRatioScale);
  const isLost = [...judged.history, judged.candidate].some((runs) => !runs.every(isRatioScale));
  const warnings = isLost ? [DOUBTS.leftOut] : [];
  const head = sideOf(candidate, geometricMean);
  if (head === null) {
    const reason = `no run gave a usable value of ${metric.name}`;
    return { state: "decided", decision: { ...NOTHING_FOUND, id, verdict: "inconclusive", reason, warnings } };
  }
  const base = sideOf(history.map(geometricMean), geometricMean);
  if (base === null) {
    return { state: "decided", decision: { ...NOTHING_FOUND, id, verdict: "no-baseline", head, warnings } };
  }
  const sign = signOf(metric);
  const toLogs = (values: readonly number[]): number[] => values.map((value) => sign * Math.log(value));
  const logs = { history: history.map(toLogs), candidate: toLogs(candidate) };
  const prediction = predict(logs.history, logs.candidate);
  return {
    state: "tested",
    judged,
    prediction,
    base: { ...base, value: bounded(Math.exp(sign * prediction.centre)) },
    head,
    warnings: [...warnings, ...testDoubts(logs.history, logs.candidate)],
  };
}

/** What a history can say by itself: a change it finds is never more than unconfirmed. */
function againstHistory(tested: Tested, p: number, policy: JudgePolicy): Decision {
  const { judged, prediction, base, head, warnings } = tested;
  const { distance, halfWidth } = prediction;
  const sign = signOf(judged.metric);
  const verdict = verdictOf(prediction, p, policy);
  const detectable = Math.max(prediction.detectable, -logOfLoss(policy.minEffect));
  return {
    id: judged.id,
    verdict,
    unconfirmed: verdict === "regression" || verdict === "improvement",
    base,
    head,
    effect: relativeChange(sign * distance),
    interval: [relativeChange(sign * distance - halfWidth), relativeChange(sign * distance + halfWidth)],
    p,
    // Of a change for the worse, on the metric's own scale.
    smallestDetectable: verdict === "inconclusive" ? Math.abs(relativeChange(-sign * detectable)) : null,
    pairs: 0,
    wantedPairs: 0,
    reason: null,
    warnings,
  };
}

function verdictOf(prediction: Prediction, p: number, policy: JudgePolicy): Decision["verdict"] {
  const { distance, halfWidth } = prediction;
  if (p < ALPHA && distance <= logOfLoss(policy.minEffect)) return "regression";
  if (p < ALPHA && distance >= Math.log1p(policy.minEffect)) return "improvement";
  const isRuledOut =
    distance - halfWidth > logOfLoss(policy.maxTolerated) && distance + halfWidth < Math.log1p(policy.maxTolerated);
  const isSmall = Math.abs(distance) <= Math.log1p(CLEAR_SHARE * policy.minEffect);
  return isRuledOut && isSmall ? "no-change" : "inconclusive";
}

/** Log of what remains after losing this share; nothing remains of a whole. */
function logOfLoss(share: number): number {
  return share < 1 ? Math.log1p(-share) : Number.NEGATIVE_INFINITY;
}

function signOf(metric: Metric): 1 | -1 {
  return metric.direction === "higher" ? 1 : -1;
}
