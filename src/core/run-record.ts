/** One process's events and exit → its run record: outcome, one number per metric, and what the process saw of itself. */
import type { Metric } from "./metrics.ts";
import { sha256Hex } from "./hash.ts";
import { outcomeOf, type OutcomeInput } from "./outcome.ts";
import type { HarnessEvent } from "./protocol.ts";
import type { RunOutcome, RunRecord } from "./result.ts";
import { deriveMetrics, phasesOf, type RunMetrics, type Surroundings } from "./run-metrics.ts";

export interface RunInput extends OutcomeInput, Surroundings {
  /** From 1, in the order the runs were started. */
  readonly number: number;
}

export type EnvironmentEvent = Extract<HarnessEvent, { event: "environment" }>;

export interface MadeRun {
  readonly record: RunRecord;
  /** Of the values in the record, the primary one first; empty for a failed run. */
  readonly metrics: readonly Metric[];
  /** Null where the program said nothing of its environment, as a user's own command may. */
  readonly environment: EnvironmentEvent | null;
}

/** A record is stored for every run of every job: what a program may write without end is cut here. */
const MAX_NAMES = 200;
const MAX_WARNINGS = 20;

/** A failed run keeps its steps and phases, for the reader, but no values: they would not be those of the whole work. */
export function makeRunRecord(input: RunInput): MadeRun {
  const { exit, number, expected } = input;
  const { events } = input.events;
  const steps = events.filter((event) => event.event === "step").length;
  const derived = deriveMetrics(events, expected.backend, exit.durationS, input);
  const outcome = checked(derived, outcomeOf(input));
  const isOk = outcome.status === "ok";
  return {
    record: {
      number,
      outcome,
      values: isOk ? { ...derived.values } : {},
      steps,
      warmup_steps: derived.warmupSteps,
      loss_hash: isOk ? lossHash(events) : null,
      duration_s: exit.durationS,
      phases: Object.fromEntries(Object.entries(phasesOf(events)).slice(0, MAX_NAMES)),
      warnings: [...ownWarnings(events), ...(isOk ? derived.warnings : [])],
      disturbances: [],
    },
    metrics: isOk ? derived.metrics : [],
    environment: events.find((event) => event.event === "environment") ?? null,
  };
}

/** A run that ended well fails where its numbers are too many or cannot be. */
function checked({ metrics, fault }: RunMetrics, outcome: RunOutcome): RunOutcome {
  if (outcome.status === "failed") return outcome;
  if (fault !== null) return { status: "failed", reason: "check-failed", message: fault };
  if (metrics.length <= MAX_NAMES) return outcome;
  const message = `its events name ${metrics.length} metrics and phases; at most ${MAX_NAMES} are kept`;
  return { status: "failed", reason: "bad-events", message };
}

/** sha256 over one line `index loss` per step that tells a loss, numbers in their shortest exact form; null without any. */
function lossHash(events: readonly HarnessEvent[]): string | null {
  const losses = events
    .filter((event) => event.event === "step")
    .flatMap((step, index) => (step.loss === undefined ? [] : [`${index} ${step.loss}\n`]));
  return losses.length === 0 ? null : sha256Hex(losses.join(""));
}

function ownWarnings(events: readonly HarnessEvent[]): string[] {
  const said = events.flatMap((event) => (event.event === "warning" ? [event.message] : []));
  const throttled = new Set(events.flatMap((event) => (event.event === "device" ? (event.throttle ?? []) : [])));
  const warnings = [...new Set(said)];
  if (throttled.size > 0) warnings.unshift(`the device slowed itself down: ${[...throttled].join(", ").slice(0, 500)}`);
  return warnings.slice(0, MAX_WARNINGS);
}
