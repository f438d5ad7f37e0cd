/** `finetune-bench qualify`: what this machine is able to detect, and what it costs. */
import path from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import { parsePercent } from "../core/duration.ts";
import { parseInputs } from "../core/inputs.ts";
import { isQualified } from "../core/qualify-words.ts";
import type { Host } from "../io/host.ts";
import { localHost } from "../io/local-host.ts";
import { openLocalStore } from "../io/local-store.ts";
import { qualify } from "../io/qualify.ts";
import { renderQualified } from "../io/qualify-table.ts";
import { EXIT, exitStatuses, type CommandContext } from "./command.ts";

interface QualifyOptions {
  readonly suite?: string;
  readonly backend?: readonly string[];
  readonly slowdown: number;
  readonly save: boolean;
  readonly baseline?: string;
  readonly timeBudget: string;
  readonly python?: string;
  readonly runnerKey?: string;
}

/** What a gate with the usual settings must find. */
const SLOWDOWN = 0.05;

export function addQualify(program: Command, context: CommandContext): void {
  program
    .command("qualify")
    .description("find out how small a slow-down this machine can detect, by pairs of runs: see docs/qualify.md")
    .option("--suite <suite>", "suite file or builtin:NAME (default: finetune-bench.yml, else builtin:quick)")
    .option("--backend <backend>", "run on this backend only; may be given more than once", gather)
    .addOption(
      new Option("--slowdown <percent>", "how much longer the steps of injected runs take")
        .argParser(slowdown)
        .default(SLOWDOWN, "5%"),
    )
    .option("--baseline <place>", "dir:PATH or branch:NAME to record it in (default: dir:.finetune-bench/baselines)")
    .option("--no-save", "show it and record nothing")
    .option("--time-budget <duration>", "longest time to spend measuring", "2h")
    .option("--python <path>", "an interpreter used as it is, with its packages")
    .option("--runner-key <name>", "name of a pool of interchangeable machines")
    .addHelpText(
      "after",
      exitStatuses(
        "0 every benchmark caught an injected slow-down without a false alarm, 1 one did not, or none could be injected",
      ),
    )
    .action(async (options: QualifyOptions) => context.finish(await run(options, context)));
}

function gather(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

function slowdown(text: string): number {
  const share = parsePercent(text);
  if (share !== null) return share;
  throw new InvalidArgumentError("It must be a percentage above 0% and below 100%, such as 5%.");
}

async function run(options: QualifyOptions, { harness, signal }: CommandContext): Promise<number> {
  const given: Readonly<Record<string, string | undefined>> = {
    suite: options.suite,
    backends: options.backend?.join(","),
    "time-budget": options.timeBudget,
    python: options.python,
    "runner-key": options.runnerKey,
  };
  const inputs = parseInputs((name) => given[name]);
  const local = await localHost({ harness, baseline: null, record: options.save, repeats: null, base: null, signal });
  const store = await openLocalStore(options.baseline, { cwd: local.workspace, env: process.env, signal });
  // In a workflow the machine goes by the key that the action gives it, which hangs on the repository's name.
  const repository = process.env["GITHUB_REPOSITORY"] || local.context.job.repository;
  const host: Host = {
    ...local,
    store,
    context: { ...local.context, job: { ...local.context.job, repository } },
    // Results of ordinary runs are told by their folder; these are none.
    resultsRoot: path.join(path.dirname(local.resultsRoot), "qualify"),
  };
  const found = await qualify({ inputs, host, slowdown: options.slowdown });
  const width = process.stdout.columns ?? 120;
  process.stdout.write(renderQualified(found, { colour: process.stdout.hasColors?.() ?? false, width }));
  if (signal.aborted) return EXIT.interrupted;
  return isQualified(found) ? EXIT.passed : EXIT.failed;
}
