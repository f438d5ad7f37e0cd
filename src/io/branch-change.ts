/** Changes files on a branch through the Git Data API: the checkout is never touched, and nothing is ever pushed by force. */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { GitHubApi } from "./github-api.ts";
import { apiFailure, BrokenAnswer, withRetry, type ApiFailure } from "./retry.ts";

/**
 * How often one change may find that another job was faster. Who loses, loses to somebody who won: so many jobs that each
 * store one result at the same moment all get through, whatever the order.
 */
export const ATTEMPTS = 24;
const FIRST_WAIT_S = 0.5;
const LONGEST_WAIT_S = 8;

/** A text to put at a path, or null to take the file there away. */
export interface FileChange {
  readonly path: string;
  readonly text: string | null;
}

export interface BranchChange<T> {
  readonly branch: string;
  readonly message: string;
  /** What to change, from the tree of the branch's newest commit (null: no branch yet). No files: nothing is done. */
  readonly plan: (tree: string | null) => Promise<{ files: readonly FileChange[]; value: T }>;
}

/** Plans and commits, again and again while other jobs are faster; returns the plan's `value`. */
export async function changeBranch<T>(api: GitHubApi, { branch, message, plan }: BranchChange<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const parent = await headOf(api, branch);
    const base = parent === null ? null : await treeOf(api, parent);
    const { files, value } = await plan(base);
    if (files.length === 0) return value;
    const commit = await commitFiles(api, { files, base, parent, message });
    try {
      await moveBranch(api, branch, parent, commit);
      return value;
    } catch (error) {
      if (!lostRace(apiFailure(error)) || attempt >= ATTEMPTS) throw error;
      // Anywhere in a window that doubles, so that jobs that met once do not meet again.
      await sleep(Math.random() * Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** attempt) * 1000);
    }
  }
}

/** The newest commit of the branch; null when there is no such branch. One request, which needs the right to read. */
export async function headOf({ octokit, owner, repo }: GitHubApi, branch: string): Promise<string | null> {
  const ref = `heads/${branch}`;
  const found = await withRetry(() => octokit.rest.git.listMatchingRefs({ owner, repo, ref }));
  return found.data.find((candidate) => candidate.ref === `refs/${ref}`)?.object.sha ?? null;
}

async function treeOf({ octokit, owner, repo }: GitHubApi, commit: string): Promise<string> {
  const found = await withRetry(() => octokit.rest.git.getCommit({ owner, repo, commit_sha: commit }));
  return found.data.tree.sha;
}

/** Git's name for a file with this text. */
export function blobSha(text: string): string {
  const bytes = Buffer.from(text);
  return createHash("sha1").update(`blob ${bytes.byteLength}\0`).update(bytes).digest("hex");
}

/** Path → git's name of the file there, for those of `paths` that exist: one listing for each folder on the way. */
export async function filesAt(
  api: GitHubApi,
  tree: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const listings = new Map<string, ReadonlyMap<string, string>>();
  const found = new Map<string, string>();
  for (const path of paths) {
    let at: string | undefined = tree;
    for (const part of path.split("/")) {
      if (at === undefined) break;
      const listing: ReadonlyMap<string, string> = listings.get(at) ?? (await listTree(api, at, false));
      listings.set(at, listing);
      at = listing.get(part);
    }
    if (at !== undefined) found.set(path, at);
  }
  return found;
}

/** Name → git's name, of everything in a folder, or of every file below it. */
export async function listTree(
  { octokit, owner, repo }: GitHubApi,
  tree: string,
  recursive: boolean,
): Promise<ReadonlyMap<string, string>> {
  const depth = recursive ? { recursive: "1" } : {};
  const { data } = await withRetry(() => octokit.rest.git.getTree({ owner, repo, tree_sha: tree, ...depth }));
  // With a part of the names a taken one would look free.
  if (data.truncated) throw new BrokenAnswer("the branch holds more files than GitHub lists at once");
  const entries = data.tree.filter(({ type }) => !recursive || type !== "tree");
  return new Map(entries.map(({ path, sha }) => [path, sha]));
}

interface NewCommit {
  readonly files: readonly FileChange[];
  readonly base: string | null;
  readonly parent: string | null;
  readonly message: string;
}

async function commitFiles({ octokit, owner, repo }: GitHubApi, commit: NewCommit): Promise<string> {
  const tree = await withRetry(() =>
    octokit.rest.git.createTree({
      owner,
      repo,
      ...(commit.base === null ? {} : { base_tree: commit.base }),
      tree: commit.files.map(({ path, text }) => ({
        path,
        mode: "100644",
        type: "blob",
        ...(text === null ? { sha: null } : { content: text }),
      })),
    }),
  );
  const made = await withRetry(() =>
    octokit.rest.git.createCommit({
      owner,
      repo,
      message: commit.message,
      tree: tree.data.sha,
      parents: commit.parent === null ? [] : [commit.parent],
    }),
  );
  return made.data.sha;
}

async function moveBranch(api: GitHubApi, branch: string, from: string | null, to: string): Promise<void> {
  const { octokit, owner, repo } = api;
  if (from === null) {
    await withRetry(() => octokit.rest.git.createRef({ owner, repo, ref: `refs/heads/${branch}`, sha: to }));
  } else {
    await withRetry(() => octokit.rest.git.updateRef({ owner, repo, ref: `heads/${branch}`, sha: to, force: false }));
  }
}

/** Somebody else moved, made or removed the branch since it was read; a rule of the repository is no race. */
export function lostRace({ status, message }: ApiFailure): boolean {
  if (isRule(message)) return false;
  if (status === 409) return true;
  return status === 422 && /fast.?forward|already exists|does not exist|cannot be updated|expected/i.test(message);
}

export function isRule(message: string): boolean {
  return /rule violation|ruleset|protected (branch|ref)|required status|must be made through/i.test(message);
}
