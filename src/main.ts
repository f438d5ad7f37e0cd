/** Entry of the action. */
import path from "node:path";
import * as core from "@actions/core";
import { describeError, UserError } from "./core/errors.ts";
import { parseInputs } from "./core/inputs.ts";
import { actionHost } from "./io/action-host.ts";
import { actionInput } from "./io/runner.ts";
import { stopSignal } from "./io/stop-signal.ts";
import { runPipeline } from "./pipeline.ts";

const stop = stopSignal();
try {
  const inputs = parseInputs(actionInput);
  const host = await actionHost(inputs, {
    harness: path.join(import.meta.dirname, "..", "harness"),
    token: actionInput("token") ?? "",
    signal: stop.signal,
  });
  const { report } = await runPipeline(inputs, host);
  if (stop.signal.aborted) core.setFailed("cancelled: the results so far are in the artifact");
  else if (report.gate.gate === "fail") core.setFailed(`gate failed: ${report.gate.reason}`);
} catch (error) {
  if (stop.signal.aborted) core.setFailed("cancelled");
  else if (error instanceof UserError) core.setFailed(describeError(error));
  else {
    core.setFailed(`finetune-bench met a bug: ${describeError(error)}`);
    console.error(error);
  }
} finally {
  stop[Symbol.dispose]();
}
