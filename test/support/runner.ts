/**
 * A small runner: executes an action as GitHub's self-hosted runner on Linux does. It reads action.yml, starts the entry
 * with Node 24 and no terminal, understands `::commands::` and the command files, and cancels with the real delays.
 */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import * as z from "zod";
import { parse } from "yaml";
import type { ArtifactServer } from "./artifact-server.ts";
import { kill, treeOf, withVariable } from "./process-tree.ts";
import { type Annotation, CommandReader } from "./runner-commands.ts";
import { type EventFacts, eventFacts, jobVariables } from "./runner-event.ts";
import { parseKeyValues, readSummary } from "./runner-files.ts";
import { afterRunning, type Clock, runningTime } from "../../src/io/running-time.ts";

/** From the cancellation: SIGINT at once, SIGTERM, then the whole tree is killed. Milliseconds. */
const TERMINATE_AFTER = 7500;
const KILL_AFTER = 10_000;
/** How long it waits for output after the entry has ended. */
const LINGER = 5000;

const metadataSchema = z.object({
  inputs: z
    .record(z.string(), z.object({ default: z.coerce.string().optional(), required: z.boolean().optional() }))
    .default({}),
  outputs: z.record(z.string(), z.object({ description: z.string().optional() })).default({}),
  runs: z.object({
    using: z.literal("node24"),
    main: z.string(),
    post: z.string().optional(),
    "post-if": z.literal("always()").optional(),
  }),
});

export interface ActionRun {
  /** Folder with action.yml: what `uses:` names. */
  readonly actionDir: string;
  /** `with:` of the step. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly event: string;
  readonly payload: object;
  /** Ref and commit, for events other than `pull_request` and `push`. */
  readonly facts?: Partial<EventFacts>;
  /** The checkout; also the step's working directory. */
  readonly workspace: string;
  /** Where the runner keeps its temporary folder (emptied before each job) and its tool cache. */
  readonly home: string;
  readonly github: { readonly apiUrl: string; readonly fullName: string; readonly token: string };
  readonly artifacts?: ArtifactServer;
  /** Another token than the repository's own, for `${{ github.token }}`. */
  readonly token?: string;
  readonly serverUrl?: string;
  readonly runId?: string;
  readonly attempt?: number;
  readonly runnerName?: string;
  /** `env:` of the job. */
  readonly env?: Readonly<Record<string, string>>;
  /** The job is cancelled as soon as this answers true; it is asked ten times a second, and at every line of the log. */
  readonly cancelWhen?: (log: string) => boolean;
  /**
   * How it is cancelled. SIGINT, the default: as a runner does it, SIGTERM and the end of the tree following where they must.
   * SIGTERM: as a stopped service does it. SIGKILL: the entry alone dies, as when memory runs out.
   */
  readonly cancelWith?: "SIGINT" | "SIGTERM" | "SIGKILL";
}

export interface ActionResult {
  /** Exit status of the entry; null when a signal ended it. */
  readonly code: number | null;
  readonly conclusion: "success" | "failure" | "cancelled";
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  readonly summary: string | null;
  readonly annotations: readonly Annotation[];
  /** As shown on GitHub: secrets masked, commands in the form `##[error]…`. */
  readonly log: string;
  /** Signals the runner had to send, in order. */
  readonly signals: readonly NodeJS.Signals[];
  /** From the cancellation to the end of the entry. */
  readonly cancelMs: number | null;
  /** Processes of the job that outlived it. The runner ends them; a good action leaves none. */
  readonly orphans: readonly number[];
  /** `RUNNER_TEMP`, where results may lie. */
  readonly temp: string;
}

/** Runs one step of one job. Nothing but the workspace, `home` and the servers is touched. */
export async function runAction(run: ActionRun): Promise<ActionResult> {
  const metadata = metadataSchema.parse(parse(await readFile(path.join(run.actionDir, "action.yml"), "utf8")));
  const trackingId = `github_${randomUUID()}`;
  const token = run.token ?? run.github.token;
  const reader = new CommandReader([token]);
  const temp = path.join(run.home, "temp");
  await rm(temp, { recursive: true, force: true });
  await mkdir(path.join(run.home, "tools"), { recursive: true });
  const variables = jobVariables({
    event: run.event,
    facts: eventFacts(run.event, run.payload, run.facts),
    apiUrl: run.github.apiUrl,
    serverUrl: run.serverUrl ?? "https://github.com",
    repository: run.github.fullName,
    runId: run.runId ?? "9000000001",
    attempt: run.attempt ?? 1,
    workspace: run.workspace,
    runnerName: run.runnerName ?? "bench-1",
    home: run.home,
    trackingId,
  });
  const commandFiles = await makeCommandFiles(path.join(temp, "_runner_file_commands"));
  await mkdir(path.dirname(variables["GITHUB_EVENT_PATH"] ?? ""), { recursive: true });
  await writeFile(variables["GITHUB_EVENT_PATH"] ?? "", JSON.stringify(run.payload));
  const environment = {
    ...hostEnvironment(),
    ...run.env,
    ...inputVariables(metadata.inputs, run.inputs ?? {}, { token, workspace: run.workspace }),
    ...variables,
    ...Object.fromEntries(Object.entries(commandFiles).map(([name, file]) => [`GITHUB_${name}`, file])),
    ...run.artifacts?.environment(`backend-${run.runId ?? "1"}`),
  };
  for (const name of Object.keys(run.inputs ?? {})) {
    if (metadata.inputs[name] !== undefined) continue;
    const valid = Object.keys(metadata.inputs).map((known) => `'${known}'`);
    reader.read(`::warning::Unexpected input(s) '${name}', valid inputs are [${valid.join(", ")}]`);
  }
  const main = await execute(path.join(run.actionDir, metadata.runs.main), environment, reader, run);
  const files = await readCommandFiles(commandFiles, reader);
  if (metadata.runs.post !== undefined) {
    const state = Object.entries(files.state).map(([name, value]) => [`STATE_${name}`, value]);
    const post = path.join(run.actionDir, metadata.runs.post);
    await execute(post, { ...environment, ...Object.fromEntries(state) }, reader, { workspace: run.workspace });
  }
  const orphans = await withVariable("RUNNER_TRACKING_ID", trackingId);
  for (const pid of orphans) kill(pid, "SIGKILL");
  const good = main.code === 0 && !reader.failed;
  return {
    ...main,
    ...files,
    conclusion: main.signals.length > 0 ? "cancelled" : good ? "success" : "failure",
    annotations: reader.annotations,
    log: reader.log,
    orphans,
    temp,
  };
}

/** `${{ github.token }}` and its like in the defaults of inputs. */
function expand(text: string, github: Record<string, string>): string {
  return text.replaceAll(/\$\{\{\s*(.*?)\s*\}\}/g, (whole, expression: string) => {
    const value = expression.startsWith("github.") ? github[expression.slice("github.".length)] : undefined;
    if (value === undefined) throw new Error(`the default of an input holds ${whole}, which this runner does not know`);
    return value;
  });
}

function inputVariables(
  declared: Readonly<Record<string, { default?: string | undefined }>>,
  given: Readonly<Record<string, string>>,
  github: Record<string, string>,
): Record<string, string> {
  const defaults = Object.entries(declared).map(
    ([name, input]) => [name, expand(input.default ?? "", github)] as const,
  );
  const all = Object.entries({ ...Object.fromEntries(defaults), ...given });
  return Object.fromEntries(all.map(([name, value]) => [`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`, value]));
}

/** A runner's own environment: without the tools of this project and without anything that speaks of a job. */
function hostEnvironment(): Record<string, string> {
  const kept = /^(?:HOME|LANG|LC_ALL|USER|LOGNAME|SHELL|TZ|PYENV_ROOT)$/;
  const folders = (process.env["PATH"] ?? "")
    .split(path.delimiter)
    .filter((folder) => !folder.includes("node_modules"));
  const entries = Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && kept.test(name) ? [[name, value] as const] : [],
  );
  return { ...Object.fromEntries(entries), PATH: folders.join(path.delimiter) };
}

interface CommandFiles {
  readonly OUTPUT: string;
  readonly STATE: string;
  readonly ENV: string;
  readonly PATH: string;
  readonly STEP_SUMMARY: string;
}

async function makeCommandFiles(folder: string): Promise<CommandFiles> {
  await mkdir(folder, { recursive: true });
  const id = randomUUID();
  const make = async (prefix: string) => {
    const file = path.join(folder, `${prefix}_${id}`);
    await writeFile(file, "");
    return file;
  };
  return {
    OUTPUT: await make("set_output"),
    STATE: await make("save_state"),
    ENV: await make("set_env"),
    PATH: await make("add_path"),
    STEP_SUMMARY: await make("step_summary"),
  };
}

async function readCommandFiles(
  files: CommandFiles,
  reader: CommandReader,
): Promise<Pick<ActionResult, "outputs" | "state" | "summary">> {
  const keyValues = async (file: string, what: string) => {
    try {
      return parseKeyValues(await readFile(file, "utf8"));
    } catch (error) {
      reader.failed = true;
      reader.complain(`Unable to process file command '${what}' successfully.`);
      reader.complain(error instanceof Error ? error.message : String(error));
      return {};
    }
  };
  const environment = await keyValues(files.ENV, "env");
  if ("NODE_OPTIONS" in environment)
    reader.complain("Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
  const summary = readSummary(await readFile(files.STEP_SUMMARY));
  if (summary instanceof Error) reader.complain(summary.message);
  return {
    outputs: { ...reader.outputs, ...(await keyValues(files.OUTPUT, "output")) },
    state: { ...reader.state, ...(await keyValues(files.STATE, "state")) },
    summary: typeof summary === "string" ? reader.mask(summary) : null,
  };
}

/** Starts one script of the action and waits for its end, cancelling on the way where asked. */
async function execute(
  script: string,
  env: Record<string, string>,
  reader: CommandReader,
  run: Pick<ActionRun, "workspace" | "cancelWhen" | "cancelWith">,
): Promise<{ code: number | null; signals: NodeJS.Signals[]; cancelMs: number | null }> {
  if (!process.version.startsWith("v24.")) throw new Error(`the action needs Node 24, this is ${process.version}`);
  const child = spawn(process.execPath, [script], { cwd: run.workspace, env, stdio: ["ignore", "pipe", "pipe"] });
  const signals: NodeJS.Signals[] = [];
  using timers = new DisposableStack();
  const cancelled: { since: Clock | null } = { since: null };
  const send = (signal: NodeJS.Signals) => {
    signals.push(signal);
    child.kill(signal);
  };
  const killTree = async () => {
    signals.push("SIGKILL");
    for (const pid of child.pid === undefined ? [] : await treeOf(child.pid)) kill(pid, "SIGKILL");
  };
  const cancel = () => {
    cancelled.since = timers.use(runningTime());
    const first = run.cancelWith ?? "SIGINT";
    send(first);
    if (first === "SIGKILL") return;
    if (first === "SIGINT") timers.use(afterRunning(TERMINATE_AFTER, () => send("SIGTERM")));
    timers.use(afterRunning(KILL_AFTER, () => void killTree()));
  };
  const ask = () => {
    if (cancelled.since === null && run.cancelWhen?.(reader.log) === true) cancel();
  };
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream, crlfDelay: Infinity }).on("line", (line) => {
      reader.read(line);
      ask();
    });
  }
  const asking = setInterval(ask, 100);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
    child.once("exit", (status) => {
      // A process left behind may hold the pipes open: the runner waits for it only so long.
      timers.use(afterRunning(LINGER, () => resolve(status)));
    });
  });
  clearInterval(asking);
  child.stdout.destroy();
  child.stderr.destroy();
  return { code, signals, cancelMs: cancelled.since?.ms() ?? null };
}
