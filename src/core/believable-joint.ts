/** The one line that makes the verdict on several runners believable. The table of the runners has it for each of them. */
import { believableOf, slowestPossible, unchangedCount } from "./believable.ts";
import { movedControls } from "./lead.ts";
import { disturbedInWords, ofCandidate } from "./disturbances.ts";
import type { JointFacts } from "./joint.ts";
import { pairsInWords, baseInWords } from "./pair-words.ts";
import { benchmarkCount, partNoun, runnerKeys, runnersInWords } from "./parts.ts";
import type { Report } from "./report.ts";
import { named, say, type Sentence } from "./sentence.ts";
import { counted, formatAge, formatChange, formatDuration, formatPercent } from "./units.ts";

/** Phrases in their order; the drawing puts the dots between them. */
export function believableOfJoint({ reports }: Pick<JointFacts, "reports">): Sentence[] {
  const [only, ...more] = reports;
  if (only === undefined) return [];
  if (more.length === 0) return believableOf(only);
  const phrases = [
    unchangedOf(reports),
    ruledOut(reports),
    ...controlOf(reports),
    runsOf(reports),
    disturbedInWords(reports.flatMap(ofCandidate)),
    baselineOf(reports),
    minutesOf(reports),
    reports.some(({ job }) => job.dirty) ? ["with uncommitted changes"] : [],
    recordOf(reports),
  ];
  return phrases.filter((phrase) => phrase.length > 0);
}

function sum(reports: readonly Report[], of: (report: Report) => number): number {
  return reports.reduce((total, report) => total + of(report), 0);
}

function unchangedOf(reports: readonly Report[]): Sentence {
  const unchanged = sum(reports, unchangedCount);
  const moved = benchmarkCount(reports) - unchanged;
  return moved > 0 && unchanged > 0 ? [`${counted(unchanged, "other benchmark")} unchanged`] : [];
}

function ruledOut(reports: readonly Report[]): Sentence {
  const each = reports.map(slowestPossible);
  const known = each.filter((share) => share !== null);
  return known.length < each.length ? [] : [`rules out slow-downs above ${formatPercent(Math.max(...known))}`];
}

/** Where it is steady everywhere, how steady; each that moved by its name. */
function controlOf(reports: readonly Report[]): Sentence[] {
  const moved = reports.flatMap((report) => movedControls(report).map((control) => ({ report, control })));
  const steady = reports.filter(
    ({ control }) => control.length > 0 && control.every(({ state }) => state === "steady"),
  );
  const effects = steady.flatMap(({ control }) => control.flatMap(({ effect }) => (effect === null ? [] : [effect])));
  const size = effects.length === 0 ? "" : ` (±${formatPercent(Math.max(...effects.map(Math.abs)))})`;
  const count = runnerKeys(steady).length;
  const isAll = steady.length === reports.length && count > 1;
  const where = isAll ? [count === 2 ? "both runners" : `all ${count} runners`] : runnersInWords(steady);
  return [
    ...moved.map(({ report, control: { effect } }) => {
      const by = effect === null ? "" : ` (${formatChange(effect)})`;
      return say`control workload on ${named(report.runner_key)} moved${by}`;
    }),
    ...(steady.length === 0 ? [] : [say`control workload steady${size} on ${where}`]),
  ];
}

function runsOf(reports: readonly Report[]): Sentence {
  const repeats = [...new Set(reports.map(({ suite }) => suite.repeats))];
  const [least, most] = [Math.min(...repeats), Math.max(...repeats)];
  const runs = `${least === most ? counted(most, "run") : `${least} to ${counted(most, "run")}`} each`;
  const paired = reports.filter(({ comparisons }) => comparisons.some(({ pairs }) => pairs > 0));
  const [first] = paired;
  if (first === undefined) return [runs];
  const bases = new Set(paired.map(({ confirmation }) => confirmation?.base_sha ?? null));
  const base = bases.size === 1 ? baseInWords(first) : ["the base commit"];
  return say`${runs}, ${pairsInWords(paired.flatMap(({ comparisons }) => comparisons))} with ${base}`;
}

/** Of the oldest baseline and the shortest one, since a verdict is no better than these. */
function baselineOf(reports: readonly Report[]): Sentence {
  const baselines = reports.flatMap(({ baseline }) => baseline ?? []);
  if (baselines.length === 0) return [];
  const [newest, ...others] = new Set(baselines.map(({ newest_sha: sha }) => sha));
  const commit =
    others.length > 0 || newest === null || newest === undefined ? "" : say` ${named(newest.slice(0, 7))},`;
  const oldest = Math.max(...baselines.map(({ age_days: days }) => days));
  const points = baselines.map(({ jobs }) => jobs);
  const [least, most] = [Math.min(...points), Math.max(...points)];
  const size = least === most ? counted(most, "point") : `${least} to ${counted(most, "point")}`;
  const age = others.length > 0 ? `at most ${formatAge(oldest).replace(/^less than /, "")}` : formatAge(oldest);
  const without = reports.length - baselines.length;
  const where = without === 0 ? "" : `, on ${baselines.length} of ${counted(reports.length, partNoun(reports))}`;
  const stale = baselines.filter(({ stale: isStale }) => isStale).length;
  const old = stale === 0 ? "" : `, ${stale === baselines.length ? "all" : stale} too old to judge against`;
  return say`${others.length > 0 ? "baselines" : "baseline"}${commit} ${age}, ${size}${where}${old}`;
}

function minutesOf(reports: readonly Report[]): Sentence {
  const measured = `${formatDuration(sum(reports, ({ measured_s: s }) => s))} measured`;
  const spent = sum(reports, ({ confirmation }) => confirmation?.spent_s ?? 0);
  return [spent === 0 ? measured : `${measured}, ${formatDuration(spent)} of them to confirm`];
}

function recordOf(reports: readonly Report[]): Sentence {
  const recorded = reports.filter(({ recorded: state }) => state === "yes").length;
  if (recorded === 0) return [];
  return [
    recorded === reports.length
      ? "recorded as new points"
      : `recorded on ${recorded} of ${counted(reports.length, partNoun(reports))}`,
  ];
}
