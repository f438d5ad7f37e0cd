/** Baselines on a branch of the repository, written through the Git Data API: the checkout is never touched. */
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../core/errors.ts";
import type { JobResult } from "../core/result.ts";
import { gather, storedPath, storedText } from "../core/stored-result.ts";
import type { BaselineStore, History, SaveOutcome } from "./baseline-store.ts";
import { readBranchFiles } from "./branch-archive.ts";
import type { GitHubApi } from "./github-api.ts";
import { apiFailure, describeFailure, permissionAdvice, withRetry, type ApiFailure } from "./retry.ts";

export interface BranchStoreOptions {
  readonly api: GitHubApi;
  readonly branch: string;
  /** Refused as a store: results are no part of anybody's source. */
  readonly defaultBranch: string | null;
}

/** How often one save may find that another job was faster; the waits in between spread the jobs over time. */
const ATTEMPTS = 12;

export function branchStore({ api, branch, defaultBranch }: BranchStoreOptions): BaselineStore {
  if (branch === defaultBranch) {
    throw new UserError(
      `input baseline: ${branch} is the default branch, and results do not belong among the source; ` +
        `name a branch of their own such as branch:finetune-bench (it is created when the first result is stored)`,
    );
  }
  const where = `branch ${branch} of ${api.owner}/${api.repo}`;
  return {
    describe: () => where,
    async read(runnerKey): Promise<History> {
      try {
        const commit = await headOf(api, branch);
        return commit === null ? { results: [], warnings: [] } : gather(await readBranchFiles(api, commit, runnerKey));
      } catch (error) {
        const failure = apiFailure(error);
        const advice = isRefusal(failure) ? ` ${permissionAdvice({ contents: "read" })}` : "";
        const warning = `the baselines on ${where} could not be read: ${describeFailure(failure)}.${advice}`;
        return { results: [], warnings: [], unread: warning };
      }
    },
    async save(result): Promise<SaveOutcome> {
      try {
        return await append(api, branch, result);
      } catch (error) {
        const failure = apiFailure(error);
        const words = `the result could not be stored on ${where}: ${describeFailure(failure)}.`;
        return { saved: false, warning: `${words} ${saveAdvice(failure, branch)}`.trim() };
      }
    },
  };
}

/** The newest commit of the branch; null when there is no such branch. One request, which needs the right to read. */
async function headOf({ octokit, owner, repo }: GitHubApi, branch: string): Promise<string | null> {
  const ref = `heads/${branch}`;
  const found = await withRetry(() => octokit.rest.git.listMatchingRefs({ owner, repo, ref }));
  return found.data.find((candidate) => candidate.ref === `refs/${ref}`)?.object.sha ?? null;
}

async function append(api: GitHubApi, branch: string, result: JobResult): Promise<SaveOutcome> {
  const { octokit, owner, repo } = api;
  const path = storedPath(result);
  const content = Buffer.from(storedText(result)).toString("base64");
  const blob = await withRetry(() => octokit.rest.git.createBlob({ owner, repo, content, encoding: "base64" }));
  const where = `${api.serverUrl}/${owner}/${repo}/blob/${branch}/${path}`;
  for (let attempt = 1; ; attempt++) {
    const parent = await headOf(api, branch);
    const base = parent === null ? null : await treeOf(api, parent);
    const present = base === null ? null : await blobAt(api, base, path);
    if (present === blob.data.sha) return { saved: true, where };
    if (present !== null) return { saved: false, warning: takenWarning(path, branch) };
    const commit = await commitFile(api, { path, blob: blob.data.sha, base, parent, message: messageOf(result) });
    try {
      await moveBranch(api, branch, parent, commit);
      return { saved: true, where };
    } catch (error) {
      if (!lostRace(apiFailure(error)) || attempt >= ATTEMPTS) throw error;
      await sleep(Math.random() * Math.min(8, 2 ** attempt / 2) * 1000);
    }
  }
}

async function treeOf({ octokit, owner, repo }: GitHubApi, commit: string): Promise<string> {
  const found = await withRetry(() => octokit.rest.git.getCommit({ owner, repo, commit_sha: commit }));
  return found.data.tree.sha;
}

/** Hash of the file at `path`, or null: two listings, of the branch's folders and of this runner's files. */
async function blobAt({ octokit, owner, repo }: GitHubApi, tree: string, path: string): Promise<string | null> {
  let at = tree;
  for (const part of path.split("/")) {
    const sha = at;
    const listing = await withRetry(() => octokit.rest.git.getTree({ owner, repo, tree_sha: sha }));
    const entry = listing.data.tree.find((candidate) => candidate.path === part);
    if (entry?.sha === undefined) return null;
    at = entry.sha;
  }
  return at;
}

interface NewFile {
  readonly path: string;
  readonly blob: string;
  readonly base: string | null;
  readonly parent: string | null;
  readonly message: string;
}

async function commitFile({ octokit, owner, repo }: GitHubApi, file: NewFile): Promise<string> {
  const tree = await withRetry(() =>
    octokit.rest.git.createTree({
      owner,
      repo,
      ...(file.base === null ? {} : { base_tree: file.base }),
      tree: [{ path: file.path, mode: "100644", type: "blob", sha: file.blob }],
    }),
  );
  const commit = await withRetry(() =>
    octokit.rest.git.createCommit({
      owner,
      repo,
      message: file.message,
      tree: tree.data.sha,
      parents: file.parent === null ? [] : [file.parent],
    }),
  );
  return commit.data.sha;
}

async function moveBranch(api: GitHubApi, branch: string, from: string | null, to: string): Promise<void> {
  const { octokit, owner, repo } = api;
  if (from === null) {
    await withRetry(() => octokit.rest.git.createRef({ owner, repo, ref: `refs/heads/${branch}`, sha: to }));
  } else {
    await withRetry(() => octokit.rest.git.updateRef({ owner, repo, ref: `heads/${branch}`, sha: to, force: false }));
  }
}

function messageOf({ runner_key, job, benchmarks }: JobResult): string {
  const commit = job.sha?.slice(0, 7) ?? "no commit";
  const count = `${benchmarks.length} benchmark${benchmarks.length === 1 ? "" : "s"}`;
  const run = job.run_url ?? `run ${job.run_id}`;
  return `Record ${commit} on ${runner_key}\n\n${count} measured after ${job.event} on ${job.ref}\n${run}\n`;
}

/** Somebody else moved, made or removed the branch since it was read; a rule of the repository is no race. */
function lostRace({ status, message }: ApiFailure): boolean {
  if (isRule(message)) return false;
  if (status === 409) return true;
  return status === 422 && /fast.?forward|already exists|does not exist|cannot be updated|expected/i.test(message);
}

function isRule(message: string): boolean {
  return /rule violation|ruleset|protected (branch|ref)|required status|must be made through/i.test(message);
}

/** GitHub also answers 404 where the token may not know that something exists. */
function isRefusal({ status, waitS }: ApiFailure): boolean {
  return (status === 403 || status === 404) && waitS === null;
}

function saveAdvice(failure: ApiFailure, branch: string): string {
  if (isRule(failure.message)) {
    return `A rule of the repository protects that branch: exclude ${branch} from it (Settings, Rules).`;
  }
  if (isRefusal(failure)) return permissionAdvice({ contents: "write" });
  if (lostRace(failure)) return `Other jobs moved the branch ${ATTEMPTS} times in a row; run the job again.`;
  return failure.status === 0 || failure.status >= 500 ? "Run the job again." : "";
}

function takenWarning(path: string, branch: string): string {
  return (
    `${path} exists on branch ${branch} already and is never rewritten: another job of the same run and runner stored ` +
    `its result. Run one suite per runner in a workflow run, or give the jobs different runner keys.`
  );
}
