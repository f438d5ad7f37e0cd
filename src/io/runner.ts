/** The runner of GitHub Actions, as seen from the action: inputs, outputs, annotations, groups and the log. */
import { homedir } from "node:os";
import * as core from "@actions/core";
import type { Verdict } from "../core/comparison.ts";
import type { Gate } from "../core/gate.ts";
import { textWithoutHome } from "../core/home.ts";
import type { RawInputs } from "../core/inputs.ts";
import { harmless } from "./fence.ts";

/** The raw text of an input of the action; an empty one counts as not given. */
export const actionInput: RawInputs = (name) => core.getInput(name) || undefined;

export interface ActionOutputs {
  readonly verdict: Verdict;
  readonly gate: Gate;
  readonly "runner-key": string;
  readonly "baseline-saved": boolean;
  readonly "results-path": string;
  /** Empty where there is none. */
  readonly "artifact-url": string;
  readonly "comment-url": string;
  readonly "check-run-url": string;
}

export function setOutputs(outputs: ActionOutputs): void {
  for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value);
}

/** Registers a value that the log must never show. */
export function maskSecret(value: string): void {
  if (value !== "") core.setSecret(value);
}

export interface Annotation {
  readonly level: "error" | "warning" | "notice";
  readonly message: string;
  readonly title?: string;
  /** Path from the root of the repository, and a line from 1. */
  readonly file?: string;
  readonly line?: number;
}

/** The runner keeps this many of each level in a step and drops the rest without a word. */
const MOST_OF_A_LEVEL = 10;
/** It also cuts each message there. */
const LONGEST_MESSAGE = 4096;

/** Call it once per job: the limit is counted per call. What is beyond it goes to the log. */
export function annotate(annotations: readonly Annotation[]): void {
  for (const level of ["error", "warning", "notice"] as const) {
    const all = annotations.filter((annotation) => annotation.level === level);
    const shown = all.length > MOST_OF_A_LEVEL ? all.slice(0, MOST_OF_A_LEVEL - 1) : all;
    for (const annotation of shown) issue(annotation);
    const rest = all.slice(shown.length);
    if (rest.length > 0) issue({ level, message: `${rest.length} more of this kind are in the log of this step` });
    for (const annotation of rest) log(`${level}: ${annotation.title ?? ""} ${annotation.message}`);
  }
}

function issue({ level, message, title, file, line }: Annotation): void {
  const place = {
    ...(title === undefined ? {} : { title }),
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { startLine: line }),
  };
  const write = { error: core.error, warning: core.warning, notice: core.notice }[level];
  write(cut(textWithoutHome(message, homedir())), place);
}

function cut(message: string): string {
  return message.length <= LONGEST_MESSAGE ? message : `${message.slice(0, LONGEST_MESSAGE - 2)} …`;
}

/** A line of our own; foreign words inside it cannot become a command. */
export function log(text: string): void {
  core.info(harmless(textWithoutHome(text, homedir())));
}

/** Shown where somebody has switched debug logging on. */
export function debug(text: string): void {
  core.debug(harmless(text));
}

/** A foldable group of the log, closed when it is disposed. */
export function openGroup(title: string): Disposable {
  core.startGroup(title.replace(/\s+/g, " "));
  return { [Symbol.dispose]: () => core.endGroup() };
}
