/** A repository whose workflow files are executed by act: a checkout with its commit, artifacts, and the runs GitHub knows. */
import { execa } from "execa";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { MINORS } from "../../src/io/usual-places.ts";
import { type ActResult, findAct, runAct } from "./act.ts";
import { BenchProject, type ProjectOptions } from "./bench-project.ts";
import { QUIET_PYTHON } from "./local-command.ts";
import type { Account } from "./github-objects.ts";
import type { Scope } from "./github-permissions.ts";

const root = path.join(import.meta.dirname, "..", "..");
export const CHECKOUT = "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd";
export const ACTION = "OWNER/finetune-bench@0000000000000000000000000000000000000000";

/** What GitHub knows of a run before its jobs begin. */
export interface ActEvent {
  readonly event: string;
  readonly payload: object;
  /** The commit of the event: what `github.sha` is, and what a checkout without a `ref` gives. */
  readonly sha: string;
  /** Head of the run as its list shows it: of a pull request its newest commit. Default: `sha`. */
  readonly headSha?: string;
  readonly headBranch?: string;
  readonly fork?: Account;
  /** Environments and weights are taken from this cache, by the machine's own interpreter. Default: none, and a quiet one. */
  readonly cache?: string;
}

export interface Executed extends ActResult {
  readonly runId: number;
}

const permissionsSchema = z.object({
  jobs: z.record(z.string(), z.object({ permissions: z.record(z.string(), z.enum(["read", "write"])) })),
});
const isScope = (name: string): name is Scope =>
  ["actions", "checks", "contents", "issues", "pull-requests"].includes(name);

export class ActProject {
  readonly project: BenchProject;
  private readonly act = findAct();
  private runs = 0;

  private constructor(project: BenchProject) {
    this.project = project;
  }

  static async create(options: ProjectOptions = {}): Promise<ActProject> {
    const acted = new ActProject(await BenchProject.create(options));
    await mkdir(acted.bin, { recursive: true });
    const real = await execa("python3", ["-c", "import sys; print(sys.executable)"]);
    // The newest name is found first, and quiet-python asks for the plainest.
    for (const name of [`python${MINORS[0]}`, "python3"]) {
      await writeFile(path.join(acted.bin, name), pythonOf(real.stdout), { mode: 0o755 });
    }
    return acted;
  }

  /** A machine that has never been seen: each further job of one run is on another. */
  private async freshMachines(): Promise<void> {
    await rm(path.join(this.bin, "machines"), { recursive: true, force: true });
    await mkdir(path.join(this.bin, "machines"));
  }

  /** Its python3 finds the machine as quiet as a test says; a workflow file for users names no other. */
  private get bin(): string {
    return path.join(this.project.temp, "..", "bin");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.project[Symbol.asyncDispose]();
  }

  /** Runs one event through a file of `workflows/`, or through one elsewhere, with no more permissions than it asks for. */
  async run(file: string, event: ActEvent): Promise<Executed> {
    const { github, artifacts, workspace, actionDir } = this.project;
    this.runs += 1;
    await this.freshMachines();
    const runId = 9_000_000_000 + this.runs;
    const text = await readFile(path.resolve(root, "workflows", file), "utf8");
    const workflow = path.join(this.project.temp, "..", path.basename(file));
    // act is older than `queue`, and concurrency means nothing to it.
    await writeFile(workflow, text.replaceAll(/^ +queue: max$/gm, ""));
    const run = {
      id: runId,
      backendId: `act-${runId}`,
      event: event.event,
      headBranch: event.headBranch ?? "main",
      headSha: event.headSha ?? event.sha,
      fork: event.fork ?? null,
      path: `.github/workflows/${path.basename(file)}`,
    };
    github.runs.push({ ...run, status: "in_progress", conclusion: null });
    const remote = new URL(github.gitUrl);
    remote.username = "x-access-token";
    remote.password = github.issueToken({ contents: "read" });
    const result = await runAct(this.act, {
      repository: workspace,
      workflow,
      event: event.event,
      payload: event.payload,
      github: { ...github, token: github.issueToken(permissionsOf(text)) },
      artifacts,
      actions: { [CHECKOUT]: path.join(root, "test", "support", "checkout"), [ACTION]: actionDir },
      runId: `${runId}`,
      serverUrl: this.project.serverUrl,
      path: event.cache === undefined ? [this.bin] : [],
      env: {
        CHECKOUT_REMOTE: remote.href,
        CHECKOUT_SHA: event.sha,
        FINETUNE_BENCH_LOCK_DIR: this.project.locks,
        ...(event.cache === undefined ? {} : { FINETUNE_BENCH_CACHE: event.cache }),
      },
    });
    const at = github.runs.findIndex(({ id }) => id === runId);
    github.runs[at] = { ...run, status: "completed", conclusion: result.code === 0 ? "success" : "failure" };
    return { ...result, runId };
  }
}

/** An interpreter on a machine as quiet as a test says. The first job that asks is on machine 1, the next on machine 2. */
function pythonOf(real: string): string {
  return `#!/bin/sh
export FINETUNE_BENCH_TEST_PYTHON="${real}"
case "$1 $2 $3" in
"-m finetune_bench probe")
  n=1
  while ! mkdir "$(dirname "$0")/machines/$n" 2>/dev/null; do n=$((n + 1)); done
  id=$(printf '%064d' "$n" | rev)
  "${QUIET_PYTHON}" "$@" | sed 's/"hardware_id_hash": [^,]*/"hardware_id_hash": "'"$id"'"/'
  ;;
*) exec "${QUIET_PYTHON}" "$@" ;;
esac
`;
}

/** Of all jobs together: act gives every job the same token. */
function permissionsOf(text: string): Partial<Record<Scope, "read" | "write">> {
  const granted: Partial<Record<Scope, "read" | "write">> = {};
  for (const { permissions } of Object.values(permissionsSchema.parse(parse(text)).jobs)) {
    for (const [name, level] of Object.entries(permissions)) {
      if (!isScope(name)) throw new Error(`the pretended GitHub knows no permission ${name}`);
      if (granted[name] !== "write") granted[name] = level;
    }
  }
  return granted;
}
