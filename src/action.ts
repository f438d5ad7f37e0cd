/** The action from its inputs to its last word in the log. */
import path from "node:path";
import { inspect } from "node:util";
import { describeError, UserError } from "./core/errors.ts";
import { parseInputs, type Inputs } from "./core/inputs.ts";
import type { JointReport } from "./core/joint.ts";
import { actionHost } from "./io/action-host.ts";
import { actionReportHost } from "./io/report-host.ts";
import { actionInput, annotate, log } from "./io/runner.ts";
import type { StopSignal } from "./io/stop-signal.ts";
import { readSurroundings, type Surroundings } from "./io/surroundings.ts";
import { runPipeline } from "./pipeline.ts";
import { runReportLine } from "./report-line.ts";

/** False when the job fails; why stands in the log. */
export async function runAction(stop: StopSignal): Promise<boolean> {
  const failure = await failureOf(stop);
  if (failure !== null) annotate([{ level: "error", message: failure }]);
  return failure === null;
}

async function failureOf({ signal, hurry }: StopSignal): Promise<string | null> {
  try {
    const inputs = parseInputs(actionInput);
    const surroundings = await readSurroundings(inputs, {
      harness: path.join(import.meta.dirname, "..", "harness"),
      token: actionInput("token") ?? "",
      signal,
      hurry,
    });
    const reports = await reportsOf(inputs, surroundings);
    if (signal.aborted) return "cancelled: the results so far are in the artifact";
    // One runner's part of a matrix sets no gate.
    if (inputs.mode === "measure") return null;
    const failed = reports.find(({ gate }) => gate.gate === "fail");
    return failed === undefined ? null : `gate failed: ${failed.gate.reason}`;
  } catch (error) {
    if (signal.aborted) return "cancelled";
    if (error instanceof UserError) return describeError(error);
    log(inspect(error));
    return `finetune-bench met a bug: ${describeError(error)}`;
  }
}

async function reportsOf(inputs: Inputs, surroundings: Surroundings): Promise<readonly JointReport[]> {
  if (inputs.mode === "report") {
    return (await runReportLine(inputs, await actionReportHost(inputs, surroundings))).reports;
  }
  return [(await runPipeline(inputs, actionHost(inputs, surroundings))).report];
}
