/** Puts what was measured into the result of one job: the value that is stored, judged and uploaded. */
import { homedir } from "node:os";
import { withoutHome } from "../core/home.ts";
import type { LeftOut, Plan } from "../core/plan.ts";
import {
  jobResultSchema,
  RESULT_SCHEMA_VERSION,
  type Acceptance,
  type BenchmarkResult,
  type JobResult,
} from "../core/result.ts";
import { smallestEffect, type Suite } from "../core/suite.ts";
import type { Host } from "./host.ts";
import type { Machine } from "./machine.ts";
import type { MeasuredJob } from "./measure-job.ts";

export interface Assembly {
  readonly host: Pick<Host, "version"> & { readonly context: Pick<Host["context"], "job"> };
  readonly suite: Suite;
  readonly repeats: number;
  readonly machine: Omit<Machine, "python">;
  readonly plan: Pick<Plan, "skipped" | "failed" | "listed">;
  readonly measured: Pick<MeasuredJob, "benchmarks" | "measuredS" | "warnings"> & {
    readonly control: Pick<MeasuredJob["control"], "results">;
  };
  readonly startedAt: Date;
  /** Default: now. */
  readonly finishedAt?: Date;
  /** About the suite, where there is something to say. */
  readonly note: string | null;
  readonly accepted: readonly Acceptance[];
}

export function assembleResult({
  host,
  suite,
  repeats,
  machine,
  plan,
  measured,
  startedAt,
  finishedAt = new Date(),
  note,
  accepted,
}: Assembly): JobResult {
  const warnings = [
    ...(note === null ? [] : [note]),
    ...machine.probe.warnings,
    ...measured.warnings,
    ...plan.skipped.map((left) => `${left.id} was left out: ${left.reason}`),
  ];
  const result: JobResult = {
    schema: RESULT_SCHEMA_VERSION,
    version: host.version,
    job: { ...host.context.job, started_at: startedAt.toISOString(), finished_at: finishedAt.toISOString() },
    runner_key: machine.runnerKey,
    machine: machine.identity,
    drift: machine.probe.drift,
    suite: {
      name: suite.name,
      repeats,
      min_effect: smallestEffect(suite.judge["min-effect"]),
      max_tolerated: suite.judge["max-tolerated"],
      auto_tighten: suite.judge["min-effect"] === "auto",
      confirm: suite.judge.confirm,
      max_baseline_age_days: suite.judge["max-baseline-age"] / 86_400,
    },
    benchmarks: [...measured.benchmarks, ...plan.failed.map(refused)],
    listed: [...plan.listed],
    control: measured.control.results(),
    confirmation: null,
    accepted: [...accepted],
    measured_s: measured.measuredS,
    warnings: [],
  };
  return withWarnings(result, warnings);
}

/** With what became known later, each sentence once, and without what names the home folder. */
export function withWarnings(result: JobResult, more: readonly string[]): JobResult {
  const warnings = [...new Set([...result.warnings, ...more.map((text) => text.slice(0, 2000))])];
  return withoutHome(jobResultSchema, { ...result, warnings }, homedir());
}

/** A backend named by the input that this machine cannot run: a broken driver must not look green. */
function refused({ id, title, backend, reason }: LeftOut): BenchmarkResult {
  return {
    id,
    title,
    backend,
    work_hash: null,
    comparison_class: "strict",
    hyperparameters: {},
    software: null,
    metrics: [],
    runs: [],
    status: { state: "failed", reason: "backend-unavailable", message: reason },
    paired: null,
  };
}
