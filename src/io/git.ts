/** The few questions asked of git, always about one folder, never of a person. */
import path from "node:path";
import { execa } from "execa";
import { CHILD_MARK } from "./child-environment.ts";
import { noteChild } from "./child-notes.ts";

export interface Git {
  /** Like `query`, with git's own last words where it failed. */
  attempt(...args: readonly string[]): Promise<{ readonly ok: boolean; readonly words: string }>;
  /** Standard output without its last newline, or null when git said no or is not there. */
  query(...args: readonly string[]): Promise<string | null>;
}

export interface GitOptions {
  /**
   * The folder is the workspace of this very job: git may read it although another user owns it (the rule in containers
   * on self-hosted runners), and a repository around it is not meant.
   */
  readonly workspace: boolean;
  /** Further variables, such as a login. */
  readonly env?: Readonly<Record<string, string>>;
  /** Longest time of one question; default a minute. */
  readonly timeoutMs?: number;
  /** Aborting it ends the question in progress, which then counts as not answered. */
  readonly signal?: AbortSignal | undefined;
}

/** Variables by which git's own hooks point it at another repository. */
const POINTERS = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX"];

/** Names the bare repository in a folder: where a person set `safe.bareRepository`, git does not find it by itself. */
export function bareAt(folder: string): Readonly<Record<string, string>> {
  return { GIT_DIR: folder };
}

export function gitAt(folder: string, { workspace, env: more = {}, timeoutMs = 60_000, signal }: GitOptions): Git {
  const settings = ["-c", "core.fsmonitor=false", ...(workspace ? ["-c", "safe.directory=*"] : [])];
  const env = {
    ...Object.fromEntries(POINTERS.map((name) => [name, undefined])),
    ...(workspace ? { GIT_CEILING_DIRECTORIES: path.dirname(path.resolve(folder)) } : {}),
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "",
    SSH_ASKPASS: "",
    GIT_OPTIONAL_LOCKS: "0",
    LC_ALL: "C",
    ...CHILD_MARK,
    ...more,
  };
  const run = async (args: readonly string[]) => {
    const child = execa("git", [...settings, "-C", folder, ...args], {
      env,
      stdin: "ignore",
      reject: false,
      timeout: timeoutMs,
      // git leaves the network to programs of its own, which would outlive it.
      killDescendants: true,
      forceKillAfterDelay: 1000,
      windowsHide: true,
      ...(signal === undefined ? {} : { cancelSignal: signal }),
    });
    using notes = new DisposableStack();
    notes.use(noteChild(child.pid));
    return await child;
  };
  return {
    async query(...args) {
      const done = await run(args);
      return done.failed ? null : done.stdout;
    },
    async attempt(...args) {
      const done = await run(args);
      const words = done.stderr.trim().split("\n").at(-1) ?? "";
      return { ok: !done.failed, words: words === "" ? (done.shortMessage ?? "") : words };
    },
  };
}
