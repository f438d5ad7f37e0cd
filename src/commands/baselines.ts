/** `finetune-bench baselines`: look after the stored results of every runner. */
import { InvalidArgumentError, type Command } from "commander";
import { DAY_S, parseDuration } from "../core/duration.ts";
import { KEEP } from "../core/prune.ts";
import { exportTo, list, show, type ExportOptions, type ListOptions, type ShowOptions } from "./baselines-read.ts";
import { note, type StoreOptions } from "./baselines-store.ts";
import { importFrom, prune, type PruneOptions } from "./baselines-write.ts";
import { EXIT, exitStatuses, type CommandContext } from "./command.ts";

export function addBaselines(program: Command, context: CommandContext): void {
  const baselines = program
    .command("baselines")
    .description("look after stored results: list, show, prune, export, import");
  const sub = (name: string, description: string, own = "0 done"): Command =>
    baselines
      .command(name)
      .description(description)
      .addHelpText("after", exitStatuses(own))
      .option("--baseline <place>", "dir:PATH or branch:NAME (default: dir:.finetune-bench/baselines)");

  const finish = async (work: Promise<number>): Promise<void> => {
    try {
      context.finish(await work);
    } catch (error) {
      if (!context.signal.aborted) throw error;
      note("interrupted; what was stored or removed so far stays so");
      context.finish(EXIT.interrupted);
    }
  };

  sub("list", "every runner with its jobs, benchmarks and age")
    .option("--json", "as JSON", false)
    .action((options: ListOptions) => finish(list(options, context)));
  sub("show", "the series of one runner: every value, and what changed between them")
    .argument("<runner>", "runner key")
    .option("--benchmark <id>", "this benchmark only")
    .option("--metric <name>", "this metric only (default: every judged one)")
    .option("--last <count>", "newest jobs of each series to show", wholeNumber, KEEP)
    .option("--json", "as JSON, with every job", false)
    .action((runner: string, options: ShowOptions) => finish(show(runner, options, context)));
  sub("prune", "remove old results that no series in use rests on; shows them, and removes with --yes")
    .option("--older-than <duration>", "only what is older, such as 180d", days)
    .option(
      "--keep <count>",
      `newest jobs that stay, of every runner and every series in use (default: ${KEEP})`,
      count,
    )
    .option("--runner <runner>", "of this runner only")
    .option("--broken", "in place of old results: files that no version can read", false)
    .option("--yes", "remove them", false)
    .action((options: PruneOptions) => finish(prune(options, context)));
  sub("export", "write all results to one .tar.gz, laid out like a folder of baselines")
    .argument("<file>", "a new file, .tar.gz")
    .option("--runner <runner>", "of this runner only")
    .action((file: string, options: ExportOptions) => finish(exportTo(file, options, context)));
  sub(
    "import",
    "add results from an export, a folder of baselines or the folder of an artifact",
    "0 all is stored, 1 something was refused or conflicts",
  )
    .argument("<source>", "file or folder")
    .action((source: string, options: StoreOptions) => finish(importFrom(source, options, context)));
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("It must be a whole number from 1.");
  return value;
}

function count(text: string): number {
  return text === "0" ? 0 : wholeNumber(text);
}

function days(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === null) throw new InvalidArgumentError("It must be a duration such as 180d.");
  return seconds / DAY_S;
}
