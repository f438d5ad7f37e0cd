/** The action from its inputs to its last word in the log. */
import path from "node:path";
import { inspect } from "node:util";
import { describeError, UserError } from "./core/errors.ts";
import { parseInputs } from "./core/inputs.ts";
import { actionHost } from "./io/action-host.ts";
import { actionInput, annotate, log } from "./io/runner.ts";
import type { StopSignal } from "./io/stop-signal.ts";
import { runPipeline } from "./pipeline.ts";

/** False when the job fails; why stands in the log. */
export async function runAction(stop: StopSignal): Promise<boolean> {
  const failure = await failureOf(stop);
  if (failure !== null) annotate([{ level: "error", message: failure }]);
  return failure === null;
}

async function failureOf({ signal, hurry }: StopSignal): Promise<string | null> {
  try {
    const inputs = parseInputs(actionInput);
    const host = await actionHost(inputs, {
      harness: path.join(import.meta.dirname, "..", "harness"),
      token: actionInput("token") ?? "",
      signal,
      hurry,
    });
    const { report } = await runPipeline(inputs, host);
    if (signal.aborted) return "cancelled: the results so far are in the artifact";
    return report.gate.gate === "fail" ? `gate failed: ${report.gate.reason}` : null;
  } catch (error) {
    if (signal.aborted) return "cancelled";
    if (error instanceof UserError) return describeError(error);
    log(inspect(error));
    return `finetune-bench met a bug: ${describeError(error)}`;
  }
}
