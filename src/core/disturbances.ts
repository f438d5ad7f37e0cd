/** What disturbed a job's runs, gathered from their records and put into words. */
import { isUsable } from "./baseline.ts";
import type { Disturbed, Report } from "./report.ts";
import type { BenchmarkResult, JobResult, RunRecord } from "./result.ts";
import { clip } from "./escape.ts";
import { counted } from "./units.ts";
import type { Sentence } from "./sentence.ts";

/** Of one finding in a line of many, characters. */
const BRIEF = 160;

/** Benchmarks first, in their order, then the control workload; equal findings in the runs of one benchmark are one. */
export function disturbancesOf({ benchmarks, control }: Pick<JobResult, "benchmarks" | "control">): Disturbed[] {
  const found = new Map<string, Disturbed>();
  for (const benchmark of benchmarks) {
    gather(found, benchmark, "measured", isUsable(benchmark) ? benchmark.runs.map(withoutTrend) : benchmark.runs);
    gather(found, benchmark, "paired-base", benchmark.paired?.base ?? []);
    gather(found, benchmark, "paired-head", benchmark.paired?.head ?? []);
  }
  for (const benchmark of control) gather(found, benchmark, "control", benchmark.runs);
  return [...found.values()];
}

/** A trend in every run of a benchmark that serves as history is how its program goes, not what disturbed it. */
function withoutTrend(run: RunRecord): RunRecord {
  return { ...run, disturbances: run.disturbances.filter(({ kind }) => kind !== "trend") };
}

function gather(
  found: Map<string, Disturbed>,
  { id, title, backend }: BenchmarkResult,
  part: Disturbed["part"],
  runs: readonly RunRecord[],
): void {
  for (const { number, disturbances } of runs) {
    for (const { kind, message } of disturbances) {
      const key = JSON.stringify([id, part, kind, message]);
      const known = found.get(key);
      if (known === undefined) found.set(key, { benchmark: id, title, backend, part, kind, message, runs: [number] });
      else if (!known.runs.includes(number)) known.runs.push(number);
    }
  }
}

/** The candidate's own: its measured runs and the head's half of its pairs. */
export function ofCandidate({ disturbances }: Pick<Report, "disturbances">): Disturbed[] {
  return disturbances.filter(({ part }) => part === "measured" || part === "paired-head");
}

/** Of the measured runs alone, by benchmark: these decide whether a stored result serves as a baseline. */
export function disturbedAmong(report: Pick<Report, "disturbances">, ids: readonly string[]): Disturbed[] {
  return report.disturbances.filter(({ part, benchmark }) => part === "measured" && ids.includes(benchmark));
}

export function runCount(disturbances: readonly Disturbed[]): number {
  const runs = disturbances.flatMap(({ benchmark, part, runs: numbers }) =>
    numbers.map((number) => JSON.stringify([benchmark, part, number])),
  );
  return new Set(runs).size;
}

/** "2 runs disturbed: clock 1,410 MHz under load, 1,980 MHz in the other runs"; nothing where none was. */
export function disturbedInWords(disturbances: readonly Disturbed[]): Sentence {
  if (disturbances.length === 0) return [];
  return [`${counted(runCount(disturbances), "run")} disturbed: ${causesInWords(disturbances)}`];
}

/** "clock 1,410 MHz under load, 1,980 MHz in the other runs, and 1 other finding"; empty where none was. */
export function causesInWords(disturbances: readonly Disturbed[]): string {
  const messages = [...new Set(disturbances.map(({ message }) => message))];
  const [first] = messages;
  if (first === undefined) return "";
  const others = messages.length === 1 ? "" : `, and ${counted(messages.length - 1, "other finding")}`;
  return clip(first, BRIEF) + others;
}

const PART_WORDS: Readonly<Record<Disturbed["part"], string>> = {
  measured: "",
  "paired-base": " of the base, in pairs",
  "paired-head": " of the head, in pairs",
  control: " of the control workload",
};

/** "runs 1, 2 and 3 of the base, in pairs". */
export function whichRuns({ part, runs }: Disturbed): string {
  const last = runs.at(-1);
  const numbers = runs.length < 2 ? `run ${last}` : `runs ${runs.slice(0, -1).join(", ")} and ${last}`;
  return numbers + PART_WORDS[part];
}
