/** Entry of the action `authorize`: may this `/bench` comment start a measurement, and of which commit. */
import * as core from "@actions/core";
import { describeError, UserError } from "./core/errors.ts";
import { decideBench } from "./io/bench-command.ts";
import { actionInput, annotate, log, maskSecret } from "./io/runner.ts";

const token = actionInput("token") ?? "";
maskSecret(token);
try {
  const decision = await decideBench(process.env, token);
  core.setOutput("authorized", decision.accepted);
  core.setOutput("sha", decision.accepted ? decision.sha : "");
  core.setOutput("pull-request", decision.accepted ? decision.pullRequest : "");
  if (decision.accepted) log(`commit ${decision.sha} of pull request #${decision.pullRequest} is to be measured`);
  else annotate([{ level: "notice", message: `nothing is measured: ${decision.reason}` }]);
} catch (error) {
  const isBug = !(error instanceof UserError);
  const message = isBug ? `finetune-bench met a bug: ${describeError(error)}` : describeError(error);
  annotate([{ level: "error", message }]);
  if (isBug) console.error(error);
  process.exitCode = 1;
}
