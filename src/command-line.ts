/** The local command: its subcommands, and what each kind of error means to whoever typed it. */
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

/** Runs what was typed; resolves to the exit status. `entry`: the file that was started. */
export async function runCommandLine(argv: readonly string[], entry: string): Promise<number> {
  using stop = stopSignal();
  let status: number = EXIT.passed;
  try {
    const finish = (ended: number): void => void (status = ended);
    await program({ signal: stop.signal, harness: ownHarness(entry), finish }).parseAsync(argv);
    return status;
  } catch (error) {
    return stop.signal.aborted ? interrupted() : explained(error);
  }
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

function interrupted(): number {
  console.error("finetune-bench: interrupted");
  return EXIT.interrupted;
}

function explained(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.passed : EXIT.badInput;
  if (error instanceof UserError) {
    console.error(`finetune-bench: ${describeError(error)}`);
    return EXIT.badInput;
  }
  console.error("finetune-bench: a bug. Please report it with the lines below.");
  console.error(error);
  return EXIT.bug;
}
