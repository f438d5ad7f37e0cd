/** A stored job of one runner, as the stores get it. */
import { identity } from "../../src/core/identity.ts";
import type { Qualification } from "../../src/core/qualification.ts";
import type { Job, JobResult } from "../../src/core/result.ts";
import { JUDGE_DEFAULTS, NOTHING_MORE } from "../support/judge-defaults.ts";

export const RUNNER = "apple-m4-max-64gb-3f2a";

/** A valid result without benchmarks; `minute` orders results in time. */
export function sampleResult(job: Partial<Job> = {}, minute = 0, runnerKey = RUNNER): JobResult {
  const at = new Date(Date.UTC(2026, 2, 4, 10, minute)).toISOString();
  return {
    schema: 1,
    version: "0.1.0",
    job: {
      repository: "ada/engine",
      run_id: `${9_000_000_000 + minute}`,
      attempt: 1,
      event: "push",
      ref: "refs/heads/main",
      sha: "9f8e7d6c5b4a39281706f5e4d3c2b1a098765432",
      dirty: false,
      pull_request: null,
      run_url: "https://github.com/ada/engine/actions/runs/9000000000",
      started_at: at,
      finished_at: at,
      ...job,
    },
    runner_key: runnerKey,
    machine: identity({ model: "Mac16,5", memory: "64 GB" }),
    drift: {},
    suite: { name: "finetune-bench.yml", repeats: 3, min_effect: 0.02, max_tolerated: 0.05, ...JUDGE_DEFAULTS },
    ...NOTHING_MORE,
    benchmarks: [],
    measured_s: 12,
    warnings: [],
  };
}

/** What the runner was found able to detect at that minute. */
export function sampleQualification(minute = 0, runnerKey = RUNNER): Qualification {
  return {
    schema: 1,
    version: "0.1.0",
    runner_key: runnerKey,
    made_at: new Date(Date.UTC(2026, 2, 4, 10, minute)).toISOString(),
    suite: "builtin:quick",
    machine: identity({ model: "Mac16,5", memory: "64 GB" }),
    benchmarks: [],
    disturbances: [],
    measured_s: 300,
  };
}
