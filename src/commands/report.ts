/** `finetune-bench report`: judge what jobs measured, together, and show the verdict. */
import path from "node:path";
import type { Command } from "commander";
import { reportName } from "../core/artifact-name.ts";
import { UserError } from "../core/errors.ts";
import { parseInputs } from "../core/inputs.ts";
import type { SetAside } from "../io/collect.ts";
import { readLocalResults } from "../io/local-results.ts";
import { openLocalStore } from "../io/local-store.ts";
import { plainProgress } from "../io/progress.ts";
import type { ReportHost } from "../io/report-host.ts";
import { localFolder } from "../io/results-folder.ts";
import { renderTerminal } from "../io/terminal.ts";
import { runReportLine } from "../report-line.ts";
import { EXIT, exitStatuses, type CommandContext } from "./command.ts";

interface ReportOptions {
  readonly save: boolean;
  readonly baseline?: string;
  readonly failOn?: string;
}

export function addReport(program: Command, context: CommandContext): void {
  program
    .command("report")
    .description("judge what jobs have measured, all runners together, and show the verdict")
    .argument(
      "<dir...>",
      "results folders of jobs or of measure_gpu.py, folders of such, result.json files, or downloaded artifacts (.zip)",
    )
    .option("--save", "record the results as new points of their runners' histories", false)
    .option("--baseline <place>", "dir:PATH or branch:NAME of the history (default: dir:.finetune-bench/baselines)")
    .option("--fail-on <verdicts>", "verdicts that give exit status 1 (default: regression,failed)")
    .addHelpText("after", exitStatuses("0 gate passed, 1 gate failed"))
    .action(async (given: string[], options: ReportOptions) => context.finish(await report(given, options, context)));
}

async function report(given: readonly string[], options: ReportOptions, { signal }: CommandContext): Promise<number> {
  const inputs = parseInputs((name) => (name === "fail-on" ? options.failOn : undefined));
  const { results, aside } = await readLocalResults(given);
  if (results.length === 0) throw new UserError(nothingUsable(given, aside));
  const cwd = process.cwd();
  const folder = await localFolder(cwd);
  const host: ReportHost = {
    collected: { results, aside, warnings: [], runUrl: null },
    resultsRoot: path.join(folder, "results"),
    folderName: reportName(new Date().toISOString().replace(/[^0-9TZ]/g, ""), 1),
    store: await openLocalStore(options.baseline, { cwd, env: process.env, signal }),
    mayRecord: () => options.save,
    progress: plainProgress((line) => void process.stderr.write(`${line}\n`)),
    signal,
    publish: (reports, { path: shown }) => {
      const width = process.stdout.columns ?? 120;
      const terminal = { colour: process.stdout.hasColors?.() ?? false, width, results: shown, isCollected: true };
      process.stdout.write(reports.map((joint) => renderTerminal(joint, terminal)).join("\n"));
      return Promise.resolve(reports);
    },
  };
  const { reports } = await runReportLine(inputs, host);
  if (signal.aborted) return EXIT.interrupted;
  return reports.some(({ gate }) => gate.gate === "fail") ? EXIT.failed : EXIT.passed;
}

const MOST_REASONS = 20;

function nothingUsable(given: readonly string[], aside: readonly SetAside[]): string {
  const reasons = aside.slice(0, MOST_REASONS).map(({ name, reason }) => `${name}: ${reason}`);
  return `${given.join(" ")} holds no results that can be used. ${reasons.join("; ")}`;
}
