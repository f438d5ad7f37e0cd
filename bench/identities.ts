/** Stored numbers of another machine, software or work: they must never be compared with, whatever they say. */
import { findSeries } from "../src/core/baseline.ts";
import { identity } from "../src/core/identity.ts";
import { judgeText } from "../src/core/judge-file.ts";
import type { BenchmarkResult, JobResult } from "../src/core/result.ts";
import { benchmark, jobResult, TOKENS } from "../test/support/results.ts";
import { drawCase, type DrawnCase } from "./draw.ts";
import { PROFILES } from "./machine.ts";
import { randomNamed, type Random } from "./random.ts";
import type { StepNoise } from "./steps.ts";

export interface IdentityTally {
  readonly cases: number;
  /** Not compared with what is foreign, neither by a job nor by the judge's files. */
  readonly kept: number;
}

/** Half of the histories are all foreign; in the others foreign jobs stand among the candidate's own. */
export function tallyIdentities(name: string, cases: number, steps: StepNoise): IdentityTally {
  const random = randomNamed(name);
  let kept = 0;
  for (let number = 0; number < cases; number++) {
    const profile = PROFILES[number % PROFILES.length] ?? "gauss";
    const situation = { profile, cv: 0.01, jobs: 1 + random.below(12), effect: random.uniform() < 0.5 ? 0 : -0.1 };
    const drawn = drawCase(random, situation, steps, number);
    const isForeign = drawn.judged.history.map(() => number % 2 === 0 || random.uniform() < 0.5);
    if (filesKeepApart(drawn, isForeign) && jobsKeepApart(random, drawn, isForeign)) kept += 1;
  }
  return { cases, kept };
}

/** A history with foreign jobs says what it says without them; one that is all foreign says nothing. */
function filesKeepApart({ judged, pairs }: DrawnCase, isForeign: readonly boolean[]): boolean {
  const { name, unit, direction } = judged.metric;
  const jobs = judged.history.map((runs, index) => ({
    fingerprint: isForeign[index] === true ? "other" : "own",
    repeats: samples(runs),
  }));
  const isAllForeign = !isForeign.includes(false);
  const given = {
    id: "case",
    metric: { name, unit, direction, class: "throughput" },
    fingerprint: "own",
    candidate: { repeats: samples(judged.candidate) },
    paired: { base: samples(pairs.base), head: samples(pairs.head), order: "ABBAABBAABBAABBAABBA" },
  };
  const own = jobs.filter(({ fingerprint }) => fingerprint === "own");
  const [all, without] = [jobs, own].map((history) => {
    const output = judgeText(JSON.stringify({ protocol: 1, kind: "decide", cases: [{ ...given, history }] }));
    return "verdicts" in output ? output.verdicts[0] : undefined;
  });
  if (isAllForeign) return all?.verdict === "inconclusive" && all.effect === null;
  const gist = (row: typeof all): string => JSON.stringify({ ...row, warnings: [] });
  return all !== undefined && gist(all) === gist(without);
}

/** A job's series holds its own results alone, or there is none. */
function jobsKeepApart(random: Random, { judged }: DrawnCase, isForeign: readonly boolean[]): boolean {
  const stored = judged.history.map((runs, index): JobResult => {
    const foreign = isForeign[index] === true ? 1 + random.below(3) : 0;
    const changes =
      foreign === 1
        ? { software: identity({ python: "3.13", torch: "2.14.0" }) }
        : foreign === 2
          ? { work_hash: "b".repeat(64) }
          : {};
    const machine = foreign === 3 ? { machine: identity({ model: "Z790" }) } : {};
    return jobResult(index + 1, [measure(runs, changes)], machine);
  });
  const candidate = measure(judged.candidate);
  const { machine } = jobResult(31, [candidate]);
  const series = findSeries(stored, candidate, machine);
  if (!isForeign.includes(false)) return series.state === "incomparable" && series.differences.length > 0;
  const own = stored.filter((_, index) => isForeign[index] === false).map(({ job }) => job.run_id);
  return series.state === "found" && series.jobs.map(({ job }) => job.run_id).join() === own.join();
}

function samples(values: readonly number[]): object[] {
  return values.map((value) => ({ value }));
}

function measure(values: readonly number[], changes: Partial<BenchmarkResult> = {}): BenchmarkResult {
  return benchmark([[TOKENS, values]], changes);
}
