/** `finetune-bench init`: writes a suite file and a workflow that fit this machine and this repository, asking nothing. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { UserError } from "../core/errors.ts";
import { terminalText } from "../core/escape.ts";
import { suiteText, workflowText } from "../core/init-files.ts";
import { cacheFolder } from "../io/cache-folder.ts";
import { harnessUnder } from "../io/harness.ts";
import { readRepository, readSuiteFacts, readTemplate, readWorkflowFacts } from "../io/init-facts.ts";
import { makeFolder } from "../io/make-folder.ts";
import { probeMachine } from "../io/probe.ts";
import { findPython } from "../io/python.ts";
import { DEFAULT_SUITE } from "../core/suite-key.ts";
import { EXIT, exitStatuses, type CommandContext } from "./command.ts";

interface InitOptions {
  readonly dryRun: boolean;
}

const WORKFLOW = path.join(".github", "workflows", "finetune-bench.yml");

export function addInit(program: Command, context: CommandContext): void {
  program
    .command("init")
    .description("write a suite file and a workflow that fit this machine; files that are there stay as they are")
    .option("--dry-run", "print both and write nothing", false)
    .addHelpText("after", exitStatuses("0 both files are there"))
    .action(async (options: InitOptions) => context.finish(await init(options, context)));
}

async function init({ dryRun }: InitOptions, { harness, signal }: CommandContext): Promise<number> {
  const { env } = process;
  const repository = await readRepository(process.cwd());
  const python = await findPython({ env, signal });
  const salt = path.basename(repository.folder);
  const probe = await probeMachine({ python: python.executable, harness, salt, env, signal });
  const runner = harnessUnder({ harness, cache: cacheFolder(env), env, signal }, python.executable);
  const suite = await readSuiteFacts(probe, repository, runner);
  const workflow = await readWorkflowFacts(probe, repository, harness);
  const files = [
    { name: DEFAULT_SUITE, text: suiteText(suite) },
    { name: WORKFLOW, text: workflowText(await readTemplate(harness), workflow) },
  ];
  say(`machine: ${terminalText(suite.machine)}; runs ${suite.backends.join(", ") || "no backend"}`);
  say(`default branch: ${terminalText(workflow.branch)}; runner labels: ${workflow.labels.join(", ")}`);
  for (const { name, text } of files) {
    if (dryRun) say(`\n--- ${name}\n${text}`);
    else say(await writeNew(path.join(repository.folder, name), text, name));
  }
  if (!dryRun) for (const line of next(workflow.action !== null, repository.isGit)) say(line);
  return EXIT.passed;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function writeNew(file: string, text: string, name: string): Promise<string> {
  try {
    await makeFolder(path.dirname(file));
    await writeFile(file, text, { flag: "wx" });
    return `wrote ${name}`;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return `left ${name} as it is`;
    throw new UserError(`${file} cannot be written`, { cause: error });
  }
}

function next(isPinned: boolean, isGit: boolean): string[] {
  const steps = [
    ...(isGit ? [] : ["git init, as this folder is no git repository yet"]),
    "finetune-bench run, to measure here with this suite",
    ...(isPinned
      ? []
      : [
          `in ${WORKFLOW}: the action's repository and the commit to run, that of the newest release or of main, in place of the zeros`,
        ]),
    `in ${WORKFLOW}: other labels under runs-on, if this machine is not the runner or has labels of its own`,
    "a pull request with both files; when it is merged, the push to the default branch records the baseline",
  ];
  return ["", "next:", ...steps.map((step, index) => `  ${index + 1}. ${step}`)];
}
