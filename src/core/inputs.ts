/** The inputs of the action and the options of the local command, parsed once. */
import { backendSchema, type Backend } from "./backend.ts";
import { parseDuration } from "./duration.ts";
import { didYouMean } from "./did-you-mean.ts";
import { UserError } from "./errors.ts";
import { FAIL_ON, type FailOn } from "./gate.ts";
import { inputNamed } from "./input-name.ts";

/** Which part of the line a job runs: all of it, up to the results, or from the results of other jobs on. */
export const MODES = ["full", "measure", "report"] as const;
export type Mode = (typeof MODES)[number];

export type CommentMode = "always" | "on-change" | "never";

export interface Inputs {
  readonly mode: Mode;
  /** A path or `builtin:NAME` as given; null: `finetune-bench.yml` where there is one, else `builtin:quick`. */
  readonly suite: string | null;
  /** Null: the ones of this machine's accelerator. */
  readonly backends: readonly Backend[] | null;
  readonly baseline: string;
  /** Seconds for measuring, installation excluded. */
  readonly timeBudget: number;
  readonly failOn: ReadonlySet<FailOn>;
  readonly comment: CommentMode;
  /** An interpreter used as it is; null: managed environments. */
  readonly python: string | null;
  /** The name of a pool of interchangeable machines; null: this machine's own key. */
  readonly runnerKey: string | null;
  readonly allowForks: boolean;
  /** The run whose artifacts are reported on; null: the one that triggered this run, else this run itself. */
  readonly runId: string | null;
}

/** Raw texts by input name; an empty text counts as not given. */
export type RawInputs = (name: string) => string | undefined;

export function parseInputs(raw: RawInputs): Inputs {
  const text = (name: string): string | null => raw(name)?.trim() || null;
  const budget = text("time-budget") ?? "30m";
  const timeBudget = parseDuration(budget);
  if (timeBudget === null) {
    throw new UserError(
      `${inputNamed("time-budget")}: must be a duration such as 90s, 10m or 1h30m; given ${JSON.stringify(budget)}`,
    );
  }
  const runnerKey = text("runner-key") ?? "auto";
  const runId = text("run-id");
  if (runId !== null && !/^[1-9][0-9]{0,15}$/.test(runId)) {
    throw new UserError(`input run-id: must be the number of a workflow run; given ${JSON.stringify(runId)}`);
  }
  return {
    mode: oneOf("mode", text("mode") ?? "full", MODES),
    suite: text("suite"),
    backends: parseBackends(text("backends") ?? "auto"),
    baseline: text("baseline") ?? "branch:finetune-bench",
    timeBudget,
    failOn: parseFailOn(text("fail-on") ?? "regression,failed"),
    comment: oneOf("comment", text("comment") ?? "always", ["always", "on-change", "never"]),
    python: text("python"),
    runnerKey: runnerKey === "auto" ? null : runnerKey,
    allowForks: oneOf("allow-forks", text("allow-forks") ?? "false", ["true", "false"]) === "true",
    runId,
  };
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== "");
}

function parseBackends(text: string): Backend[] | null {
  if (text === "auto") return null;
  return [...new Set(words(text).map((word) => oneOf("backends", word, backendSchema.options, ", or auto alone")))];
}

function parseFailOn(text: string): ReadonlySet<FailOn> {
  if (text === "never") return new Set();
  return new Set(words(text).map((word) => oneOf("fail-on", word, FAIL_ON, ", or never alone")));
}

function oneOf<T extends string>(input: string, given: string, accepted: readonly T[], more = ""): T {
  const match = accepted.find((value) => value === given);
  if (match !== undefined) return match;
  throw new UserError(
    `${inputNamed(input)}: ${JSON.stringify(given)} is not accepted; use ${accepted.join(", ")}${more}${didYouMean(given, accepted)}`,
  );
}
