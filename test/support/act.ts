/**
 * Runs a workflow file with act on this machine, without containers: needs, conditions, checkout and the action as act
 * understands them. act knows nothing of event filters, concurrency, permissions and cancellation.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import * as z from "zod";
import { BUILD_COMMAND, goTool } from "../../scripts/build-tools.ts";
import type { ArtifactServer } from "./artifact-server.ts";

export interface ActRun {
  /** A git checkout; act reads commit and remote from it. */
  readonly repository: string;
  /** The workflow file, in the repository or outside. */
  readonly workflow: string;
  readonly event: string;
  readonly payload: object;
  readonly github: { readonly apiUrl: string; readonly fullName: string; readonly token: string };
  readonly artifacts: ArtifactServer;
  /** `owner/name@ref` → folder, for actions that are not fetched. */
  readonly actions: Readonly<Record<string, string>>;
  readonly runId: string;
  /** Where git finds the repository; its name must end with `.localhost` to be taken for github.com's. */
  readonly serverUrl: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Folders that come before those of this machine's PATH. */
  readonly path?: readonly string[];
}

export interface ActResult {
  readonly code: number;
  /** Job → "success", "failure", "skipped"; every job act considered. */
  readonly jobs: Readonly<Record<string, string>>;
  /** Steps that ran, as `job/step`, with their results. */
  readonly steps: Readonly<Record<string, string>>;
  /** Outputs of all steps. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly summaries: readonly string[];
  /** Everything act printed. */
  readonly log: string;
}

const lineSchema = z.object({
  msg: z.string().default(""),
  job: z
    .string()
    .default("")
    .transform((job) => job.trim()),
  jobID: z.string().optional(),
  jobResult: z.string().optional(),
  step: z.string().optional(),
  /** Main, or Post: what an action does when its job ends, under the name of the same step. */
  stage: z.string().optional(),
  stepResult: z.string().optional(),
  command: z.string().optional(),
  name: z.string().optional(),
  arg: z.string().optional(),
  content: z.string().optional(),
});

/** Path of act, which the slow tier builds first. @throws Error that names the build command. */
export function findAct(): string {
  const tool = goTool("act");
  if (tool === null) throw new Error(`act is not built (needs Go): ${BUILD_COMMAND} act`);
  return tool;
}

/** Runs one event through one workflow file. Everything it writes beside the repository lies in a temporary HOME. */
export async function runAct(act: string, run: ActRun): Promise<ActResult> {
  if (!process.version.startsWith("v24.")) throw new Error(`the action needs Node 24, this is ${process.version}`);
  const home = await mkdtemp(path.join(tmpdir(), "act-home-"));
  try {
    const payload = path.join(home, "event.json");
    await writeFile(payload, JSON.stringify(run.payload));
    await mkdir(path.join(home, "tools"));
    const env = {
      GITHUB_API_URL: run.github.apiUrl,
      GITHUB_SERVER_URL: run.serverUrl,
      GITHUB_REPOSITORY: run.github.fullName,
      GITHUB_RUN_ID: run.runId,
      RUNNER_NAME: "act",
      RUNNER_ENVIRONMENT: "self-hosted",
      RUNNER_TOOL_CACHE: path.join(home, "tools"),
      ...run.artifacts.environment(`act-${run.runId}`),
      ...run.env,
    };
    const options: Record<string, string> = {
      "--workflows": run.workflow,
      "--eventpath": payload,
      "--actor": "ada",
      "--secret": `GITHUB_TOKEN=${run.github.token}`,
    };
    const args = [
      run.event,
      "--no-cache-server",
      // act would copy the repository instead, without its .git.
      "--no-skip-checkout",
      ...["self-hosted", "ubuntu-latest"].flatMap((label) => ["--platform", `${label}=-self-hosted`]),
      "--json",
      "--rm",
      ...Object.entries(options).flat(),
      ...Object.entries(env).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
      ...Object.entries(run.actions).flatMap(([name, folder]) => ["--local-repository", `${name}=${folder}`]),
    ];
    // act takes the first Node of the PATH for `using: node24`; the host's own environment must not leak in.
    const folders = (process.env["PATH"] ?? "")
      .split(path.delimiter)
      .filter((folder) => !folder.includes("node_modules"));
    const PATH = [path.dirname(process.execPath), ...(run.path ?? []), ...folders].join(path.delimiter);
    const { exitCode, all } = await execa(act, args, {
      cwd: run.repository,
      env: { HOME: home, PATH, LANG: "C.UTF-8", ...pyenv() },
      extendEnv: false,
      all: true,
      reject: false,
      timeout: 1_200_000,
    });
    return { code: exitCode ?? -1, ...read(all), log: all };
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** With another HOME the shims of pyenv would look for their versions in the wrong place. */
function pyenv(): Record<string, string> {
  const folder = process.env["PYENV_ROOT"] ?? path.join(process.env["HOME"] ?? "", ".pyenv");
  return { PYENV_ROOT: folder };
}

function read(log: string): Pick<ActResult, "jobs" | "steps" | "outputs" | "summaries"> {
  const jobs: Record<string, string> = {};
  const steps: Record<string, string> = {};
  const outputs: Record<string, string> = {};
  const summaries: string[] = [];
  for (const text of log.split("\n")) {
    if (!text.startsWith("{")) continue;
    const line = lineSchema.parse(JSON.parse(text));
    const job = line.jobID ?? line.job;
    if (line.jobResult !== undefined) jobs[job] = line.jobResult;
    const step = `${job}/${line.stage === "Post" ? "Post " : ""}${line.step ?? ""}`;
    if (line.stepResult !== undefined) steps[step] = line.stepResult;
    if (line.command === "set-output") outputs[line.name ?? ""] = line.arg ?? "";
    if (line.command === "summary") summaries.push(line.content ?? "");
  }
  return { jobs, steps, outputs, summaries };
}
