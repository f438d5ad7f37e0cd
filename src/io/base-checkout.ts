/** The base commit checked out beside the user's tree: a repository and a worktree of their own, removed afterwards. */
import { appendFile, cp, readdir, realpath, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bareAt, gitAt, type Git } from "./git.ts";
import type { Remote } from "./base-commit.ts";
import { makeFolder } from "./make-folder.ts";
import { scratchFolder } from "./scratch.ts";

/** A base commit within reach: its objects are at hand, nothing of it is checked out yet. */
export interface ReachedBase extends AsyncDisposable {
  readonly sha: string;
  /** Text of a file of the commit, by its path from the workspace; null where it has no such file. */
  readFile(file: string): Promise<string | null>;
  /** Checks it out; at most once. */
  checkout(): Promise<OpenedBase>;
}

export interface BaseCheckout {
  readonly sha: string;
  /** What stands where the workspace stands in the head's checkout. */
  readonly workspace: string;
  /** The base's version of a path of the head's checkout; null for a path outside it or missing in the base. */
  counterpart(file: string): Promise<string | null>;
}

export type Reached =
  | { readonly reached: true; readonly base: ReachedBase }
  | { readonly reached: false; readonly reason: string };

export type OpenedBase =
  | { readonly opened: true; readonly base: BaseCheckout }
  | { readonly opened: false; readonly reason: string };

/** Fetching and checking out large repositories takes its time. */
const SLOW_MS = 900_000;
const FETCH_ATTEMPTS = 3;
/** Settings of the user's own repository that change what a checkout holds (large files, line ends) and where submodules come from. */
const COPIED_SETTINGS = String.raw`^(filter\..*|lfs\..*|url\..*|core\.(autocrlf|eol|safecrlf|longpaths|symlinks|filemode|ignorecase))$`;
const NO_HOOKS = ["-c", "core.hooksPath=/dev/null"];

interface Place {
  readonly sha: string;
  readonly workspace: string;
  readonly remote: Remote | null;
  /** Of the user's checkout. */
  readonly root: string;
  /** The scratch repository, and where its worktree will stand. */
  readonly repository: string;
  readonly tree: string;
  readonly git: Git;
  readonly signal: AbortSignal | undefined;
}

/**
 * Brings `sha` within reach. The user's repository is only read, never written: objects are borrowed from it, and what is
 * missing (checkouts are shallow) is fetched aside. Called before anything of the head runs, so that no setting which the
 * head's code might leave in the checkout takes part.
 */
export async function reachBase(
  sha: string,
  workspace: string,
  remote: Remote | null,
  signal?: AbortSignal,
): Promise<Reached> {
  await using stack = new AsyncDisposableStack();
  const scratch = stack.use(await scratchFolder());
  const user = gitAt(workspace, { workspace: remote !== null });
  const root = await user.query("rev-parse", "--show-toplevel");
  if (root === null) return { reached: false, reason: `${workspace} is not a git repository` };
  const repository = path.join(scratch.path, "repository");
  await makeFolder(repository);
  const env = { ...remote?.login, ...bareAt(repository) };
  const git = gitAt(repository, { workspace: true, env, timeoutMs: SLOW_MS, signal });
  if (!(await git.attempt("init", "--quiet", "--bare")).ok) {
    return { reached: false, reason: "git could not make a repository for it" };
  }
  await borrow(user, workspace, repository);
  await copySettings(user, repository, remote);
  const tree = path.join(scratch.path, "base");
  const place: Place = { sha, workspace, remote, root, repository, tree, git, signal };
  if (!(await has(git, sha))) {
    if (remote === null) return { reached: false, reason: `commit ${sha.slice(0, 7)} is not in this repository` };
    const fetched = await fetchCommit(place);
    if (!(await has(git, sha))) {
      const advice = "give the token contents: read, or check out with fetch-depth: 0";
      const reason = `commit ${sha.slice(0, 7)} could not be fetched from ${remote.url}: ${advice} (git: ${fetched})`;
      return { reached: false, reason };
    }
  }
  const kept = stack.move();
  return {
    reached: true,
    base: {
      sha,
      readFile: async (file) => git.query("show", `${sha}:${path.posix.join(await fromRoot(place, workspace), file)}`),
      checkout: () => checkOut(place),
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    },
  };
}

/** git's last words where it failed. What a refusal is stays one; everything else is tried again. */
async function fetchCommit({ git, remote, sha, signal }: Place): Promise<string> {
  const url = remote?.url ?? "origin";
  for (let attempt = 1; ; attempt++) {
    const { ok, words } = await git.attempt("fetch", "--quiet", "--no-tags", "--depth=1", url, sha);
    const refusal = /\b40[134]\b|not our ref|not found|could not read (Username|Password)|Authentication failed/i;
    if (ok || attempt >= FETCH_ATTEMPTS || refusal.test(words) || signal?.aborted === true) return words;
    await sleep(1000 * attempt);
  }
}

async function checkOut(place: Place): Promise<OpenedBase> {
  const { git, sha, tree, remote, repository } = place;
  const add = () => git.attempt(...NO_HOOKS, "worktree", "add", "--quiet", "--force", "--detach", tree, sha);
  let added = await add();
  if (!added.ok && remote !== null) {
    // The user's checkout knows the commit but does not hold all its files: a partial clone. Then everything is fetched.
    await rm(path.join(repository, "objects", "info", "alternates"), { force: true });
    await rm(path.join(repository, "shallow"), { force: true });
    await rm(tree, { recursive: true, force: true });
    await fetchCommit(place);
    added = await add();
  }
  if (!added.ok) {
    const hint = remote === null ? "; in a partial clone, git fetch --refetch brings what it lacks" : "";
    return refused(`commit ${sha.slice(0, 7)} could not be checked out (git: ${added.words})${hint}`);
  }
  const modules = await submodules(place);
  if (modules !== null) return refused(modules);
  return {
    opened: true,
    base: {
      sha,
      workspace: path.join(tree, await fromRoot(place, place.workspace)),
      async counterpart(file) {
        const relative = await fromRoot(place, file);
        if (relative.startsWith("..") || path.isAbsolute(relative)) return null;
        const there = path.join(tree, relative);
        return stat(there).then(
          () => there,
          () => null,
        );
      },
    },
  };
}

function refused(reason: string): OpenedBase {
  return { opened: false, reason };
}

/** With `/`, as git names paths. */
async function fromRoot({ root }: Place, file: string): Promise<string> {
  return path.relative(await real(root), await real(file)).replaceAll(path.sep, "/");
}

async function has(git: Git, sha: string): Promise<boolean> {
  return (await git.query("cat-file", "-e", `${sha}^{tree}`)) !== null;
}

/** Where the history of the user's checkout ends must be known here too, or git looks for commits that were never fetched. */
async function borrow(user: Git, workspace: string, repository: string): Promise<void> {
  // Answered relative to the folder that was asked about.
  const inGit = async (name: string): Promise<string> =>
    path.resolve(workspace, (await user.query("rev-parse", "--git-path", name)) ?? name);
  const info = path.join(repository, "objects", "info");
  await makeFolder(info);
  await writeFile(path.join(info, "alternates"), `${await inGit("objects")}\n`);
  await cp(await inGit("shallow"), path.join(repository, "shallow")).catch(() => undefined);
}

/** Written into the file itself: an address can hold a token, and arguments of programs are seen by everybody. */
async function copySettings(user: Git, repository: string, remote: Remote | null): Promise<void> {
  const found = (await user.query("config", "--local", "--null", "--get-regexp", COPIED_SETTINGS)) ?? "";
  const settings = found.split("\0").flatMap((entry) => {
    const end = entry.indexOf("\n");
    return end > 0 ? [setting(entry.slice(0, end), entry.slice(end + 1))] : [];
  });
  const origin = remote?.url ?? (await user.query("config", "--get", "remote.origin.url"));
  if (origin !== null) settings.push(setting("remote.origin.url", origin));
  await appendFile(path.join(repository, "config"), settings.join(""), { mode: 0o600 });
}

function setting(key: string, value: string): string {
  const [first, last] = [key.indexOf("."), key.lastIndexOf(".")];
  const section = first === last ? key.slice(0, first) : `${key.slice(0, first)} ${quoted(key.slice(first + 1, last))}`;
  return `[${section}]\n\t${key.slice(last + 1)} = ${quoted(value)}\n`;
}

function quoted(text: string): string {
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll('"', String.raw`\"`)
    .replaceAll("\n", String.raw`\n`);
  return `"${escaped}"`;
}

/** Only where the head's checkout has them too. Null: nothing to say. */
async function submodules({ tree, root, remote, signal }: Place): Promise<string | null> {
  const git = gitAt(tree, { workspace: remote !== null, env: remote?.login ?? {}, timeoutMs: SLOW_MS, signal });
  const listed = await git.query("config", "--file", ".gitmodules", "--get-regexp", String.raw`^submodule\..*\.path$`);
  const paths = (listed ?? "").split("\n").flatMap((line) => line.split(" ").slice(1).join(" ") || []);
  for (const module of paths) {
    const filled = await readdir(path.join(root, module)).then(
      (names) => names.length > 0,
      () => false,
    );
    if (!filled) continue;
    const update = ["submodule", "update", "--quiet", "--init", "--recursive", "--depth=1", "--", module];
    const made = await git.attempt(...NO_HOOKS, ...update);
    if (!made.ok) return `its submodule ${module} could not be checked out (git: ${made.words})`;
  }
  return null;
}

async function real(folder: string): Promise<string> {
  return realpath(folder).catch(() => path.resolve(folder));
}
