/** `finetune-bench run`: measure, judge and show the verdict. */
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { parseInputs } from "../core/inputs.ts";
import { localHost } from "../io/local-host.ts";
import { runPipeline } from "../pipeline.ts";
import { EXIT, exitStatuses, type CommandContext } from "./command.ts";

interface RunOptions {
  readonly suite?: string;
  readonly base?: string;
  readonly backend?: readonly string[];
  readonly repeats?: number;
  readonly save: boolean;
  readonly baseline?: string;
  readonly timeBudget?: string;
  readonly failOn?: string;
  readonly python?: string;
  readonly runnerKey?: string;
}

export function addRun(program: Command, context: CommandContext): void {
  program
    .command("run")
    .description("measure, judge and show the verdict")
    .option("--suite <suite>", "suite file or builtin:NAME (default: finetune-bench.yml, else builtin:quick)")
    .option("--base <commit>", "run this commit beside HEAD in interleaved pairs where history cannot clear a change")
    .option("--backend <backend>", "run on this backend only; may be given more than once", gather)
    .option("--repeats <count>", "runs of every benchmark, in place of the suite's", wholeNumber)
    .option("--save", "record the result as a new point of this machine's history", false)
    .option("--baseline <place>", "dir:PATH of the history (default: dir:.finetune-bench/baselines)")
    .option("--time-budget <duration>", "longest time to spend measuring (default: 30m)")
    .option("--fail-on <verdicts>", "verdicts that give exit status 1 (default: regression,failed)")
    .option("--python <path>", "an interpreter used as it is, with its packages")
    .option("--runner-key <name>", "name of a pool of interchangeable machines")
    .addHelpText("after", exitStatuses("0 gate passed, 1 gate failed"))
    .action(async (options: RunOptions) => context.finish(await run(options, context)));
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 50)
    throw new InvalidArgumentError("It must be a whole number from 1 to 50.");
  return value;
}

function gather(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** Measures, judges against the local history and prints the verdict. */
async function run(options: RunOptions, { harness, signal }: CommandContext): Promise<number> {
  const given: Readonly<Record<string, string | undefined>> = {
    suite: options.suite,
    backends: options.backend?.join(","),
    baseline: options.baseline,
    "time-budget": options.timeBudget,
    "fail-on": options.failOn,
    python: options.python,
    "runner-key": options.runnerKey,
  };
  const inputs = parseInputs((name) => given[name]);
  const host = await localHost({
    harness,
    baseline: options.baseline ?? null,
    record: options.save,
    repeats: options.repeats ?? null,
    base: options.base ?? null,
    signal,
  });
  const { report } = await runPipeline(inputs, host);
  if (signal.aborted) return EXIT.interrupted;
  return report.gate.gate === "fail" ? EXIT.failed : EXIT.passed;
}
