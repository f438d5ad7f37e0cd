/** What a runner was found able to detect, told to the person who asked. */
import type { ControlFinding, Verdict } from "./comparison.ts";
import type { Qualification, QualifiedBenchmark } from "./qualification.ts";
import type { Disturbance, RunRecord } from "./result.ts";
import { listed, named, say, type Sentence } from "./sentence.ts";
import { counted, formatChange, formatDuration, formatPercent } from "./units.ts";

/** A benchmark that gave nothing to say of the runner, and why. */
export interface Unqualified {
  readonly benchmark: string;
  readonly message: string;
}

export interface Qualified {
  readonly qualification: Qualification;
  /** Share by which the injected runs were to take longer. */
  readonly slowdown: number;
  readonly unqualified: readonly Unqualified[];
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  /** Null where it was not to be saved. */
  readonly saved:
    | { readonly saved: true; readonly where: string }
    | { readonly saved: false; readonly warning: string }
    | null;
  /** The results folder. */
  readonly results: string;
}

/**
 * From here on a drift over the runs is worth a word, where noise alone would not make it: three standard errors of a line
 * through twenty runs. ABBA keeps it out of the verdicts.
 */
const REMARKABLE_DRIFT = 0.02;
const DRIFT_BESIDE_CV = 2.3;
/** A runner whose runs differ by more cannot support a usual gate. */
const NOISY_CV = 0.02;

/** Every benchmark measured, no false alarm, and in every one a slow-down injected and caught: what was not tried is not known. */
export function isQualified({ qualification, unqualified }: Pick<Qualified, "qualification" | "unqualified">): boolean {
  const { benchmarks } = qualification;
  const isSound = benchmarks.every((one) => !isFalseAlarm(one.unchanged) && one.injected?.caught === true);
  return unqualified.length === 0 && benchmarks.length > 0 && isSound;
}

function isFalseAlarm(verdict: Verdict): boolean {
  return verdict !== "no-change" && verdict !== "inconclusive";
}

/** The verdict first; then what the injected slow-down showed. */
export function headlineOf(found: Pick<Qualified, "qualification" | "unqualified" | "slowdown">): Sentence[] {
  const { benchmarks } = found.qualification;
  const worst = noisiest(benchmarks);
  if (worst === undefined) return [["This runner could not be qualified: no benchmark gave enough runs."]];
  const size = formatPercent(worst.smallest_10_pairs);
  const where = benchmarks.length === 1 ? [] : say` (in ${named(worst.benchmark)}, its noisiest benchmark)`;
  const alarms = benchmarks.filter(({ unchanged }) => isFalseAlarm(unchanged)).map(({ benchmark }) => benchmark);
  return [
    say`This runner detects slow-downs of ${size} and more${where}.`,
    ...(alarms.length === 0
      ? []
      : [say`It raised a false alarm: unchanged code was called changed in ${listed(alarms)}.`]),
    ...injectedSentences(benchmarks, found.slowdown),
  ];
}

function noisiest(benchmarks: readonly QualifiedBenchmark[]): QualifiedBenchmark | undefined {
  return benchmarks.toSorted((a, b) => b.smallest_10_pairs - a.smallest_10_pairs)[0];
}

function injectedSentences(benchmarks: readonly QualifiedBenchmark[], slowdown: number): Sentence[] {
  const size = formatPercent(slowdown);
  const tried = benchmarks.filter(({ injected }) => injected !== null);
  const untried = benchmarks.filter(({ injected }) => injected === null).map(({ benchmark }) => benchmark);
  const missed = tried.filter(({ injected }) => injected?.caught === false).map(({ benchmark }) => benchmark);
  const where = tried.length === 1 ? "" : ` in each of ${counted(tried.length, "benchmark")}`;
  const found =
    missed.length === 0
      ? [`The gate caught an injected slow-down of ${size}${where}.`]
      : say`The gate would have missed an injected slow-down of ${size} in ${listed(missed)}.`;
  return [
    ...(tried.length === 0 ? [] : [found]),
    ...(untried.length === 0
      ? []
      : [
          say`No slow-down of ${size} could be injected in ${listed(untried)}: whether the gate would catch one there is not shown.`,
        ]),
  ];
}

/** What it costs, and what would help. */
export function adviceOf({ qualification }: Pick<Qualified, "qualification">): Sentence[] {
  const { benchmarks } = qualification;
  if (benchmarks.length === 0) return [];
  const total = (seconds: (one: QualifiedBenchmark) => number): string =>
    formatDuration(benchmarks.reduce((sum, one) => sum + seconds(one), 0));
  const cost = `A pull request takes about ${total((one) => one.clear_s)} of measuring here when its benchmarks are cleared, at most ${total((one) => one.confirm_s)} when all of them are confirmed by pairs.`;
  const noisy = benchmarks.filter(({ run_cv: cv }) => cv > NOISY_CV).map(({ benchmark }) => benchmark);
  const drifting = benchmarks.filter(isDrifting).map(({ benchmark }) => benchmark);
  return [
    [cost],
    ...(noisy.length === 0
      ? []
      : [
          say`Runs of ${listed(noisy)} differ by more than ${formatPercent(NOISY_CV)}: stop other programs, fix clocks and power mode, or give each run more steps.`,
        ]),
    ...(drifting.length === 0
      ? []
      : [
          say`Speed drifted while ${listed(drifting)} ran: let the machine cool or warm up; pairs are interleaved, so that it does not reach the verdicts.`,
        ]),
  ];
}

function isDrifting({ drift, run_cv: cv }: QualifiedBenchmark): boolean {
  return Math.abs(drift) > Math.max(REMARKABLE_DRIFT, DRIFT_BESIDE_CV * cv);
}

/** The same finding in several runs of one benchmark is one line. */
export function disturbedRuns(benchmark: string, series: readonly (readonly RunRecord[])[]): string[] {
  const runs = series.flat();
  const kinds = new Map<Disturbance["kind"], { message: string; count: number }>();
  for (const { kind, message } of runs.flatMap(({ disturbances }) => disturbances)) {
    const known = kinds.get(kind);
    kinds.set(kind, { message: known?.message ?? message, count: (known?.count ?? 0) + 1 });
  }
  return [...kinds.values()].map(({ message, count }) => {
    return `${benchmark}: ${message} (in ${count === runs.length ? "all" : count} of ${counted(runs.length, "run")})`;
  });
}

export function movedInWords(findings: readonly ControlFinding[]): string[] {
  return findings
    .filter(({ state }) => state === "moved")
    .map(({ backend, effect, metric }) => {
      const size = effect === null ? "" : `: ${metric?.name ?? "its speed"} ${formatChange(effect)}`;
      return `the machine moved, the control workload of ${backend} differs from its stored jobs${size}`;
    });
}
