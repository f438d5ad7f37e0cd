/** The base commit checked out beside the user's tree: a repository and a worktree of their own, removed afterwards. */
import { cp, mkdir, readdir, realpath, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { gitAt, type Git } from "./git.ts";
import type { Remote } from "./base-commit.ts";
import { scratchFolder } from "./scratch.ts";

export interface BaseCheckout extends AsyncDisposable {
  readonly sha: string;
  /** What stands where the workspace stands in the head's checkout. */
  readonly workspace: string;
  /** The base's version of a path of the head's checkout; null for a path outside it or missing in the base. */
  counterpart(file: string): Promise<string | null>;
}

export type OpenedBase =
  | { readonly opened: true; readonly base: BaseCheckout }
  | { readonly opened: false; readonly reason: string };

/** Fetching and checking out large repositories takes its time. */
const SLOW_MS = 900_000;
/** Settings of the user's own repository that change what a checkout holds (large files, line ends) and where submodules come from. */
const COPIED_SETTINGS = String.raw`^(filter\..*|lfs\..*|url\..*|core\.(autocrlf|eol|safecrlf|longpaths|symlinks|filemode|ignorecase))$`;

/**
 * Checks `sha` out. The user's repository is only read, never written: objects are borrowed from it, and what is missing
 * (checkouts are shallow) is fetched aside. Hooks do not run.
 */
export async function openBase(sha: string, workspace: string, remote: Remote | null): Promise<OpenedBase> {
  await using stack = new AsyncDisposableStack();
  const scratch = stack.use(await scratchFolder());
  const user = gitAt(workspace, { workspace: remote !== null });
  const root = await user.query("rev-parse", "--show-toplevel");
  if (root === null) return refused(`${workspace} is not a git repository`);
  const repository = path.join(scratch.path, "repository");
  const tree = path.join(scratch.path, "base");
  await mkdir(repository);
  const git = gitAt(repository, { workspace: true, env: remote?.login ?? {}, timeoutMs: SLOW_MS });
  if ((await git.query("init", "--quiet", "--bare")) === null) return refused("git could not make a repository for it");
  await borrow(user, workspace, repository);
  await copySettings(user, git);
  const origin = remote?.url ?? (await user.query("config", "--get", "remote.origin.url"));
  if (origin !== null) await git.query("config", "remote.origin.url", origin);
  if (!(await has(git, sha))) {
    if (remote === null) return refused(`commit ${sha.slice(0, 7)} is not in this repository`);
    await git.query("fetch", "--quiet", "--no-tags", "--depth=1", remote.url, sha);
    if (!(await has(git, sha))) {
      return refused(
        `commit ${sha.slice(0, 7)} could not be fetched from ${remote.url}: give the token contents: read, or check out with fetch-depth: 0`,
      );
    }
  }
  const added = await git.query("-c", "core.hooksPath=/dev/null", "worktree", "add", "--quiet", "--detach", tree, sha);
  if (added === null) return refused(`commit ${sha.slice(0, 7)} could not be checked out (is the disk full?)`);
  const modules = await submodules(tree, root, remote);
  if (modules !== null) return refused(modules);
  const kept = stack.move();
  const inside = path.relative(await realRoot(root), await realRoot(workspace));
  return {
    opened: true,
    base: {
      sha,
      workspace: path.join(tree, inside),
      async counterpart(file) {
        const relative = path.relative(await realRoot(root), await realRoot(file));
        if (relative.startsWith("..") || path.isAbsolute(relative)) return null;
        const there = path.join(tree, relative);
        return stat(there).then(
          () => there,
          () => null,
        );
      },
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    },
  };
}

function refused(reason: string): OpenedBase {
  return { opened: false, reason };
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
  await mkdir(info, { recursive: true });
  await writeFile(path.join(info, "alternates"), `${await inGit("objects")}\n`);
  await cp(await inGit("shallow"), path.join(repository, "shallow")).catch(() => undefined);
}

async function copySettings(user: Git, git: Git): Promise<void> {
  const found = (await user.query("config", "--local", "--null", "--get-regexp", COPIED_SETTINGS)) ?? "";
  for (const entry of found.split("\0")) {
    const end = entry.indexOf("\n");
    if (end > 0) await git.query("config", "--add", entry.slice(0, end), entry.slice(end + 1));
  }
}

/** Only where the head's checkout has them too. Null: nothing to say. */
async function submodules(tree: string, root: string, remote: Remote | null): Promise<string | null> {
  const git = gitAt(tree, { workspace: remote !== null, env: remote?.login ?? {}, timeoutMs: SLOW_MS });
  const listed = await git.query("config", "--file", ".gitmodules", "--get-regexp", String.raw`^submodule\..*\.path$`);
  const paths = (listed ?? "").split("\n").flatMap((line) => line.split(" ").slice(1).join(" ") || []);
  for (const module of paths) {
    const filled = await readdir(path.join(root, module)).then(
      (names) => names.length > 0,
      () => false,
    );
    if (!filled) continue;
    const made = await git.query("submodule", "update", "--quiet", "--init", "--recursive", "--depth=1", "--", module);
    if (made === null) return `its submodule ${module} could not be checked out`;
  }
  return null;
}

async function realRoot(folder: string): Promise<string> {
  return realpath(folder).catch(() => path.resolve(folder));
}
