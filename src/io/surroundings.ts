/** What every mode of the action works with: its job, GitHub's API, and the history on a branch. */
import path from "node:path";
import { parseBaselineInput } from "../core/baseline-input.ts";
import type { Inputs } from "../core/inputs.ts";
import { actionProgress } from "./action-progress.ts";
import type { BaselineStore } from "./baseline-store.ts";
import { answerWithin, connectGitHub, type GitHubApi } from "./github-api.ts";
import { readJobContext, type Environment, type JobContext } from "./job-context.ts";
import { openStore } from "./open-store.ts";
import type { Progress } from "./progress.ts";
import { maskSecret } from "./runner.ts";

export interface ActionOptions {
  /** The folder `harness/` of this program. */
  readonly harness: string;
  readonly token: string;
  readonly signal: AbortSignal;
  /** Aborts when a cancelled job has no time left for publishing. */
  readonly hurry: AbortSignal;
}

export interface Surroundings extends ActionOptions {
  readonly env: Environment;
  readonly workspace: string;
  /** Emptied with the job. */
  readonly scratch: string;
  readonly context: JobContext;
  readonly api: GitHubApi;
  readonly store: BaselineStore;
  readonly progress: Progress;
}

export async function readSurroundings(inputs: Inputs, options: ActionOptions): Promise<Surroundings> {
  const { token } = options;
  maskSecret(token);
  const { env } = process;
  const workspace = env["GITHUB_WORKSPACE"] ?? process.cwd();
  const context = await readJobContext({ env, cwd: workspace });
  const { serverUrl, apiUrl, defaultBranch } = context;
  const { repository } = context.job;
  const api = await connectGitHub({ token, repository, apiUrl, serverUrl, answerWithinS: answerWithin(env) });
  return {
    ...options,
    env,
    workspace,
    scratch: env["RUNNER_TEMP"] ?? path.join(workspace, ".finetune-bench"),
    context,
    api,
    store: openStore(parseBaselineInput(inputs.baseline), { cwd: workspace, api, defaultBranch }),
    progress: actionProgress(),
  };
}
