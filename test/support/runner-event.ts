/** What a runner derives from an event: ref, commit, branches, and the variables a step sees. */
import path from "node:path";
import * as z from "zod";

const pullSchema = z.object({
  pull_request: z.object({
    number: z.int(),
    merge_commit_sha: z.string(),
    head: z.object({ ref: z.string() }),
    base: z.object({ ref: z.string() }),
  }),
});
const pushSchema = z.object({ ref: z.string(), after: z.string() });

export interface EventFacts {
  readonly ref: string;
  readonly sha: string;
  readonly headRef: string;
  readonly baseRef: string;
}

/** Ref and commit of `pull_request` and `push` events from their payloads; others are told by `given`. */
export function eventFacts(event: string, payload: object, given: Partial<EventFacts> = {}): EventFacts {
  const none = { ref: "", sha: "", headRef: "", baseRef: "" };
  if (event.startsWith("pull_request")) {
    const { pull_request: pull } = pullSchema.parse(payload);
    const refs = { headRef: pull.head.ref, baseRef: pull.base.ref };
    return { ref: `refs/pull/${pull.number}/merge`, sha: pull.merge_commit_sha, ...refs, ...given };
  }
  if (event === "push") {
    const push = pushSchema.parse(payload);
    return { ...none, ref: push.ref, sha: push.after, ...given };
  }
  return { ...none, ...given };
}

export interface JobFacts {
  readonly event: string;
  readonly facts: EventFacts;
  readonly apiUrl: string;
  readonly serverUrl: string;
  readonly repository: string;
  readonly runId: string;
  readonly attempt: number;
  readonly workspace: string;
  readonly runnerName: string;
  /** Holds `temp`, `tools` and the files of the commands. */
  readonly home: string;
  readonly trackingId: string;
}

/** `GITHUB_*` and `RUNNER_*` of a self-hosted runner on Linux, without the paths of the command files. */
export function jobVariables(job: JobFacts): Record<string, string> {
  const [owner = ""] = job.repository.split("/");
  const workflow = `${job.repository}/.github/workflows/finetune-bench.yml@${job.facts.ref}`;
  return {
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_ACTION: "__self",
    GITHUB_ACTION_REF: "",
    GITHUB_ACTION_REPOSITORY: "",
    GITHUB_ACTOR: "ada",
    GITHUB_ACTOR_ID: "1815",
    GITHUB_API_URL: job.apiUrl,
    GITHUB_BASE_REF: job.facts.baseRef,
    GITHUB_EVENT_NAME: job.event,
    GITHUB_EVENT_PATH: path.join(job.home, "temp", "_github_workflow", "event.json"),
    GITHUB_GRAPHQL_URL: `${job.apiUrl}/graphql`,
    GITHUB_HEAD_REF: job.facts.headRef,
    GITHUB_JOB: "bench",
    GITHUB_REF: job.facts.ref,
    GITHUB_REF_NAME: job.facts.ref.replace(/^refs\/(?:heads|tags|pull)\//, ""),
    GITHUB_REF_PROTECTED: "false",
    GITHUB_REF_TYPE: "branch",
    GITHUB_REPOSITORY: job.repository,
    GITHUB_REPOSITORY_ID: "990000001",
    GITHUB_REPOSITORY_OWNER: owner,
    GITHUB_REPOSITORY_OWNER_ID: "4242",
    GITHUB_RETENTION_DAYS: "90",
    GITHUB_RUN_ATTEMPT: `${job.attempt}`,
    GITHUB_RUN_ID: job.runId,
    GITHUB_RUN_NUMBER: "12",
    GITHUB_SERVER_URL: job.serverUrl,
    GITHUB_SHA: job.facts.sha,
    GITHUB_TRIGGERING_ACTOR: "ada",
    GITHUB_WORKFLOW: "finetune-bench",
    GITHUB_WORKFLOW_REF: workflow,
    GITHUB_WORKFLOW_SHA: job.facts.sha,
    GITHUB_WORKSPACE: job.workspace,
    RUNNER_ARCH: process.arch === "arm64" ? "ARM64" : "X64",
    RUNNER_ENVIRONMENT: "self-hosted",
    RUNNER_NAME: job.runnerName,
    RUNNER_OS: "Linux",
    RUNNER_TEMP: path.join(job.home, "temp"),
    RUNNER_TOOL_CACHE: path.join(job.home, "tools"),
    RUNNER_TRACKING_ID: job.trackingId,
    RUNNER_WORKSPACE: path.dirname(job.workspace),
  };
}
