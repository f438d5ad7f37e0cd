/** What came out of many cases of one kind, counted. */
import type { Decision } from "../src/core/decision.ts";
import { decideReport, type Outcome } from "./confirm.ts";
import { drawCase, type DrawnCase, type Situation } from "./draw.ts";
import { PEERS, type PeerVerdict } from "./peers.ts";
import { randomNamed } from "./random.ts";
import type { StepNoise } from "./steps.ts";

/** Counts of cases. */
export interface Tally {
  readonly cases: number;
  readonly regression: number;
  readonly improvement: number;
  readonly unchanged: number;
  readonly inconclusive: number;
  /** Cases with an interval, and those whose interval holds the true effect. */
  readonly intervals: number;
  readonly covered: number;
  /** Pairs that were run. */
  readonly pairs: number;
  /** In the order of {@link PEERS}. */
  readonly peers: readonly PeerTally[];
}

export type PeerTally = Readonly<Record<PeerVerdict, number>>;

const NO_PEER: PeerTally = { regression: 0, improvement: 0, silent: 0 };

export const NOTHING: Tally = {
  cases: 0,
  regression: 0,
  improvement: 0,
  unchanged: 0,
  inconclusive: 0,
  intervals: 0,
  covered: 0,
  pairs: 0,
  peers: PEERS.map(() => NO_PEER),
};

export function added(a: Tally, b: Tally): Tally {
  return {
    cases: a.cases + b.cases,
    regression: a.regression + b.regression,
    improvement: a.improvement + b.improvement,
    unchanged: a.unchanged + b.unchanged,
    inconclusive: a.inconclusive + b.inconclusive,
    intervals: a.intervals + b.intervals,
    covered: a.covered + b.covered,
    pairs: a.pairs + b.pairs,
    peers: a.peers.map((one, index) => {
      const other = b.peers[index] ?? NO_PEER;
      return {
        regression: one.regression + other.regression,
        improvement: one.improvement + other.improvement,
        silent: one.silent + other.silent,
      };
    }),
  };
}

/** Every case a report of its own. */
export function tallyCell(name: string, situation: Situation, cases: number, steps: StepNoise): Tally {
  const random = randomNamed(name);
  let tally = NOTHING;
  for (let number = 0; number < cases; number++) {
    const drawn = drawCase(random, situation, steps, number);
    const [outcome] = decideReport([drawn]);
    if (outcome === undefined) throw new Error("a report of one case has no decision");
    tally = added(tally, tallyOf(drawn, outcome));
  }
  return tally;
}

function tallyOf(drawn: DrawnCase, { decision, spent }: Outcome): Tally {
  const { verdict, interval } = decision;
  const { history, candidate, metric } = drawn.judged;
  const series = { history, candidate, direction: metric.direction };
  return {
    cases: 1,
    regression: Number(verdict === "regression"),
    improvement: Number(verdict === "improvement"),
    unchanged: Number(verdict === "no-change"),
    inconclusive: Number(verdict === "inconclusive" || verdict === "no-baseline"),
    intervals: Number(interval !== null),
    covered: Number(isInside(interval, drawn.trueEffect)),
    pairs: spent,
    peers: PEERS.map((peer) => {
      if (history.length < peer.leastJobs) return NO_PEER;
      return { ...NO_PEER, [peer.decide(series)]: 1 };
    }),
  };
}

function isInside(interval: Decision["interval"], value: number): boolean {
  return interval !== null && interval[0] <= value && value <= interval[1];
}
