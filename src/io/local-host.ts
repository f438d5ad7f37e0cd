/** The world of the local command: a folder, a terminal, and a history in `.finetune-bench/`. */
import path from "node:path";
import { parseBaselineInput } from "../core/baseline-input.ts";
import { VERSION } from "../core/version.ts";
import { renderTerminal } from "./terminal.ts";
import { baseOfHistory, baseOfRef } from "./base-commit.ts";
import { cacheFolder } from "./cache-folder.ts";
import type { Host } from "./host.ts";
import { readJobContext } from "./job-context.ts";
import { openStore } from "./open-store.ts";
import { plainProgress, terminalProgress } from "./progress.ts";
import { localFolder } from "./results-folder.ts";

/** Pairs that nobody asked for may take this long. */
const UNASKED_CONFIRM_S = 300;

export interface LocalOptions {
  /** The folder `harness/` of this program. */
  readonly harness: string;
  /** `dir:PATH`; null: the folder's own history. */
  readonly baseline: string | null;
  readonly record: boolean;
  readonly repeats: number | null;
  /** The commit to run beside HEAD; null: that of the newest stored job, within a small budget. */
  readonly base: string | null;
  readonly signal: AbortSignal;
}

export async function localHost(options: LocalOptions): Promise<Host> {
  const workspace = process.cwd();
  const context = await readJobContext({ env: {}, cwd: workspace });
  const folder = await localFolder(workspace);
  const baseline = parseBaselineInput(options.baseline ?? `dir:${path.join(folder, "baselines")}`);
  const terminal = process.stderr.isTTY;
  return {
    context,
    version: VERSION,
    workspace,
    resultsRoot: path.join(folder, "results"),
    cache: cacheFolder(process.env),
    harness: options.harness,
    env: process.env,
    store: openStore(baseline, { cwd: workspace, api: null, defaultBranch: null }),
    record: options.record ? "now" : "never",
    repeats: options.repeats,
    base: (newest) => (options.base === null ? baseOfHistory(newest, workspace) : baseOfRef(options.base, workspace)),
    remote: null,
    confirmBudgetS: options.base === null ? UNASKED_CONFIRM_S : Number.POSITIVE_INFINITY,
    progress: terminal
      ? terminalProgress(process.stderr)
      : plainProgress((line) => void process.stderr.write(`${line}\n`)),
    signal: options.signal,
    publish: (report, results) => {
      const width = process.stdout.columns ?? 120;
      process.stdout.write(
        renderTerminal(report, { colour: process.stdout.hasColors?.() ?? false, width, results: results.path }),
      );
      return Promise.resolve(report);
    },
  };
}
