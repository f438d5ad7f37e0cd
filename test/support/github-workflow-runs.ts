/** Workflow runs and their artifacts as the REST API shows them; the artifacts are those of the artifact server. */
import type { ArtifactServer, StoredArtifact } from "./artifact-server.ts";
import { type Call, type Handlers, page, param } from "./github-call.ts";
import { ApiError, notFound, repositoryJson, type RepositoryFacts, timestamp } from "./github-objects.ts";

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
}

export function workflowRunHandlers(
  facts: RepositoryFacts,
  runs: readonly WorkflowRun[],
  storage: ArtifactServer | undefined,
): Handlers {
  const url = `${facts.apiUrl}/repos/${facts.owner.login}/${facts.name}`;
  const html = `${facts.serverUrl}/${facts.owner.login}/${facts.name}`;
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
  const runJson = (run: WorkflowRun) => {
    const here = `${url}/actions/runs/${run.id}`;
    return {
      id: run.id,
      name: "bench",
      node_id: `WFR_${run.id}`,
      head_branch: run.headBranch,
      head_sha: run.headSha,
      path: run.path,
      display_title: "bench",
      run_number: 1,
      run_attempt: 1,
      event: run.event,
      status: run.status,
      conclusion: run.conclusion,
      workflow_id: 1,
      check_suite_id: 1,
      check_suite_node_id: "CS_1",
      url: here,
      html_url: `${html}/actions/runs/${run.id}`,
      pull_requests: [],
      created_at: timestamp(),
      updated_at: timestamp(),
      run_started_at: timestamp(),
      jobs_url: `${here}/jobs`,
      logs_url: `${here}/logs`,
      check_suite_url: `${url}/check-suites/1`,
      artifacts_url: `${here}/artifacts`,
      cancel_url: `${here}/cancel`,
      rerun_url: `${here}/rerun`,
      workflow_url: `${url}/actions/workflows/1`,
      head_commit: null,
      repository: repositoryJson(facts),
      head_repository: repositoryJson(facts),
    };
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
    "actions/get-workflow-run": (call) => ({ status: 200, body: runJson(runOf(call)) }),
    "actions/list-workflow-runs-for-repo": (call) => {
      const found = runs.filter((run) =>
        [
          ["branch", run.headBranch],
          ["event", run.event],
          ["head_sha", run.headSha],
        ].every(([name = "", value]) => [null, value].includes(call.query.get(name))),
      );
      const { items, headers } = page(call, facts.apiUrl, found);
      return { status: 200, body: { total_count: found.length, workflow_runs: items.map(runJson) }, headers };
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
