/** `finetune-bench judge`: the decision rule for samples of any origin, through files or pipes. */
import type { Command } from "commander";
import { judgeText } from "../core/judge-file.ts";
import { readInput, writeOutput } from "../io/judge-io.ts";
import { faultLines, renderAnswer } from "../io/judge-table.ts";
import { EXIT, exitStatuses, type CommandContext } from "./command.ts";

export function addJudge(program: Command, context: CommandContext): void {
  program
    .command("judge")
    .description("judge samples of any origin, or find the change points of a series: see docs/judge.md")
    .argument("[file]", "the samples as JSON; - or nothing: standard input")
    .option("--output <file>", "where the answer goes as JSON; - or nothing: standard output (a table on a terminal)")
    .addHelpText("after", exitStatuses("0 all judged, 1 a case was malformed"))
    .action(async (file: string | undefined, options: { readonly output?: string }) =>
      context.finish(await judgeFile(file, options.output, context)),
    );
}

async function judgeFile(
  file: string | undefined,
  target: string | undefined,
  { signal }: CommandContext,
): Promise<number> {
  const output = judgeText(await readInput(file, signal));
  const isForPeople = target === undefined && process.stdout.isTTY;
  await writeOutput(target, isForPeople ? renderAnswer(output) : `${JSON.stringify(output, null, 2)}\n`);
  for (const line of faultLines(output.errors)) process.stderr.write(`finetune-bench: ${line}\n`);
  return output.errors.length === 0 ? EXIT.passed : EXIT.failed;
}
