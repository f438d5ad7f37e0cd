/** Everything that is measured of the judge, with one set of seeds. */
import { EVERYTHING, measureCells, PROMISED, type Cells } from "./cells.ts";
import { tallyIdentities, type IdentityTally } from "./identities.ts";
import { PROFILES } from "./machine.ts";
import { randomNamed } from "./random.ts";
import { heavy, mixed, tallyReports, type ReportTally } from "./reports.ts";
import { tallyChanges, type ChangeTally } from "./series.ts";
import { tallySteady, type SteadyTally } from "./steady.ts";
import { stepNoise } from "./steps.ts";

/** Seeds to look at while a rule is being changed, and those whose results are published: never looked at before. */
export const SEED_SETS = ["tuning", "held-out"] as const;
export type SeedSet = (typeof SEED_SETS)[number];

export interface Plan {
  readonly set: SeedSet;
  /** In every cell. */
  readonly cases: number;
  /** Only what the promises are about. */
  readonly quick: boolean;
}

/** CV of series with known changes. */
export const SERIES_CVS = [0.005, 0.01, 0.02] as const;

export interface Measured {
  readonly plan: Plan;
  readonly cells: Cells;
  readonly heavyReports: ReportTally;
  readonly mixedReports: ReportTally;
  readonly steady: ReadonlyMap<string, SteadyTally>;
  readonly identities: IdentityTally;
  /** In the order of {@link SERIES_CVS}, each in the order of {@link PROFILES}. */
  readonly changes: readonly (readonly ChangeTally[])[];
}

/** What is steady, and how it changes, relative. */
export const STEADY = [
  { kind: "memory", change: 0 },
  { kind: "memory", change: 0.03 },
  { kind: "segments", change: 0 },
  { kind: "segments", change: 0.03 },
  { kind: "loss", change: 0 },
  { kind: "loss", change: 0.02 },
] as const;

export function steadyKey(kind: string, change: number): string {
  return `${kind} ${change}`;
}

export function measure(plan: Plan, progress: (line: string) => void): Measured {
  const { set, cases, quick } = plan;
  const steps = stepNoise(randomNamed(`${set}/steps`));
  const cells = measureCells(set, quick ? PROMISED : EVERYTHING, cases, steps, progress);
  progress("reports of eight benchmarks");
  const heavyReports = tallyReports(`${set}/reports/heavy`, heavy, cases, steps);
  const mixedReports = tallyReports(`${set}/reports/mixed`, mixed, cases, steps);
  progress("memory, losses and identities");
  const steady = STEADY.map(({ kind, change }) => {
    const key = steadyKey(kind, change);
    return [key, tallySteady(`${set}/peaks and losses/${key}`, kind, change, cases)] as const;
  });
  const identities = tallyIdentities(`${set}/identities`, cases, steps);
  const changes = SERIES_CVS.map((cv) => {
    progress(`series with known changes: CV ${cv}`);
    return PROFILES.map((profile) => tallyChanges(`${set}/series/${profile}/${cv}`, profile, cv, cases, steps));
  });
  return { plan, cells, heavyReports, mixedReports, steady: new Map(steady), identities, changes };
}
