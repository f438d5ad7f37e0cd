/** Cancels jobs of the shipped action at moments of all their phases, and looks at what each leaves behind. */
import { existsSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "vitest";
import { reportSchema } from "../../src/core/report.ts";
import { jobResultSchema } from "../../src/core/result.ts";
import { BenchProject, resultFiles, type Job, type Noise } from "./bench-project.ts";
import type { Fault } from "./github-faults.ts";
import { heldLocks, holdLock } from "./lock-holder.ts";
import { listen } from "./loopback.ts";
import type { ActionRun } from "./runner.ts";

export type Way = NonNullable<ActionRun["cancelWith"]>;
const WAYS: readonly Way[] = ["SIGINT", "SIGTERM", "SIGKILL"];

/** What the job of a moment is: a pull request that is slower and asks for pairs, or a push that is recorded. */
interface Moment {
  readonly name: string;
  readonly way: Way;
  readonly event: "push" | "pull request";
  /** The log says it. */
  readonly says?: RegExp;
  /** This share of an uncancelled job's time has passed, or all of its pairs are over: some machines become quicker. */
  readonly share?: number;
  /** A call of GitHub's that is never answered has arrived. */
  readonly hangs?: Fault["operation"];
  /** The artifact storage got a call that it never answers. */
  readonly storageHangs?: string;
  /** A measured program hangs: politely, or deaf to signals. */
  readonly failure?: "hang" | "stubborn";
  /** The index of the packages that it installs never answers. */
  readonly installs?: boolean;
  /** Somebody else holds the lock of the machine. */
  readonly isHeld?: boolean;
}

const OVER = /confirming took/;

/** What a pull request says of itself on its way, in order. */
const PULL_REQUEST_SAYS: Readonly<Record<string, RegExp>> = {
  "at its first word": /finetune-bench \S+ \(Node/,
  "while probing": /Probe$/m,
  "with the machine known": /runner key/,
  "while planning": /Plan: suite/,
  "while preparing": /Prepare$/m,
  "while looking for a quiet machine": /Measure$/m,
  "in the first run": /1\/3 steady/,
  "in the second run": /2\/3 steady/,
  "in the last run": /3\/3 steady/,
  "while the base is checked out": /Confirm: /,
  "before the pairs": /pairs: 4 pairs/,
  "in the warm-up of the base": /1\/10 steady/,
  "in the first pair": /3\/10 steady/,
  "between pairs": /5\/10 steady/,
  "when the pairs are over": OVER,
};

const PUSH_SAYS: Readonly<Record<string, RegExp>> = {
  "while measuring a push": /2\/3 steady/,
  "while recording": /Record$/m,
  "with the result recorded": /saved to/,
};

function said(event: Moment["event"], words: Readonly<Record<string, RegExp>>): Moment[] {
  return Object.entries(words).flatMap(([name, says]) => WAYS.map((way): Moment => ({ name, way, event, says })));
}

function inEveryWay(moment: Omit<Moment, "way">): Moment[] {
  return WAYS.map((way) => ({ ...moment, way }));
}

/** All moments; each is a job of its own. */
export const MOMENTS: readonly Moment[] = [
  ...said("pull request", PULL_REQUEST_SAYS),
  ...said("push", PUSH_SAYS),
  ...[0.03, 0.15, 0.3, 0.5, 0.65, 0.8].map((share): Moment => {
    return { name: `after ${Math.round(share * 100)} % of its time`, way: "SIGINT", event: "pull request", share };
  }),
  ...inEveryWay({ name: "while a program hangs", event: "pull request", failure: "hang" }),
  ...inEveryWay({ name: "while a program is deaf", event: "pull request", failure: "stubborn" }),
  ...inEveryWay({ name: "while another job measures", event: "pull request", says: /waiting for the/, isHeld: true }),
  ...inEveryWay({ name: "while packages are installed", event: "push", installs: true }),
  ...inEveryWay({ name: "while the history is read", event: "push", hangs: "repos/download-tarball-archive" }),
  ...inEveryWay({ name: "while the base is fetched", event: "pull request", hangs: "git" }),
  ...inEveryWay({ name: "while the history is written", event: "push", hangs: "git/create-commit" }),
  ...inEveryWay({ name: "while results are uploaded", event: "pull request", storageHangs: "CreateArtifact" }),
  ...inEveryWay({ name: "while the comment is written", event: "pull request", hangs: "issues/list-comments" }),
];

const SLOWER = { slowdown: 1.2, seed: "slower" };

/** A runner with a history, and the time that a job takes on it, milliseconds. */
export interface Machine extends AsyncDisposable {
  readonly project: BenchProject;
  readonly usualMs: number;
  /** Of the newest pull request; each job is of one of its own, because the default branch moves on. */
  pull: number;
}

export async function openMachine(): Promise<Machine> {
  const project = await BenchProject.create();
  for (const seed of ["a", "b", "c"]) await project.push({ steady: { seed } });
  const began = Date.now();
  const { result } = await project.pullRequest(7, { steady: SLOWER });
  // All of this is about jobs that get as far as that.
  expect(result.log).toContain("confirming took");
  return { project, usualMs: Date.now() - began, pull: 7, [Symbol.asyncDispose]: () => project[Symbol.asyncDispose]() };
}

/** Runs the job of a moment, cancels it there, and looks. Throws where anything is not as it must be. */
export async function cancelAt(moment: Moment, machine: Machine): Promise<void> {
  const { project } = machine;
  const stored = (await project.history()).size;
  await using lock = moment.isHeld === true ? await holdLock(project.locks) : null;
  const { result } = await runMoment(moment, machine);
  const { signals, log } = result;
  expect(signals, `was not cancelled:\n${log}`).toEqual([moment.way]);
  expect(result.code, log).not.toBe(0);
  expect(result.orphans).toEqual([]);
  // Before the next thing that a runner does to it.
  if (moment.way !== "SIGKILL") expect(result.cancelMs, log).toBeLessThan(7500);
  expect(lock === null || lock.isRunning(), "the other job was disturbed").toBe(true);
  await lock?.[Symbol.asyncDispose]();
  expect(await heldLocks(project.locks), "locks that are still held").toEqual([]);
  const left = (await readdir(result.temp)).filter((name) => name.startsWith("finetune-bench-"));
  expect(left, "folders left behind").toEqual([]);
  expect(existsSync(path.join(project.workspace, ".git", "worktrees"))).toBe(false);
  await expectReadable(path.join(result.temp, "finetune-bench"));
  // Whole results may have been recorded before; what a cancelled job has measured never is.
  const isWhole = moment.event === "push" && /Record$/m.test(log);
  expect((await project.history()).size - stored).toBeLessThanOrEqual(isWhole ? 1 : 0);
}

const INSTALLING =
  "version: 1\nbenchmarks:\n  - name: steady\n    command: [python3, train.py, steady]\n    backends: [torch-cpu]\n    requirements: requirements.txt\n";

/** A push whose packages come from an index that never answers, and are others each time. */
async function runInstallation({ way }: Moment, project: BenchProject): Promise<Job> {
  let isAsked = false;
  await using index = await listen(() => void (isAsked = true));
  project.extraFiles["finetune-bench.yml"] = INSTALLING;
  project.extraFiles["requirements.txt"] = `package-${Date.now()}==1.0\n`;
  const job = await project.push(
    {},
    {
      env: { FINETUNE_BENCH_LOCK_DIR: project.locks, PIP_INDEX_URL: `${index.url}/simple`, PIP_RETRIES: "0" },
      inputs: { python: "" },
      cancelWhen: () => isAsked,
      cancelWith: way,
    },
  );
  delete project.extraFiles["finetune-bench.yml"];
  delete project.extraFiles["requirements.txt"];
  return job;
}

async function runMoment(moment: Moment, machine: Machine): Promise<Job> {
  const { project, usualMs } = machine;
  if (moment.installs === true) return runInstallation(moment, project);
  const reached = { call: false };
  const fault = { hang: true, before: async () => void (reached.call = true) };
  if (moment.hangs !== undefined) project.github.fail({ operation: moment.hangs, ...fault });
  if (moment.storageHangs !== undefined) project.artifacts.fail({ operation: moment.storageHangs, ...fault });
  const began = Date.now();
  const cancelWhen = (log: string): boolean => {
    if (moment.says !== undefined) return moment.says.test(log);
    if (moment.share !== undefined) return Date.now() - began >= moment.share * usualMs || OVER.test(log);
    if (moment.failure !== undefined) return hangsIn(project);
    return reached.call;
  };
  const noise: Noise = { steady: { ...SLOWER, ...(moment.failure === undefined ? {} : { failure: moment.failure }) } };
  const options = { cancelWhen, cancelWith: moment.way };
  if (moment.event === "push") return project.push({ steady: { seed: `${began}` } }, options);
  machine.pull += 1;
  return project.pullRequest(machine.pull, noise, options);
}

/** The program says so once it does. */
function hangsIn(project: BenchProject): boolean {
  const runs = project.runsOf("steady.torch-cpu");
  const log = path.join(runs ?? "", "head-1.log");
  return runs !== null && existsSync(log) && readFileSync(log, "utf8").includes("hanging");
}

/** Every file is absent or whole: JSON by its schema, and of events all lines but one that was being written. */
async function expectReadable(results: string): Promise<void> {
  if (!existsSync(results)) return;
  for (const file of await resultFiles(results)) {
    const text = await readFile(path.join(results, file), "utf8");
    if (file.endsWith("result.json")) jobResultSchema.parse(JSON.parse(text));
    else if (file.endsWith("report.json")) reportSchema.parse(JSON.parse(text));
    else if (file.endsWith(".json")) JSON.parse(text);
    else if (file.endsWith(".jsonl")) for (const line of text.split("\n").slice(0, -1)) JSON.parse(line);
  }
}

/** Jobs of all moments on a few machines at a time; the failures, each with its moment. */
export async function cancelAll(moments: readonly Moment[], atOnce: number): Promise<string[]> {
  const failures: string[] = [];
  const open = [...moments];
  const work = async (): Promise<void> => {
    await using machine = await openMachine();
    for (let moment = open.shift(); moment !== undefined; moment = open.shift()) {
      const { name, way } = moment;
      await cancelAt(moment, machine).catch((error: unknown) => {
        failures.push(`${way} ${name}: ${error instanceof Error ? error.message : String(error)}`);
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return failures;
}
