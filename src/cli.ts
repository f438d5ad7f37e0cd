#!/usr/bin/env node
/** Entry of the local command. */
import { realpathSync } from "node:fs";
import path from "node:path";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { describeError, UserError } from "./core/errors.ts";
import { parseInputs } from "./core/inputs.ts";
import { VERSION } from "./core/version.ts";
import { loadSuite } from "./io/suite-file.ts";
import { localHost } from "./io/local-host.ts";
import { stopSignal } from "./io/stop-signal.ts";
import { runPipeline } from "./pipeline.ts";

const EXIT = { passed: 0, failed: 1, badInput: 2, bug: 70, interrupted: 130 } as const;

interface RunOptions {
  readonly suite?: string;
  readonly backend: readonly string[];
  readonly repeats?: number;
  readonly save: boolean;
  readonly baseline?: string;
  readonly timeBudget?: string;
  readonly failOn?: string;
  readonly python?: string;
  readonly runnerKey?: string;
}

const stop = stopSignal();

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 50)
    throw new InvalidArgumentError("must be a whole number from 1 to 50.");
  return value;
}

function gather(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

/** Measures, judges against the local history and prints the verdict. */
async function run(options: RunOptions): Promise<number> {
  const given: Readonly<Record<string, string | undefined>> = {
    suite: options.suite,
    backends: options.backend.join(","),
    baseline: options.baseline,
    "time-budget": options.timeBudget,
    "fail-on": options.failOn,
    python: options.python,
    "runner-key": options.runnerKey,
  };
  const inputs = parseInputs((name) => given[name]);
  const harness = path.join(path.dirname(realpathSync(import.meta.filename)), "..", "harness");
  const host = await localHost({
    harness,
    baseline: options.baseline ?? null,
    record: options.save,
    repeats: options.repeats ?? null,
    signal: stop.signal,
  });
  const { report } = await runPipeline(inputs, host);
  if (stop.signal.aborted) return EXIT.interrupted;
  return report.gate.gate === "fail" ? EXIT.failed : EXIT.passed;
}

/** Checks a suite file without running it. */
async function validate(file: string | undefined): Promise<number> {
  const { suite, note } = await loadSuite(file ?? null, process.cwd());
  if (note !== null)
    throw new UserError(`there is no finetune-bench.yml in ${process.cwd()}; name a suite file to validate`);
  console.log(
    `${suite.name}: ${suite.benchmarks.length} benchmarks, ${suite.repeats} runs each: nothing is wrong with it`,
  );
  return EXIT.passed;
}

function program(finish: (status: number) => void): Command {
  const command = new Command("finetune-bench")
    .description(
      "Runs fine-tuning benchmarks on this machine, MLX and PyTorch, and judges them against its own history.",
    )
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError("(finetune-bench --help shows what there is)")
    .configureHelp({ sortSubcommands: false });
  command
    .command("run")
    .description("measure, judge and show the verdict")
    .option("--suite <suite>", "suite file or builtin:NAME (default: finetune-bench.yml, else builtin:quick)")
    .option("--backend <backend>", "run on this backend only; may be given more than once", gather, [])
    .option("--repeats <count>", "runs of every benchmark, in place of the suite's", wholeNumber)
    .option("--save", "record the result as a new point of this machine's history", false)
    .option("--baseline <place>", "dir:PATH of the history (default: dir:.finetune-bench/baselines)")
    .option("--time-budget <duration>", "longest time to spend measuring (default: 30m)")
    .option("--fail-on <verdicts>", "verdicts that give exit status 1 (default: regression,failed)")
    .option("--python <path>", "an interpreter used as it is, with its packages")
    .option("--runner-key <name>", "name of a pool of interchangeable machines")
    .addHelpText("after", "\nExit status: 0 gate passed, 1 gate failed, 2 bad input, 70 a bug, 130 interrupted.")
    .action(async (options: RunOptions) => finish(await run(options)));
  command
    .command("validate")
    .description("explain the mistakes in a suite file, with line and column")
    .argument("[file]", "the suite file", undefined)
    .action(async (file: string | undefined) => finish(await validate(file)));
  return command;
}

try {
  await program((status) => {
    process.exitCode = status;
  }).parseAsync(process.argv);
} catch (error) {
  if (stop.signal.aborted) {
    console.error("finetune-bench: interrupted; nothing was measured");
    process.exitCode = EXIT.interrupted;
  } else if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.passed : EXIT.badInput;
  } else if (error instanceof UserError) {
    console.error(`finetune-bench: ${describeError(error)}`);
    process.exitCode = EXIT.badInput;
  } else {
    console.error("finetune-bench: a bug. Please report it with the lines below.");
    console.error(error);
    process.exitCode = EXIT.bug;
  }
} finally {
  stop[Symbol.dispose]();
}
