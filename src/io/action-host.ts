/** The world of a job that measures: a workflow job, its log, its token, and the history on a branch. */
import path from "node:path";
import type { Inputs } from "../core/inputs.ts";
import { VERSION } from "../core/version.ts";
import { baseOfJob, githubRemote } from "./base-commit.ts";
import { cacheFolder } from "./cache-folder.ts";
import type { Host } from "./host.ts";
import { publishReports, type Target } from "./publish.ts";
import { refuseFork } from "./refuse-fork.ts";
import type { Surroundings } from "./surroundings.ts";

export function actionHost(inputs: Inputs, surroundings: Surroundings): Host {
  const { context, api, env, workspace, signal, hurry, token } = surroundings;
  refuseFork(context, inputs.allowForks);
  const { job, serverUrl, pullRequest, commentOn, warnings } = context;
  const { answerWithinS } = api;
  const remote = githubRemote({ serverUrl, repository: job.repository, token, env, answerWithinS });
  const target: Target = {
    pullRequest: commentOn,
    headSha: pullRequest === null ? job.sha : pullRequest.headSha,
    isDefaultBranch: context.isDefaultBranch,
    runId: job.run_id,
    attempt: job.attempt,
  };
  return {
    context,
    version: VERSION,
    workspace,
    resultsRoot: path.join(surroundings.scratch, "finetune-bench"),
    cache: cacheFolder(env),
    harness: surroundings.harness,
    env,
    store: surroundings.store,
    // In a matrix the report that comes after all jobs saves for them.
    record: !context.isDefaultBranch ? "never" : inputs.mode === "full" ? "now" : "later",
    repeats: null,
    base: () => baseOfJob(context, workspace, remote, signal),
    remote,
    confirmBudgetS: Number.POSITIVE_INFINITY,
    progress: surroundings.progress,
    signal,
    publish: async (report, folder) => {
      const [published = report] = await publishReports([report], {
        folder,
        api,
        context,
        inputs,
        target,
        warnings,
        hurry,
      });
      return published;
    },
  };
}
