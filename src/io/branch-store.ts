/** Baselines on a branch of the repository. */
import { UserError } from "../core/errors.ts";
import { inputNamed } from "../core/input-name.ts";
import {
  storeOver,
  type Added,
  type BaselineStore,
  type Listing,
  type NewFile,
  type Removed,
} from "./baseline-store.ts";
import { readBranchFiles } from "./branch-archive.ts";
import { ATTEMPTS, blobSha, changeBranch, filesAt, headOf, isRule, listTree, lostRace } from "./branch-change.ts";
import type { GitHubApi } from "./github-api.ts";
import { apiFailure, describeFailure, permissionAdvice, type ApiFailure } from "./retry.ts";
import { TooLarge } from "./tar-reader.ts";

export interface BranchStoreOptions {
  readonly api: GitHubApi;
  readonly branch: string;
  /** Refused as a store: results are no part of anybody's source. */
  readonly defaultBranch: string | null;
}

/** Of one commit: more would make a request that GitHub refuses. */
const BATCH = { files: 100, bytes: 4 * 1024 * 1024 } as const;

export function branchStore({ api, branch, defaultBranch }: BranchStoreOptions): BaselineStore {
  if (branch === defaultBranch) {
    throw new UserError(
      `${inputNamed("baseline")}: ${branch} is the default branch, and results do not belong among the source; ` +
        `name a branch of their own such as branch:finetune-bench (it is created when the first result is stored)`,
    );
  }
  return storeOver({
    describe: () => placeOf(api, branch),
    where: (path) => `${api.serverUrl}/${api.owner}/${api.repo}/blob/${branch}/${path}`,
    list: (runnerKey) => list(api, branch, runnerKey),
    add: (files, message) => add(api, branch, files, message),
    remove: (paths, message) => remove(api, branch, paths, message),
  });
}

function placeOf({ owner, repo }: GitHubApi, branch: string): string {
  return `branch ${branch} of ${owner}/${repo}`;
}

async function list(api: GitHubApi, branch: string, runnerKey: string | null): Promise<Listing> {
  const place = `the baselines on ${placeOf(api, branch)} could not be read`;
  try {
    const commit = await headOf(api, branch);
    return { files: commit === null ? [] : await readBranchFiles(api, commit, runnerKey) };
  } catch (error) {
    if (error instanceof TooLarge) {
      return { files: [], unread: `${place}: ${error.message}; remove old files with finetune-bench baselines prune` };
    }
    const failure = apiFailure(error);
    const advice = isRefusal(failure) ? ` ${permissionAdvice({ contents: "read" })}` : "";
    return { files: [], unread: `${place}: ${describeFailure(failure)}.${advice}` };
  }
}

async function add(api: GitHubApi, branch: string, files: readonly NewFile[], message: string): Promise<Added> {
  const [added, present, taken]: [string[], string[], string[]] = [[], [], []];
  try {
    for (const batch of batchesOf(files)) {
      const done = await changeBranch(api, { branch, message, plan: (tree) => planAddition(api, tree, batch) });
      added.push(...done.added);
      present.push(...done.present);
      taken.push(...done.taken);
    }
    return { added, present, taken, warning: null };
  } catch (error) {
    return { added, present, taken, warning: refusal(api, branch, "the result could not be stored on", error) };
  }
}

/** The files whose name is free. */
async function planAddition(api: GitHubApi, tree: string | null, batch: readonly NewFile[]) {
  const there = tree === null ? new Map<string, string>() : await filesAt(api, tree, pathsOf(batch));
  const files = batch.filter(({ path }) => !there.has(path));
  const present = batch.filter(({ path, text }) => there.get(path) === blobSha(text));
  const taken = batch.filter((file) => there.has(file.path) && !present.includes(file));
  return { files, value: { added: pathsOf(files), present: pathsOf(present), taken: pathsOf(taken) } };
}

function pathsOf(files: readonly NewFile[]): string[] {
  return files.map(({ path }) => path);
}

function batchesOf(files: readonly NewFile[]): NewFile[][] {
  const batches: NewFile[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const file of files) {
    const batch = batches.at(-1);
    if (batch === undefined || batch.length >= BATCH.files || bytes + file.text.length > BATCH.bytes) {
      batches.push([file]);
      bytes = file.text.length;
    } else {
      batch.push(file);
      bytes += file.text.length;
    }
  }
  return batches;
}

async function remove(api: GitHubApi, branch: string, paths: readonly string[], message: string): Promise<Removed> {
  try {
    const removed = await changeBranch(api, {
      branch,
      message,
      async plan(tree) {
        const there = tree === null ? new Map<string, string>() : await listTree(api, tree, true);
        const gone = paths.filter((path) => there.has(path));
        if (gone.length > 0 && gone.length === there.size) {
          throw new UserError(
            `nothing would be left on ${placeOf(api, branch)}; remove the branch itself instead: ` +
              `git push origin --delete ${branch}`,
          );
        }
        return { files: gone.map((path) => ({ path, text: null })), value: gone };
      },
    });
    return { removed, warning: null };
  } catch (error) {
    if (error instanceof UserError) throw error;
    return { removed: [], warning: refusal(api, branch, "nothing could be removed from", error) };
  }
}

function refusal(api: GitHubApi, branch: string, words: string, error: unknown): string {
  const failure = apiFailure(error);
  const sentence = `${words} ${placeOf(api, branch)}: ${describeFailure(failure)}.`;
  return `${sentence} ${writeAdvice(failure, branch)}`.trim();
}

/** GitHub also answers 404 where the token may not know that something exists. */
function isRefusal({ status, waitS }: ApiFailure): boolean {
  return (status === 403 || status === 404) && waitS === null;
}

function writeAdvice(failure: ApiFailure, branch: string): string {
  if (isRule(failure.message)) {
    return `A rule of the repository protects that branch: exclude ${branch} from it (Settings, Rules).`;
  }
  if (isRefusal(failure)) return permissionAdvice({ contents: "write" });
  if (lostRace(failure)) return `Other jobs moved the branch ${ATTEMPTS} times in a row; run the job again.`;
  return failure.status === 0 || failure.status >= 500 ? "Run the job again." : "";
}
