/** A history made of one measured job: the same on earlier days, with other commits and other speeds. */
import type { JobResult, RunRecord } from "../../src/core/result.ts";
import { storedPath, storedText } from "../../src/core/stored-result.ts";
import type { BenchProject } from "./bench-project.ts";

const DAY_MS = 86_400_000;

/** The same job some days ago, on another commit, `factor` times as fast. */
export function earlier(job: JobResult, days: number, factor: number): JobResult {
  const at = (time: string): string => new Date(Date.parse(time) - days * DAY_MS).toISOString();
  const scaled = (run: RunRecord, index: number): RunRecord => {
    const wobble = factor * (1 + 0.001 * Math.sin(7 * days + index));
    const speeds = Object.entries(run.values).filter(([name]) => name === "tokens_per_second");
    return {
      ...run,
      values: { ...run.values, ...Object.fromEntries(speeds.map(([name, value]) => [name, value * wobble])) },
    };
  };
  return {
    ...job,
    job: {
      ...job.job,
      run_id: `${8_000_000_000 - days}`,
      sha: String(days).padStart(40, "0"),
      started_at: at(job.job.started_at),
      finished_at: at(job.job.finished_at),
    },
    benchmarks: job.benchmarks.map((benchmark) => ({ ...benchmark, runs: benchmark.runs.map(scaled) })),
  };
}

export async function store(project: BenchProject, jobs: readonly JobResult[]): Promise<void> {
  const files = Object.fromEntries(jobs.map((job) => [storedPath(job), storedText(job)]));
  await project.github.git.commit("finetune-bench", files, "earlier jobs");
}
