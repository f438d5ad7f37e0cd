/** A repository that uses the shipped action: pushes and pull requests, each run on one and the same runner. */
import { globSync } from "node:fs";
import { cp, copyFile, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { jobResultSchema, type JobResult } from "../../src/core/result.ts";
import { type ArtifactServer, startArtifacts } from "./artifact-server.ts";
import { type GitHub, type GitHubOptions, startGitHub } from "./github-server.ts";
import type { Pull } from "./github-repository.ts";
import { type ActionResult, type ActionRun, runAction } from "./runner.ts";

/** The machine of these tests is as quiet as they say, however busy the real one is. */
const QUIET_PYTHON = path.join(import.meta.dirname, "quiet-python");
const root = path.join(import.meta.dirname, "..", "..");

/** What a job with mode report is granted. */
const REPORTER = { actions: "read", checks: "write", contents: "write", "pull-requests": "write" } as const;

/** Settings of the noise model by benchmark, as in noisy-training.py. */
export type Noise = Readonly<Record<string, Readonly<Record<string, string | number>>>>;

export interface ProjectOptions extends GitHubOptions {
  /** Names of the benchmarks of the suite; each runs the noisy program under its own name. */
  readonly benchmarks?: readonly string[];
  /** Further lines of the suite file, at its top level. */
  readonly suite?: string;
  /** Backends of every benchmark. Default: torch-cpu. */
  readonly backends?: readonly string[];
  /** Longest time of a run by benchmark, as in the suite file. Default: a minute. */
  readonly timeouts?: Readonly<Record<string, string>>;
}

export interface Job {
  readonly result: ActionResult;
  /** The commit that was checked out. */
  readonly sha: string;
  readonly runId: string;
}

type JobOptions = Partial<Omit<ActionRun, "event" | "payload" | "workspace" | "home">>;

/** One repository, one runner, one action; dispose of it with `await using`. */
export class BenchProject {
  readonly github: GitHub;
  readonly artifacts: ArtifactServer;
  readonly workspace: string;
  /** Further files of every commit from now on, by path. */
  readonly extraFiles: Record<string, string> = {};
  private readonly folder: string;
  private readonly options: ProjectOptions;
  private runs = 0;

  private constructor(folder: string, github: GitHub, artifacts: ArtifactServer, options: ProjectOptions) {
    this.folder = folder;
    this.github = github;
    this.artifacts = artifacts;
    this.options = options;
    this.workspace = path.join(folder, "runner", "work", "engine", "engine");
  }

  static async create(options: ProjectOptions = {}): Promise<BenchProject> {
    const folder = await mkdtemp(path.join(tmpdir(), "bench project "));
    const artifacts = await startArtifacts(options.network);
    const github = await startGitHub({ ...options, artifacts });
    const project = new BenchProject(folder, github, artifacts, options);
    await copyAction(project.actionDir);
    await mkdir(project.locks);
    return project;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.github[Symbol.asyncDispose]();
    await this.artifacts[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Where the runner put the action: nothing of this project lies around it. */
  get actionDir(): string {
    return path.join(this.folder, "runner", "actions", "finetune-bench");
  }

  /** Where the jobs of this machine lock its devices. */
  get locks(): string {
    return path.join(this.folder, "locks");
  }

  /** Everything that went wrong between the action and the servers. */
  get violations(): string[] {
    return [...this.github.violations, ...this.artifacts.violations];
  }

  /** Merges a change to the default branch and runs the job of that push. */
  async push(noise: Noise, options: JobOptions = {}): Promise<Job> {
    const sha = await this.merge(noise);
    return this.run("push", await this.github.pushPayload("main", sha), sha, options);
  }

  /** Merges a change to the default branch and checks it out. */
  async merge(noise: Noise): Promise<string> {
    const sha = await this.github.git.commit("main", await this.files(noise), "a merge");
    await this.checkout(sha);
    return sha;
  }

  /** Opens or renews a pull request with a change and runs its job. */
  async pullRequest(number: number, noise: Noise, options: JobOptions = {}): Promise<Job> {
    const pull = await this.propose(number, noise);
    return this.run("pull_request", this.github.pullPayload(number), pull.mergeSha, options);
  }

  /** Opens or renews a pull request and checks its merge commit out. */
  async propose(number: number, noise: Noise): Promise<Pull> {
    const { git, pulls } = this.github;
    if ((await git.resolve("main")) === null) await git.commit("main", { "README.md": "# engine\n" }, "first");
    const branch = `change-${number}`;
    if ((await git.resolve(branch)) === null) await git.run(["branch", branch, "main"]);
    await git.commit(branch, await this.files(noise), "a change");
    const pull = await pulls.open({ number, head: branch });
    await this.checkout(pull.mergeSha);
    return pull;
  }

  /** Where the runs of a benchmark's job in progress are kept, once there is such a folder. */
  runsOf(benchmark: string): string | null {
    const [folder] = globSync(`finetune-bench/*/runs/${benchmark}`, { cwd: this.temp });
    return folder === undefined ? null : path.join(this.temp, folder);
  }

  /** `RUNNER_TEMP`. */
  get temp(): string {
    return path.join(this.folder, "runner", "temp");
  }

  /** The files of the history branch, by path. */
  async history(branch = "finetune-bench"): Promise<Map<string, JobResult>> {
    const files = new Map<string, JobResult>();
    for (const file of await this.github.git.files(branch)) {
      if (!file.endsWith(".json")) continue;
      files.set(file, jobResultSchema.parse(JSON.parse(await this.github.git.readFile(branch, file))));
    }
    return files;
  }

  /** For `GITHUB_SERVER_URL`: git fetches from there, and no client takes it for an Enterprise server, which has no artifacts. */
  get serverUrl(): string {
    const url = new URL(this.github.gitUrl);
    if (this.options.network === undefined) url.hostname = "github.localhost";
    return url.origin;
  }

  /** Runs the job of any event on a commit; of a run of its own unless one is named. */
  async run(event: string, payload: object, sha: string, options: JobOptions): Promise<Job> {
    const runId = options.runId ?? this.newRun();
    await this.checkout(sha);
    const result = await runAction({
      actionDir: this.actionDir,
      event,
      payload,
      workspace: this.workspace,
      home: path.join(this.folder, "runner"),
      github: this.github,
      artifacts: this.artifacts,
      runId,
      serverUrl: this.serverUrl,
      ...options,
      // Projects stand for machines of their own, which do not wait for each other.
      env: { FINETUNE_BENCH_LOCK_DIR: this.locks, ...options.env },
      inputs: { python: QUIET_PYTHON, ...options.inputs },
    });
    return { result, sha, runId };
  }

  /** The number of a run that is newer than all before. */
  newRun(): string {
    this.runs += 1;
    return `${9_000_000_000 + this.runs}`;
  }

  /** Runs a job with mode report on another machine, where nothing is checked out. */
  async report(event: string, payload: object, options: JobOptions = {}): Promise<Job> {
    const runId = options.runId ?? this.newRun();
    const home = await mkdtemp(path.join(this.folder, "reporter "));
    const workspace = path.join(home, "work");
    await mkdir(workspace);
    const result = await runAction({
      actionDir: this.actionDir,
      event,
      payload,
      workspace,
      home,
      github: this.github,
      artifacts: this.artifacts,
      serverUrl: this.serverUrl,
      token: this.github.issueToken(REPORTER),
      ...options,
      runId,
      inputs: { mode: "report", ...options.inputs },
    });
    return { result, sha: "", runId };
  }

  private async checkout(sha: string): Promise<void> {
    await rm(this.workspace, { recursive: true, force: true });
    await this.github.git.checkout(this.workspace, sha);
  }

  private async files(noise: Noise): Promise<Record<string, string>> {
    const benchmarks = (this.options.benchmarks ?? ["steady"]).map(
      (name) =>
        `  - name: ${name}\n    command: [python3, train.py, ${name}]\n    backends: [${(this.options.backends ?? ["torch-cpu"]).join(", ")}]\n` +
        `    timeout: ${this.options.timeouts?.[name] ?? "1m"}\n`,
    );
    return {
      "finetune-bench.yml": `version: 1\n${this.options.suite ?? ""}benchmarks:\n${benchmarks.join("")}`,
      "train.py": await readFile(path.join(import.meta.dirname, "noisy-training.py"), "utf8"),
      ...this.extraFiles,
      "noise.json": `${JSON.stringify(noise, null, 2)}\n`,
    };
  }
}

/** What a runner downloads of an action: the files of its repository that the entry needs, and no node_modules. */
export async function copyAction(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await cp(path.join(root, "authorize"), path.join(folder, "authorize"), { recursive: true });
  await copyFile(path.join(root, "action.yml"), path.join(folder, "action.yml"));
  await copyFile(path.join(root, "package.json"), path.join(folder, "package.json"));
  await cp(path.join(root, "dist"), path.join(folder, "dist"), { recursive: true });
  await cp(path.join(root, "harness", "src"), path.join(folder, "harness", "src"), { recursive: true });
  await cp(path.join(root, "harness", "requirements"), path.join(folder, "harness", "requirements"), {
    recursive: true,
  });
}

/** `report.json` of a results folder. */
export async function readReport(folder: string): Promise<unknown> {
  return JSON.parse(await readFile(path.join(folder, "report.json"), "utf8"));
}

/** `joint-report.json` of a results folder. */
export async function readJoint(folder: string): Promise<unknown> {
  return JSON.parse(await readFile(path.join(folder, "joint-report.json"), "utf8"));
}

/** `result.json` of a results folder. */
export async function readResult(folder: string): Promise<unknown> {
  return JSON.parse(await readFile(path.join(folder, "result.json"), "utf8"));
}

/** The one folder of results under a job's `results-path`, file by file. */
export async function resultFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name))).sort();
}
