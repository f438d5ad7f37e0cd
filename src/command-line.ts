/** The local command: its subcommands, and what each kind of error means to whoever typed it. */
import { Command, CommanderError, Help, type Option } from "commander";
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
import { outliveReaders } from "./io/closed-pipe.ts";
import { stopSignal } from "./io/stop-signal.ts";

/** Runs what was typed; resolves to the exit status. `entry`: the file that was started. */
export async function runCommandLine(argv: readonly string[], entry: string): Promise<number> {
  outliveReaders();
  using stop = stopSignal();
  let status: number = EXIT.passed;
  try {
    const finish = (ended: number): void => void (status = ended);
    await commandLine({ signal: stop.signal, harness: ownHarness(entry), finish }).parseAsync(argv);
    return status;
  } catch (error) {
    return stop.signal.aborted ? interrupted() : explained(error);
  }
}

export function commandLine(context: CommandContext): Command {
  const command = new Command("finetune-bench")
    .description(
      "Runs fine-tuning benchmarks on this machine, MLX and PyTorch, and judges them against its own history.",
    )
    .version(VERSION)
    .exitOverride()
    .configureHelp({ optionDescription });
  for (const add of [addRun, addReport, addJudge, addQualify, addBaselines, addValidate, addInit])
    add(command, context);
  helpAfterErrors(command, command.name());
  return command;
}

/** Defaults as a user would type them; that a switch is off without being given goes without saying. */
function optionDescription(option: Option): string {
  const described = new Help().optionDescription(option);
  return described.replace(/ \(default: false\)$/, "").replace(/\(default: "(.*)"\)$/, "(default: $1)");
}

/** A mistake leads to the help of the very command that it was made in. */
function helpAfterErrors(command: Command, typed: string): void {
  command.showHelpAfterError(`(${typed} --help shows what there is)`);
  for (const sub of command.commands) helpAfterErrors(sub, `${typed} ${sub.name()}`);
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
