/** What `init` finds out by itself: the machine, the repository, its default branch, its programs, and this program's own release. */
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { BUILTIN_SUITES } from "../core/builtin-suites.ts";
import { shippedCatalogue } from "../core/catalogue.ts";
import type { Probe } from "../core/environment.ts";
import { deviceName, memoryText } from "../core/identity.ts";
import {
  gitHubRepository,
  runnerLabels,
  type InitBenchmark,
  type InitSuite,
  type InitWorkflow,
} from "../core/init-files.ts";
import { automaticBackends } from "../core/plan.ts";
import type { WorkloadEntry } from "../core/suite.ts";
import { parseSuite } from "../core/suite-parse.ts";
import { formatDuration, formatValue } from "../core/units.ts";
import { VERSION } from "../core/version.ts";
import { gitAt, type Git } from "./git.ts";
import { estimateRun, type Harness } from "./harness.ts";
import { scratchFolder } from "./scratch.ts";

/** Of the device's memory: room for the driver, the framework, and what the estimate forgets. */
const SHARE_OF_MEMORY = 0.7;
/** A run of this many seconds leaves time for pairs within the usual budget. */
const LONGEST_RUN_S = 180;

export interface Repository {
  readonly folder: string;
  readonly isGit: boolean;
  readonly branch: string;
}

/** The repository around a folder, or the folder itself where there is none. */
export async function readRepository(cwd: string): Promise<Repository> {
  const git = gitAt(cwd, { workspace: false });
  const root = await git.query("rev-parse", "--show-toplevel");
  return { folder: root ?? cwd, isGit: root !== null, branch: await defaultBranch(git) };
}

/** As the remote names it, else a branch of the usual names, else the one that is checked out. */
async function defaultBranch(git: Git): Promise<string> {
  const remote = await git.query("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD");
  if (remote !== null) return remote.replace(/^origin\//, "");
  for (const name of ["main", "master"]) {
    if ((await git.query("rev-parse", "--verify", "--quiet", `refs/heads/${name}`)) !== null) return name;
  }
  return (await git.query("symbolic-ref", "--quiet", "--short", "HEAD")) ?? "main";
}

export async function readSuiteFacts(probe: Probe, repository: Repository, harness: Harness): Promise<InitSuite> {
  const backends = automaticBackends(probe);
  const benchmarks: InitBenchmark[] = [];
  const { workloads } = shippedCatalogue();
  for (const entry of parseSuite(BUILTIN_SUITES["builtin:quick"] ?? "", "builtin:quick").benchmarks) {
    if (!("workload" in entry)) continue;
    const summary = workloads.find(({ name }) => name === entry.workload)?.summary ?? entry.workload;
    benchmarks.push({ workload: entry.workload, summary, ...(await sizeFor(entry, probe, harness)) });
  }
  const { owner } = await ownRelease(harness.folder);
  return {
    machine: `${deviceName(probe)}, ${memoryText(probe.machine.memory_bytes)}`,
    backends,
    benchmarks,
    others: workloads
      .filter(({ name }) => benchmarks.every(({ workload }) => workload !== name))
      .filter(({ backends: offered }) => backends.some((backend) => offered[backend]?.includes("tiny")))
      .map(({ name, summary }) => ({ workload: name, summary })),
    program: await trainingProgram(repository.folder),
    schemaUrl:
      owner === null ? null : `https://raw.githubusercontent.com/${owner.name}/${owner.sha}/schema/suite.schema.json`,
  };
}

type Sized = Pick<InitBenchmark, "size" | "rows" | "why">;

/** The real size where there is an accelerator that it fits, with fewer rows where it is slow; else the tiny one. */
async function sizeFor(entry: WorkloadEntry, probe: Probe, harness: Harness): Promise<Sized> {
  const [backend] = automaticBackends(probe);
  const isAccelerated = probe.backends.some((known) => known.backend === backend && known.accelerated);
  if (backend === undefined || !isAccelerated) return tiny("seconds on two processor cores; or real");
  await using scratch = await scratchFolder();
  const estimate = await estimateRun(harness, { ...entry, size: "real" }, backend, scratch.path);
  if (estimate === null || estimate.memory_bytes === null) return tiny("or real");
  const { seconds, memory_bytes: needed } = estimate;
  const memory = Math.min(...probe.accelerators.map((one) => one.memory_bytes ?? probe.machine.memory_bytes));
  if (needed > memory * SHARE_OF_MEMORY) return tiny(`real takes ${formatValue(needed, "B")} of memory`);
  const rows = seconds > LONGEST_RUN_S ? rowsFor(entry.workload, LONGEST_RUN_S / seconds) : null;
  const about = formatDuration(rows === null ? seconds : LONGEST_RUN_S);
  return { size: "real", rows, why: `${formatValue(needed, "B")} of memory, about ${about} a run; or tiny` };
}

function tiny(why: string): Sized {
  return { size: "tiny", rows: null, why };
}

/** A share of the rows of the real size, in whole tens; null where a workload has no rows. */
function rowsFor(name: string, share: number): number | null {
  const workload = shippedCatalogue().workloads.find((known) => known.name === name);
  const own = workload?.hyperparameters.find((known) => known.name === "rows")?.default.real;
  return typeof own === "number" ? Math.max(10, Math.floor((own * share) / 10) * 10) : null;
}

const TRAINING = /^(?:train|finetune|fine_tune|sft|lora)(?:ing)?\.py$/;

/** Exactly one file that is plainly a training program; of several nobody knows which is meant. */
async function trainingProgram(folder: string): Promise<InitSuite["program"]> {
  const names = await readdir(folder);
  const [program, ...others] = names.filter((name) => TRAINING.test(name));
  if (program === undefined || others.length > 0) return null;
  return {
    command: ["python", program],
    requirements: names.includes("requirements.txt") ? "requirements.txt" : null,
  };
}

export async function readWorkflowFacts(probe: Probe, repository: Repository, harness: string): Promise<InitWorkflow> {
  const { owner } = await ownRelease(harness);
  return {
    labels: runnerLabels(probe.machine.os, probe.machine.arch),
    branch: repository.branch,
    action: owner === null ? null : `${owner.name}@${owner.sha} # v${VERSION}`,
  };
}

interface OwnRelease {
  /** Where this very program came from, if it is a checkout of a repository on GitHub. */
  readonly owner: { readonly name: string; readonly sha: string } | null;
}

async function ownRelease(harness: string): Promise<OwnRelease> {
  const root = path.dirname(harness);
  // A repository around this program is not the one it came from.
  if (!(await exists(path.join(root, ".git")))) return { owner: null };
  const git = gitAt(root, { workspace: false });
  const [remote, sha] = [await git.query("remote", "get-url", "origin"), await git.query("rev-parse", "HEAD")];
  const name = gitHubRepository(remote ?? "");
  return { owner: name === null || !/^[0-9a-f]{40}$/.test(sha ?? "") ? null : { name, sha: sha ?? "" } };
}

/** The workflow file for one runner that this program ships with. */
export async function readTemplate(harness: string): Promise<string> {
  return readFile(path.join(path.dirname(harness), "workflows", "finetune-bench.yml"), "utf8");
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
