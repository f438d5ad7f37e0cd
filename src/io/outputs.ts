/** The outputs of the action, out of the reports of a job. */
import { VERDICTS } from "../core/comparison.ts";
import type { Gate } from "../core/gate.ts";
import type { JointReport } from "../core/joint.ts";
import type { ActionOutputs } from "./runner.ts";

export interface Places {
  readonly folder: string;
  readonly comment: string | null;
  readonly checkRun: string | null;
}

const GATES: readonly Gate[] = ["fail", "neutral", "pass"];

/** @param reports one for each suite, at least one */
export function outputsOf(reports: readonly JointReport[], { folder, comment, checkRun }: Places): ActionOutputs {
  const parts = reports.flatMap((joint) => joint.reports);
  return {
    verdict: VERDICTS.find((verdict) => reports.some(({ gate }) => gate.verdict === verdict)) ?? "inconclusive",
    gate: worstGate(reports),
    "runner-key": [...new Set(parts.map(({ runner_key }) => runner_key))].join(","),
    "baseline-saved": parts.length > 0 && parts.every(({ recorded }) => recorded === "yes"),
    "results-path": folder,
    "artifact-url": reports[0]?.links.artifact_url ?? "",
    "comment-url": comment ?? "",
    "check-run-url": checkRun ?? "",
  };
}

function worstGate(reports: readonly JointReport[]): Gate {
  return GATES.find((gate) => reports.some((joint) => joint.gate.gate === gate)) ?? "neutral";
}
