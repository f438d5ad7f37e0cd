/** The action from its inputs to its last word in the log. */
import path from "node:path";
import { inspect } from "node:util";
import { describeError, UserError } from "./core/errors.ts";
import { parseInputs } from "./core/inputs.ts";
import { actionHost } from "./io/action-host.ts";
import { actionInput, annotate, log } from "./io/runner.ts";
import { runPipeline } from "./pipeline.ts";

/** False when the job fails; why stands in the log. */
export async function runAction(signal: AbortSignal): Promise<boolean> {
  const failure = await failureOf(signal);
  if (failure !== null) annotate([{ level: "error", message: failure }]);
  return failure === null;
}

async function failureOf(signal: AbortSignal): Promise<string | null> {
  try {
    const inputs = parseInputs(actionInput);
    const host = await actionHost(inputs, {
      harness: path.join(import.meta.dirname, "..", "harness"),
      token: actionInput("token") ?? "",
      signal,
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
