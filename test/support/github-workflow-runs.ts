/** Workflow runs and their artifacts as the REST API shows them; the artifacts are those of the artifact server. */
import type { ArtifactServer, StoredArtifact } from "./artifact-server.ts";
import { type Call, type Handlers, page, param } from "./github-call.ts";
import {
  type Account,
  ApiError,
  notFound,
  repositoryJson,
  type RepositoryFacts,
  timestamp,
  userJson,
} from "./github-objects.ts";

export interface WorkflowRun {
  readonly id: number;
  /** Backend id under which its artifacts were uploaded: the run of the runtime token. */
  readonly backendId: string;
  readonly event: string;
  readonly headBranch: string;
  readonly headSha: string;
  readonly status: "queued" | "in_progress" | "completed";
  readonly conclusion: "success" | "failure" | "cancelled" | null;
  /** Workflow file: `.github/workflows/bench.yml`. */
  readonly path: string;
  /** Newest attempt. Default 1. */
  readonly attempt?: number;
  /** Of the newest attempt. Default none. */
  readonly jobs?: readonly RunJob[];
  /** Owner of the fork its commit is from. */
  readonly fork?: Account | null;
}

export interface RunJob {
  readonly name: string;
  readonly status?: "queued" | "in_progress" | "completed";
  readonly conclusion: "success" | "failure" | "cancelled" | "skipped" | "timed_out" | null;
  /** What each step came to; null where nobody heard of its end. None where no runner took the job. */
  readonly steps?: Readonly<Record<string, "success" | "failure" | "cancelled" | "skipped" | null>>;
}

/** A run as the API and the payloads of events show it. */
export function runJson(facts: RepositoryFacts, run: WorkflowRun): object {
  const url = `${facts.apiUrl}/repos/${facts.owner.login}/${facts.name}`;
  const html = `${facts.serverUrl}/${facts.owner.login}/${facts.name}`;
  const here = `${url}/actions/runs/${run.id}`;
  const fork = run.fork ?? null;
  return {
    id: run.id,
    name: "bench",
    node_id: `WFR_${run.id}`,
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.path,
    display_title: "bench",
    run_number: 1,
    run_attempt: run.attempt ?? 1,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: 1,
    check_suite_id: 1,
    check_suite_node_id: "CS_1",
    url: here,
    html_url: `${html}/actions/runs/${run.id}`,
    // GitHub names no pull request of a fork here, and a client must not rely on the others.
    pull_requests: [],
    created_at: "2026-01-01T00:00:00Z",
    updated_at: timestamp(),
    run_started_at: "2026-01-01T00:00:00Z",
    jobs_url: `${here}/jobs`,
    logs_url: `${here}/logs`,
    check_suite_url: `${url}/check-suites/1`,
    artifacts_url: `${here}/artifacts`,
    cancel_url: `${here}/cancel`,
    rerun_url: `${here}/rerun`,
    workflow_url: `${url}/actions/workflows/1`,
    head_commit: null,
    repository: repositoryJson(facts),
    head_repository: repositoryJson(fork === null ? facts : { ...facts, owner: fork, id: facts.id + 1, fork: true }),
  };
}

/** One of its jobs, which GitHub numbers through; `index` is its place in the run. */
function jobJson(facts: RepositoryFacts, run: WorkflowRun, job: RunJob, index: number): object {
  const url = `${facts.apiUrl}/repos/${facts.owner.login}/${facts.name}`;
  const id = run.id * 1000 + index;
  const time = "2026-01-01T00:00:00Z";
  const isDone = (job.status ?? "completed") === "completed";
  return {
    id,
    run_id: run.id,
    run_url: `${url}/actions/runs/${run.id}`,
    run_attempt: run.attempt ?? 1,
    node_id: `CR_${id}`,
    head_sha: run.headSha,
    head_branch: run.headBranch,
    workflow_name: "bench",
    url: `${url}/actions/jobs/${id}`,
    html_url: `${facts.serverUrl}/${facts.owner.login}/${facts.name}/actions/runs/${run.id}/job/${id}`,
    status: job.status ?? "completed",
    conclusion: job.conclusion,
    created_at: time,
    started_at: time,
    completed_at: isDone ? time : null,
    name: job.name,
    steps: Object.entries(job.steps ?? {}).map(([name, conclusion], step) => ({
      name,
      status: conclusion === null ? "in_progress" : "completed",
      conclusion,
      number: step + 1,
      started_at: time,
      completed_at: conclusion === null ? null : time,
    })),
    check_run_url: `${url}/check-runs/${id}`,
    labels: ["self-hosted"],
    runner_id: 1,
    runner_name: "box",
    runner_group_id: 1,
    runner_group_name: "Default",
  };
}

/** The payload of a `workflow_run` event that tells the end of a run. */
export function workflowRunPayload(facts: RepositoryFacts, run: WorkflowRun): object {
  return {
    action: "completed",
    workflow_run: runJson(facts, run),
    repository: repositoryJson(facts),
    sender: userJson(run.fork ?? { login: "ada", id: 1815, type: "User" }),
  };
}

export function workflowRunHandlers(
  facts: RepositoryFacts,
  runs: readonly WorkflowRun[],
  storage: ArtifactServer | undefined,
): Handlers {
  const url = `${facts.apiUrl}/repos/${facts.owner.login}/${facts.name}`;
  const runOf = (call: Call) => {
    const found = runs.find((run) => run.id === Number(param(call, "run_id")));
    if (found === undefined) throw notFound();
    return found;
  };
  const artifactOf = (call: Call) => {
    const id = Number(param(call, "artifact_id"));
    const found = storage?.artifacts().find((artifact) => artifact.id === id);
    if (found === undefined) throw notFound();
    return found;
  };
  const artifactJson = (artifact: StoredArtifact) => {
    const here = `${url}/actions/artifacts/${artifact.id}`;
    const run = runs.find((entry) => entry.backendId === artifact.run);
    return {
      id: artifact.id,
      node_id: `A_${artifact.id}`,
      name: artifact.name,
      size_in_bytes: artifact.finalized?.size ?? 0,
      digest: artifact.finalized?.digest ?? null,
      url: here,
      archive_download_url: `${here}/zip`,
      expired: false,
      created_at: artifact.createdAt,
      updated_at: artifact.createdAt,
      expires_at: artifact.expiresAt ?? timestamp(new Date(Date.now() + 90 * 86_400_000)),
      workflow_run:
        run === undefined
          ? null
          : {
              id: run.id,
              repository_id: facts.id,
              head_repository_id: facts.id,
              head_branch: run.headBranch,
              head_sha: run.headSha,
            },
    };
  };
  const artifactPage = (call: Call, all: readonly StoredArtifact[]) => {
    const name = call.query.get("name");
    const found = all.filter((artifact) => name === null || artifact.name === name);
    const { items, headers } = page(call, facts.apiUrl, found);
    return { status: 200, body: { total_count: found.length, artifacts: items.map(artifactJson) }, headers };
  };
  return {
    "actions/get-workflow-run": (call) => ({ status: 200, body: runJson(facts, runOf(call)) }),
    "actions/list-workflow-runs-for-repo": (call) => {
      const found = runs.filter((run) =>
        [
          ["branch", run.headBranch],
          ["event", run.event],
          ["head_sha", run.headSha],
        ].every(([name = "", value]) => [null, value].includes(call.query.get(name))),
      );
      const { items, headers } = page(call, facts.apiUrl, found);
      return {
        status: 200,
        body: { total_count: found.length, workflow_runs: items.map((run) => runJson(facts, run)) },
        headers,
      };
    },
    "actions/list-jobs-for-workflow-run": (call) => {
      const run = runOf(call);
      const jobs = (run.jobs ?? []).map((job, index) => jobJson(facts, run, job, index));
      const { items, headers } = page(call, facts.apiUrl, jobs);
      return { status: 200, body: { total_count: jobs.length, jobs: items }, headers };
    },
    "actions/list-workflow-run-artifacts": (call) =>
      artifactPage(call, storage?.artifacts(runOf(call).backendId) ?? []),
    "actions/list-artifacts-for-repo": (call) => artifactPage(call, storage?.artifacts() ?? []),
    "actions/get-artifact": (call) => ({ status: 200, body: artifactJson(artifactOf(call)) }),
    "actions/download-artifact": (call) => {
      if (param(call, "archive_format") !== "zip") throw new ApiError(422, "archive_format must be zip");
      const artifact = artifactOf(call);
      return { status: 302, headers: { location: storage?.signedUrl(artifact) ?? "" } };
    },
  };
}
