/** `baselines prune` and `import`: change what a store holds, never a file in it. */
import path from "node:path";
import { UserError } from "../core/errors.ts";
import { planImport } from "../core/import-plan.ts";
import { KEEP, planPrune } from "../core/prune.ts";
import { counted } from "../core/units.ts";
import { pruneText } from "../io/baseline-tables.ts";
import { readImport } from "../io/import-source.ts";
import { localFolder } from "../io/results-folder.ts";
import { filesOf, note, ofRunner, openStore, print, type StoreOptions } from "./baselines-store.ts";
import { EXIT, type CommandContext } from "./command.ts";

/** Files of one step of progress. */
const STEP = 100;

export interface PruneOptions extends StoreOptions {
  readonly olderThan?: number;
  readonly keep?: number;
  readonly runner?: string;
  readonly broken: boolean;
  readonly yes: boolean;
}

export async function prune(options: PruneOptions, { signal }: CommandContext): Promise<number> {
  const { olderThan, keep, broken } = options;
  if (!broken && olderThan === undefined && keep === undefined) {
    throw new UserError("say what may go: --older-than 180d, --keep 100, or --broken");
  }
  const store = await openStore(options, signal);
  const files = options.runner === undefined ? await filesOf(store, null) : await ofRunner(store, options.runner);
  const rule = { olderThanDays: olderThan ?? null, keep: keep ?? KEEP, runner: options.runner ?? null, broken };
  const plan = planPrune(files, rule, new Date());
  print(pruneText(plan, rule.keep));
  const paths = plan.remove.map((file) => file.path);
  if (paths.length === 0) return EXIT.passed;
  if (!options.yes) {
    print(`Nothing was removed from ${store.describe()}: add --yes to remove them.\n`);
    return EXIT.passed;
  }
  const { removed, warning } = await store.remove(paths, `Prune ${counted(paths.length, "file")}`);
  if (warning !== null) throw new UserError(warning);
  print(`Removed ${counted(removed.length, "file")} from ${store.describe()}.\n`);
  return EXIT.passed;
}

export async function importFrom(source: string, options: StoreOptions, { signal }: CommandContext): Promise<number> {
  const found = await readImport(path.resolve(source));
  if (options.baseline === undefined) await localFolder(process.cwd());
  const store = await openStore(options, signal);
  const plan = planImport(found, await filesOf(store, null));
  const taken = [...plan.taken];
  let added = 0;
  for (let start = 0; start < plan.add.length; start += STEP) {
    signal.throwIfAborted();
    const part = plan.add.slice(start, start + STEP);
    if (plan.add.length > STEP) note(`storing ${start + part.length} of ${plan.add.length}`);
    const done = await store.add(part, `Import ${counted(part.length, "file")}`);
    added += done.added.length;
    taken.push(...done.taken);
    if (done.warning !== null) throw new UserError(`${counted(added, "file")} stored, then: ${done.warning}`);
  }
  for (const { source: where, fault } of plan.refused) note(`refused: ${where}: ${fault}`);
  for (const file of taken) note(`conflict: ${file} holds another result already, which stays`);
  const rest = [
    ...(plan.present.length > 0 ? [`${plan.present.length} there already`] : []),
    ...(taken.length > 0 ? [`${taken.length} in conflict`] : []),
    ...(plan.refused.length > 0 ? [`${plan.refused.length} refused`] : []),
  ];
  print(`${[`${counted(added, "file")} added to ${store.describe()}`, ...rest].join(", ")}.\n`);
  return taken.length + plan.refused.length === 0 ? EXIT.passed : EXIT.failed;
}
