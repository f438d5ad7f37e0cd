/** `finetune-bench validate`: checks a suite file without running it. */
import type { Command } from "commander";
import { UserError } from "../core/errors.ts";
import { counted } from "../core/units.ts";
import { loadSuite } from "../io/suite-file.ts";
import { EXIT, exitStatuses, type CommandContext } from "./command.ts";

export function addValidate(program: Command, context: CommandContext): void {
  program
    .command("validate")
    .description("explain the mistakes in a suite file, with line and column")
    .argument("[file]", "the suite file (default: finetune-bench.yml)")
    .addHelpText("after", exitStatuses("0 nothing is wrong with it"))
    .action(async (file: string | undefined) => context.finish(await validate(file)));
}

async function validate(file: string | undefined): Promise<number> {
  const { suite, note } = await loadSuite(file ?? null, process.cwd());
  if (note !== null)
    throw new UserError(`there is no finetune-bench.yml in ${process.cwd()}; name a suite file to validate`);
  process.stdout.write(
    `${suite.name}: ${counted(suite.benchmarks.length, "benchmark")}, ${counted(suite.repeats, "run")} each: nothing is wrong with it\n`,
  );
  return EXIT.passed;
}
