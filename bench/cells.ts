/** Which situations are measured, and what came out of each. */
import { RUNS, type Situation } from "./draw.ts";
import { PROFILES, type Profile } from "./machine.ts";
import { PEERS } from "./peers.ts";
import type { StepNoise } from "./steps.ts";
import { added, NOTHING, tallyCell, type Tally } from "./tally.ts";

/** Relative standard deviations between runs. */
export const CVS = [0.001, 0.005, 0.01, 0.02, 0.05] as const;
/** Stored jobs. */
export const HISTORIES = [0, 1, 2, 3, 5, 10, 20, 30] as const;
export const EFFECTS = [-0.02, -0.03, -0.05, -0.1, 0.05] as const;
/** The history that most promises are about, and one that serves every peer. */
export const USUAL_HISTORY = 10;
const LONGEST_HISTORY = Math.max(...PEERS.map(({ leastJobs }) => leastJobs));

/** A situation on any kind of machine. */
export type Setting = Omit<Situation, "profile">;

/** The settings that the promises are about. */
export const PROMISED: readonly Setting[] = [
  ...CVS.filter((cv) => cv <= 0.02).map((cv) => ({ cv, jobs: USUAL_HISTORY, effect: 0 })),
  ...[0.01, 0.02].map((cv) => ({ cv, jobs: USUAL_HISTORY, effect: -0.05 })),
  ...HISTORIES.map((jobs) => ({ cv: 0.005, jobs, effect: -0.03 })),
  { cv: 0.05, jobs: USUAL_HISTORY, effect: -0.1 },
];

/** Those, the same for peers that need a long history, and what shows how it goes on to both sides of them. */
export const EVERYTHING: readonly Setting[] = distinct([
  ...PROMISED,
  ...PROMISED.map((setting) => ({ ...setting, jobs: LONGEST_HISTORY })),
  ...HISTORIES.flatMap((jobs) => CVS.map((cv) => ({ cv, jobs, effect: 0 }))),
  ...HISTORIES.flatMap((jobs) => CVS.map((cv) => ({ cv, jobs, effect: -0.05 }))),
  ...EFFECTS.flatMap((effect) => CVS.map((cv) => ({ cv, jobs: USUAL_HISTORY, effect }))),
]);

function distinct(settings: readonly Setting[]): Setting[] {
  return [...new Map(settings.map((setting) => [keyOf(setting), setting])).values()];
}

function keyOf({ cv, jobs, effect }: Setting): string {
  return `${cv}/${jobs}/${effect}`;
}

/** Tallies by setting and profile. */
export class Cells {
  readonly #tallies: ReadonlyMap<string, ReadonlyMap<Profile, Tally>>;

  constructor(tallies: ReadonlyMap<string, ReadonlyMap<Profile, Tally>>) {
    this.#tallies = tallies;
  }

  /** All profiles together; without cases where the setting was not measured. */
  of(setting: Setting): Tally {
    return this.#profiles(setting).reduce(added, NOTHING);
  }

  ofProfile(setting: Setting, profile: Profile): Tally {
    return this.#tallies.get(keyOf(setting))?.get(profile) ?? NOTHING;
  }

  /** Every setting. */
  all(): Tally {
    return PROFILES.map((profile) => this.allOf(profile)).reduce(added, NOTHING);
  }

  allOf(profile: Profile): Tally {
    return [...this.#tallies.values()].map((profiles) => profiles.get(profile) ?? NOTHING).reduce(added, NOTHING);
  }

  #profiles(setting: Setting): Tally[] {
    return [...(this.#tallies.get(keyOf(setting))?.values() ?? [])];
  }
}

/**
 * @param set of seeds
 * @param cases in every cell: one setting on one kind of machine
 */
export function measureCells(
  set: string,
  settings: readonly Setting[],
  cases: number,
  steps: StepNoise,
  progress: (line: string) => void,
): Cells {
  const tallies = new Map<string, ReadonlyMap<Profile, Tally>>();
  for (const [index, setting] of settings.entries()) {
    const key = keyOf(setting);
    const byProfile = PROFILES.map((profile) => {
      const name = `${set}/cell/${profile}/${key}/${RUNS}`;
      return [profile, tallyCell(name, { ...setting, profile }, cases, steps)] as const;
    });
    tallies.set(key, new Map(byProfile));
    progress(`setting ${index + 1} of ${settings.length}: CV ${setting.cv}, ${setting.jobs} jobs, ${setting.effect}`);
  }
  return new Cells(tallies);
}
