/** The promises of the judge, each with what was measured of it and of its peers. */
import { CVS, HISTORIES, USUAL_HISTORY, type Cells, type Setting } from "./cells.ts";
import { PROFILES, type Profile } from "./machine.ts";
import { SERIES_CVS, steadyKey, type Measured } from "./measure.ts";
import { PEERS } from "./peers.ts";
import type { ReportTally } from "./reports.ts";
import { addedChanges, f1, NO_CHANGES, type ChangeTally } from "./series.ts";
import { added, NOTHING, type PeerTally, type Tally } from "./tally.ts";

export interface Row {
  readonly title: string;
  /** A share. */
  readonly target: number;
  readonly bound: "at least" | "at most";
  readonly measured: number;
  /** Behind `measured`. */
  readonly cases: number;
  /** The profile that does worst by itself; null where they are not told apart. */
  readonly worst: { readonly profile: string; readonly measured: number } | null;
  /** In the order of {@link PEERS}; null for one that has no answer to it. */
  readonly peers: readonly (number | null)[];
}

/** A share that is promised of the cases of some settings. */
interface Promised {
  readonly title: string;
  readonly settings: readonly Setting[];
  readonly bound: Row["bound"];
  readonly target: number;
  readonly of: (tally: Tally) => number;
  readonly ofPeer: (tally: PeerTally) => number;
}

const usual = (cv: number, effect: number): Setting => ({ cv, jobs: USUAL_HISTORY, effect });
const H = `${USUAL_HISTORY} stored jobs`;

const ALARM = {
  of: ({ regression, improvement }: Tally) => regression + improvement,
  ofPeer: ({ regression, improvement }: PeerTally) => regression + improvement,
};
const FOUND = { of: ({ regression }: Tally) => regression, ofPeer: ({ regression }: PeerTally) => regression };
/** A peer has two answers: silence is its word for "no change". */
const UNCHANGED = { of: ({ unchanged }: Tally) => unchanged, ofPeer: ({ silent }: PeerTally) => silent };
const OPEN = { of: ({ inconclusive }: Tally) => inconclusive, ofPeer: () => 0 };

const PROMISES: readonly Promised[] = [
  {
    title: `False alarm, unchanged, CV up to 1 %, ${H}`,
    settings: CVS.filter((cv) => cv <= 0.01).map((cv) => usual(cv, 0)),
    bound: "at most",
    target: 0.002,
    ...ALARM,
  },
  {
    title: `False alarm, unchanged, CV 2 %, ${H}`,
    settings: [usual(0.02, 0)],
    bound: "at most",
    target: 0.01,
    ...ALARM,
  },
  {
    title: `Cleared, unchanged, CV 2 %, ${H}`,
    settings: [usual(0.02, 0)],
    bound: "at least",
    target: 0.95,
    ...UNCHANGED,
  },
  {
    title: `Inconclusive, unchanged, CV 2 %, ${H}`,
    settings: [usual(0.02, 0)],
    bound: "at most",
    target: 0.05,
    ...OPEN,
  },
  {
    title: `−5 % found, CV 1 %, ${H}`,
    settings: [usual(0.01, -0.05)],
    bound: "at least",
    target: 0.995,
    ...FOUND,
  },
  { title: `−5 % found, CV 2 %, ${H}`, settings: [usual(0.02, -0.05)], bound: "at least", target: 0.97, ...FOUND },
  {
    title: "−3 % found, CV 0.5 %, all histories",
    settings: HISTORIES.map((jobs) => ({ cv: 0.005, jobs, effect: -0.03 })),
    bound: "at least",
    target: 0.91,
    ...FOUND,
  },
  { title: `−10 % found, CV 5 %, ${H}`, settings: [usual(0.05, -0.1)], bound: "at least", target: 0.98, ...FOUND },
  {
    title: `−5 % called no change, CV 2 %, ${H}`,
    settings: [usual(0.02, -0.05)],
    bound: "at most",
    target: 0.01,
    ...UNCHANGED,
  },
];

export function rowsOf(measured: Measured): Row[] {
  const { cells, heavyReports, mixedReports, steady, identities, changes } = measured;
  const noPeers = PEERS.map(() => null);
  const all = cells.all();
  const plain = (title: string, target: number, share: number, cases: number): Row => {
    return { title, target, bound: "at least", measured: share, cases, worst: null, peers: noPeers };
  };
  const steadyRow = (title: string, key: string): Row => {
    const { right, cases } = steady.get(key) ?? { right: 0, cases: 0 };
    return plain(title, 0.99, right / cases, cases);
  };
  return [
    ...PROMISES.map((promise) => promisedRow(cells, promise)),
    reportRow("Report of 8 with an alarm, unchanged, CV 2 %, heavy tails", heavyReports),
    reportRow("Report of 8 with an alarm, unchanged, all kinds of noise", mixedReports),
    {
      ...plain("99 % interval holds the true effect, all cases", 0.98, coverage(all), all.intervals),
      worst: worstOf("at least", (profile) => coverage(cells.allOf(profile))),
    },
    ...SERIES_CVS.map((cv, index) => changesRow(cv, CHANGE_TARGETS[index] ?? 1, changes[index] ?? [])),
    steadyRow("Memory: unchanged is no change", steadyKey("memory", 0)),
    steadyRow("Memory: +3 % found", steadyKey("memory", 0.03)),
    steadyRow("Loss of a fixed seed: unchanged is no change", steadyKey("loss", 0)),
    steadyRow("Loss of a fixed seed: +2 % found", steadyKey("loss", 0.02)),
    plain("Another identity is never compared with", 1, identities.kept / identities.cases, identities.cases),
  ];
}

function promisedRow(cells: Cells, promise: Promised): Row {
  const { title, settings, bound, target, of, ofPeer } = promise;
  const total = settings.map((setting) => cells.of(setting)).reduce(added, NOTHING);
  const worst = worstOf(bound, (profile) => {
    const tally = settings.map((setting) => cells.ofProfile(setting, profile)).reduce(added, NOTHING);
    return of(tally) / tally.cases;
  });
  const peers = PEERS.map(({ leastJobs }, index) => {
    const long = settings.map((setting) => ({ ...setting, jobs: Math.max(setting.jobs, leastJobs) }));
    const unique = [...new Map(long.map((setting) => [JSON.stringify(setting), setting])).values()];
    const tally = unique.map((setting) => cells.of(setting)).reduce(added, NOTHING).peers[index];
    const cases = tally === undefined ? 0 : tally.regression + tally.improvement + tally.silent;
    return tally === undefined || cases === 0 ? null : ofPeer(tally) / cases;
  });
  return { title, target, bound, measured: of(total) / total.cases, cases: total.cases, worst, peers };
}

/** In the order of {@link SERIES_CVS}. */
const CHANGE_TARGETS = [0.98, 0.97, 0.93];

function changesRow(cv: number, target: number, tallies: readonly ChangeTally[]): Row {
  const total = tallies.reduce(addedChanges, NO_CHANGES);
  return {
    title: `Change points: F1, shifts of 5 %, CV ${100 * cv} %`,
    target,
    bound: "at least",
    measured: f1(total),
    cases: total.changes,
    worst: worstOf("at least", (_profile, index) => f1(tallies[index] ?? NO_CHANGES)),
    peers: PEERS.map(() => null),
  };
}

function coverage({ covered, intervals }: Tally): number {
  return covered / intervals;
}

function worstOf(bound: Row["bound"], shareOf: (profile: Profile, index: number) => number): Row["worst"] {
  const shares = PROFILES.map((profile, index) => ({ profile, measured: shareOf(profile, index) }));
  const sign = bound === "at least" ? 1 : -1;
  return shares.toSorted((a, b) => sign * (a.measured - b.measured))[0] ?? null;
}

function reportRow(title: string, { reports, alarms, peers }: ReportTally): Row {
  return {
    title,
    target: 0.01,
    bound: "at most",
    measured: alarms / reports,
    cases: reports,
    worst: null,
    peers: peers.map((count) => (count === null ? null : count / reports)),
  };
}

/** @param errors standard errors of the share that chance may take from it; none where there are cases enough */
export function isMet({ target, bound, measured, cases }: Row, errors = 0): boolean {
  const slack = errors * Math.sqrt((target * (1 - target)) / cases);
  return bound === "at least" ? measured >= target - slack : measured <= target + slack;
}
