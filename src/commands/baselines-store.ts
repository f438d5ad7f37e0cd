/** What the subcommands of `baselines` share: the store that is meant, and words for people. */
import { didYouMean } from "../core/did-you-mean.ts";
import { UserError } from "../core/errors.ts";
import { terminalText } from "../core/escape.ts";
import { summarise } from "../core/store-summary.ts";
import { parseStoredPath, readStored, type RawFile, type StoredFile } from "../core/stored-result.ts";
import type { BaselineStore } from "../io/baseline-store.ts";
import { openLocalStore } from "../io/local-store.ts";

export interface StoreOptions {
  readonly baseline?: string;
}

export function openStore({ baseline }: StoreOptions, signal: AbortSignal): Promise<BaselineStore> {
  if (baseline?.startsWith("branch:") === true && process.stderr.isTTY) note(`reading ${baseline} from GitHub`);
  return openLocalStore(baseline, { cwd: process.cwd(), env: process.env, signal });
}

export async function rawOf(store: BaselineStore, runner: string | null): Promise<readonly RawFile[]> {
  const { files, unread } = await store.list(runner);
  if (unread !== undefined) throw new UserError(unread);
  return files;
}

export async function filesOf(store: BaselineStore, runner: string | null): Promise<StoredFile[]> {
  return (await rawOf(store, runner)).map(readStored);
}

/** Throws a `UserError` that names the runners there are when this is none of them. */
export async function ofRunner(store: BaselineStore, runner: string): Promise<StoredFile[]> {
  const files = await filesOf(store, null);
  const own = files.filter((file) => parseStoredPath(file.path)?.runnerKey === runner);
  if (own.length > 0) return own;
  const keys = summarise(files, new Date()).map(({ runner_key }) => runner_key);
  const known =
    keys.length === 0 ? "nothing is stored there" : `it holds ${keys.join(", ")}${didYouMean(runner, keys)}`;
  throw new UserError(`there is no runner ${runner} in ${store.describe()}; ${known}`);
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

export function print(text: string): void {
  process.stdout.write(text);
}

export function note(line: string): void {
  process.stderr.write(`finetune-bench: ${terminalText(line, 2000)}\n`);
}
