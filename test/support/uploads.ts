/** Runs of a workflow whose jobs uploaded whatever a test wants, without measuring anything. */
import { artifactName } from "../../src/core/artifact-name.ts";
import type { Job, JobResult } from "../../src/core/result.ts";
import type { BenchProject } from "./bench-project.ts";
import type { Account } from "./github-objects.ts";
import type { Pull } from "./github-repository.ts";
import type { WorkflowRun } from "./github-workflow-runs.ts";
import { benchmark, jobResult, MEMORY, TOKENS } from "./results.ts";
import { zip } from "./zip.ts";

export const MALLORY: Account = { login: "mallory", id: 666, type: "User" };

/** A run of the event, ended well. `head` is the commit that was pushed. */
export function addRun(
  project: BenchProject,
  run: Pick<WorkflowRun, "event" | "headBranch" | "headSha"> & Partial<WorkflowRun>,
): WorkflowRun {
  const id = run.id ?? Number(project.newRun());
  const known = project.github.runs.findIndex((other) => other.id === id);
  if (known !== -1) project.github.runs.splice(known, 1);
  const added = {
    backendId: `backend-${id}`,
    status: "completed",
    conclusion: "success",
    path: ".github/workflows/finetune-bench.yml",
    ...run,
    id,
  } as const;
  project.github.runs.push(added);
  return added;
}

/** The run of a pull request as it stands. */
export function addPullRun(project: BenchProject, pull: Pull, more: Partial<WorkflowRun> = {}): WorkflowRun {
  const { ref: headBranch, sha: headSha } = pull.head;
  return addRun(project, { event: "pull_request", headBranch, headSha, fork: pull.fork, ...more });
}

/** A branch with a commit of its own, and a pull request from it. */
export async function openPull(project: BenchProject, number: number, fork?: Account): Promise<Pull> {
  const { git, pulls } = project.github;
  if ((await git.resolve("main")) === null) await git.commit("main", { "README.md": "# engine\n" }, "first");
  const branch = `change-${number}`;
  if ((await git.resolve(branch)) === null) await git.run(["branch", branch, "main"]);
  await git.commit(branch, { [`change-${number}.txt`]: `${Math.random()}\n` }, "a change");
  return pulls.open({ number, head: branch, ...(fork === undefined ? {} : { fork }) });
}

/** What a job of the run measured: one quiet benchmark, whose speed is `speed`. */
export function resultOf(
  run: WorkflowRun,
  runnerKey: string,
  { speed = 100, job = {} }: { readonly speed?: number; readonly job?: Partial<Job> } = {},
): JobResult {
  const now = new Date().toISOString();
  const columns = [
    [TOKENS, [speed, speed * 1.001, speed * 0.999]],
    [MEMORY, [1e9, 1e9, 1e9]],
  ] as const;
  return jobResult(5, [benchmark(columns)], {
    runner_key: runnerKey,
    listed: ["lora.torch-cpu"],
    job: {
      repository: "ada/engine",
      run_id: `${run.id}`,
      attempt: run.attempt ?? 1,
      event: run.event,
      sha: run.headSha,
      started_at: now,
      finished_at: now,
      ...job,
    },
  });
}

export interface Upload {
  /** The name, where it is not the honest one. */
  readonly name?: string;
  /** The archive, where it is not an honest one. */
  readonly bytes?: Buffer;
}

/** Uploads a result as the action would, or as `upload` says. */
export function uploadResult(project: BenchProject, run: WorkflowRun, result: JobResult, upload: Upload = {}): void {
  const { runner_key, job, suite } = result;
  const name = upload.name ?? artifactName(runner_key, job.run_id, job.attempt, suite.name);
  const files = [
    { name: "result.json", content: JSON.stringify(result) },
    { name: "report.md", content: "# Everything is fine\n\n@everyone" },
    { name: "runs/lora.torch-cpu/head-1.log", content: "step 1\n" },
  ];
  project.artifacts.put(run.backendId, name, upload.bytes ?? zip(files));
}
