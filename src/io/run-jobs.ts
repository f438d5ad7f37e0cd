/** The jobs of the newest attempt of a workflow run. */
import { runJobSchema, type RunJob } from "../core/silent-jobs.ts";
import type { WorkflowRun } from "../core/workflow-run.ts";
import type { GitHubApi } from "./github-api.ts";
import { apiFailure, describeFailure, withRetry } from "./retry.ts";

const PAGES = 10;

export interface ListedJobs {
  readonly jobs: readonly RunJob[];
  readonly warnings: readonly string[];
}

/** A report is possible without them, so what fails is a warning. */
export async function listJobs({ octokit, owner, repo }: GitHubApi, run: WorkflowRun): Promise<ListedJobs> {
  const jobs: RunJob[] = [];
  try {
    for (let page = 1; page <= PAGES; page++) {
      const query = { owner, repo, run_id: run.id, filter: "latest", per_page: 100, page } as const;
      const { data } = await withRetry(() => octokit.rest.actions.listJobsForWorkflowRun(query));
      jobs.push(...runJobSchema.array().parse(data.jobs));
      if (data.jobs.length < query.per_page) return { jobs, warnings: [] };
    }
    return { jobs, warnings: [`run ${run.id} has more than ${jobs.length} jobs: the others were not looked at`] };
  } catch (error) {
    const failure = describeFailure(apiFailure(error));
    const words = `the jobs of run ${run.id} could not be listed: ${failure}; a job that left no result may not be named`;
    return { jobs: [], warnings: [words] };
  }
}
