/** Reports of several benchmarks whose code did not change: how many of them raise an alarm. */
import { decideReport, type Outcome } from "./confirm.ts";
import { CVS, HISTORIES, USUAL_HISTORY } from "./cells.ts";
import { drawCase, type Situation } from "./draw.ts";
import { PROFILES } from "./machine.ts";
import { PEERS } from "./peers.ts";
import { randomNamed, type Random } from "./random.ts";
import type { StepNoise } from "./steps.ts";

const BENCHMARKS = 8;

export interface ReportTally {
  readonly reports: number;
  readonly alarms: number;
  /** In the order of {@link PEERS}; null for one that is not asked because the histories are too short for it. */
  readonly peers: readonly (number | null)[];
}

/** On a noisy machine with heavy tails. */
export function heavy(): Situation {
  return { profile: "heavy", cv: 0.02, jobs: USUAL_HISTORY, effect: 0 };
}

/** Every benchmark with a noise of its own, up to a CV of 2 %, and a history of its own. */
export function mixed(random: Random): Situation {
  const among = <T>(choices: readonly T[], fallback: T): T => choices[random.below(choices.length)] ?? fallback;
  const cvs = CVS.filter((cv) => cv <= 0.02);
  return { profile: among(PROFILES, "gauss"), cv: among(cvs, 0.01), jobs: among(HISTORIES, USUAL_HISTORY), effect: 0 };
}

export function tallyReports(
  name: string,
  choose: (random: Random) => Situation,
  reports: number,
  steps: StepNoise,
): ReportTally {
  const random = randomNamed(name);
  let alarms = 0;
  const silenced = PEERS.map(({ leastJobs }) => leastJobs > 0);
  const peers = PEERS.map(() => 0);
  for (let report = 0; report < reports; report++) {
    const cases = Array.from({ length: BENCHMARKS }, (_, number) => drawCase(random, choose(random), steps, number));
    if (decideReport(cases).some(isAlarm)) alarms += 1;
    for (const [index, peer] of PEERS.entries()) {
      const isLoud = cases.some(({ judged: { history, candidate, metric } }) => {
        return peer.decide({ history, candidate, direction: metric.direction }) !== "silent";
      });
      if (isLoud) peers[index] = (peers[index] ?? 0) + 1;
    }
  }
  return { reports, alarms, peers: peers.map((count, index) => (silenced[index] === true ? null : count)) };
}

function isAlarm({ decision }: Outcome): boolean {
  return decision.verdict === "regression" || decision.verdict === "improvement";
}
