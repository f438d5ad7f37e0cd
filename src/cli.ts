#!/usr/bin/env node
/** Entry of the local command. */
import { Command, CommanderError } from "commander";
import { addBaselines } from "./commands/baselines.ts";
import { addInit } from "./commands/init.ts";
import { addJudge } from "./commands/judge.ts";
import { addQualify } from "./commands/qualify.ts";
import { addReport } from "./commands/report.ts";
import { addRun } from "./commands/run.ts";
import { addValidate } from "./commands/validate.ts";
import { EXIT, ownHarness, type CommandContext } from "./commands/command.ts";
import { describeError, UserError } from "./core/errors.ts";
import { VERSION } from "./core/version.ts";
import { stopSignal } from "./io/stop-signal.ts";

const stop = stopSignal();

function finish(status: number): void {
  process.exitCode = status;
}

function program(context: CommandContext): Command {
  const command = new Command("finetune-bench")
    .description(
      "Runs fine-tuning benchmarks on this machine, MLX and PyTorch, and judges them against its own history.",
    )
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError("(finetune-bench --help shows what there is)")
    .configureHelp({ sortSubcommands: false });
  for (const add of [addRun, addReport, addJudge, addQualify, addBaselines, addValidate, addInit])
    add(command, context);
  return command;
}

try {
  const harness = ownHarness(import.meta.filename);
  await program({ signal: stop.signal, harness, finish }).parseAsync(process.argv);
} catch (error) {
  if (stop.signal.aborted) {
    console.error("finetune-bench: interrupted");
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
