/** A real bare git repository in a temporary folder: what stands behind the API server and behind fetches. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa, ExecaError } from "execa";

export interface Person {
  readonly name: string;
  readonly email: string;
  /** ISO 8601; now when absent. */
  readonly date?: string | undefined;
}

export interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly type: string;
  readonly sha: string;
  /** Bytes; null for folders. */
  readonly size: number | null;
}

export interface CommitFacts {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Required<Person>;
  readonly committer: Required<Person>;
  readonly message: string;
}

const BOT: Person = {
  name: "github-actions[bot]",
  email: "41898282+github-actions[bot]@users.noreply.github.com",
};

/** No configuration of the person who runs the tests gets in. */
export const GIT_ENVIRONMENT = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.invalid",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.invalid",
} as const;

export class GitBackend {
  readonly folder: string;
  readonly defaultBranch: string;
  private readonly home: string;

  private constructor(home: string, folder: string, defaultBranch: string) {
    this.home = home;
    this.folder = folder;
    this.defaultBranch = defaultBranch;
  }

  /** An empty bare repository that, like GitHub, serves any commit asked for by its name. */
  static async create(defaultBranch = "main"): Promise<GitBackend> {
    const home = await mkdtemp(path.join(tmpdir(), "git-backend-"));
    const folder = path.join(home, "repository.git");
    const backend = new GitBackend(home, folder, defaultBranch);
    await execa("git", ["init", "--quiet", "--bare", `--initial-branch=${defaultBranch}`, folder], {
      env: GIT_ENVIRONMENT,
    });
    await backend.run(["config", "uploadpack.allowAnySHA1InWant", "true"]);
    await backend.run(["config", "http.receivepack", "true"]);
    return backend;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Runs git in the repository and returns its bytes. @throws ExecaError when git fails. */
  async bytes(args: readonly string[], input?: Uint8Array | string, env: Record<string, string> = {}): Promise<Buffer> {
    const result = await execa("git", ["--git-dir", this.folder, ...args], {
      encoding: "buffer",
      env: { ...GIT_ENVIRONMENT, ...env },
      maxBuffer: 100_000_000,
      input: input ?? "",
      stripFinalNewline: false,
    });
    return Buffer.from(result.stdout);
  }

  /** Like `bytes`, as trimmed text. */
  async run(args: readonly string[], input?: Uint8Array | string, env: Record<string, string> = {}): Promise<string> {
    return (await this.bytes(args, input, env)).toString("utf8").trim();
  }

  /** True when git exits with 0: for questions like `merge-base --is-ancestor`. */
  async holds(args: readonly string[]): Promise<boolean> {
    try {
      await this.bytes(args);
      return true;
    } catch (error) {
      if (error instanceof ExecaError) return false;
      throw error;
    }
  }

  /** The commit a ref, branch or abbreviated name points at; null when there is none. */
  async resolve(name: string): Promise<string | null> {
    try {
      return await this.run(["rev-parse", "--verify", "--quiet", `${name}^{commit}`]);
    } catch (error) {
      if (error instanceof ExecaError) return null;
      throw error;
    }
  }

  async writeBlob(content: Uint8Array | string): Promise<string> {
    return this.run(["hash-object", "-w", "--stdin"], content);
  }

  /** Writes a tree: `base` with the entries laid over it; an entry with `sha: null` is taken away. */
  async writeTree(
    base: string | undefined,
    entries: readonly { path: string; mode: string; sha: string | null }[],
  ): Promise<string> {
    const index = path.join(await mkdtemp(path.join(this.home, "index-")), "index");
    const env = { GIT_INDEX_FILE: index };
    if (base !== undefined) await this.run(["read-tree", base], undefined, env);
    const lines = entries.map((entry) =>
      entry.sha === null ? `0 ${"0".repeat(40)}\t${entry.path}\n` : `${entry.mode} ${entry.sha}\t${entry.path}\n`,
    );
    await this.run(["update-index", "--add", "--index-info"], lines.join(""), env);
    const tree = await this.run(["write-tree"], undefined, env);
    await rm(path.dirname(index), { recursive: true, force: true });
    return tree;
  }

  async writeCommit(commit: {
    tree: string;
    parents: readonly string[];
    message: string;
    author?: Person | undefined;
    committer?: Person | undefined;
  }): Promise<string> {
    const author = commit.author ?? BOT;
    const committer = commit.committer ?? author;
    const now = new Date().toISOString();
    const parents = commit.parents.flatMap((parent) => ["-p", parent]);
    return this.run(["commit-tree", commit.tree, ...parents], commit.message, {
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_AUTHOR_DATE: author.date ?? now,
      GIT_COMMITTER_NAME: committer.name,
      GIT_COMMITTER_EMAIL: committer.email,
      GIT_COMMITTER_DATE: committer.date ?? now,
    });
  }

  /** Commits files (path → text) on top of a branch, which is created when missing. Returns the new commit. */
  async commit(branch: string, files: Record<string, string>, message = "change"): Promise<string> {
    const parent = await this.resolve(`refs/heads/${branch}`);
    const entries: { path: string; mode: string; sha: string }[] = [];
    for (const [name, text] of Object.entries(files)) {
      entries.push({ path: name, mode: "100644", sha: await this.writeBlob(text) });
    }
    const tree = await this.writeTree(parent ?? undefined, entries);
    const author = { name: "Ada", email: "ada@example.invalid" };
    const sha = await this.writeCommit({ tree, parents: parent === null ? [] : [parent], message, author });
    await this.run(["update-ref", `refs/heads/${branch}`, sha]);
    return sha;
  }

  /** The commit GitHub would make to try a pull request: parents are the base and the head, in this order. */
  async merge(base: string, head: string): Promise<string> {
    const tree = await this.run(["merge-tree", "--write-tree", base, head]);
    return this.writeCommit({ tree, parents: [base, head], message: `Merge ${head} into ${base}` });
  }

  async readCommit(sha: string): Promise<CommitFacts> {
    const text = await this.run(["cat-file", "commit", sha]);
    const end = text.indexOf("\n\n");
    const head = end === -1 ? text : text.slice(0, end);
    const values = (key: string) =>
      head.split("\n").flatMap((line) => (line.startsWith(`${key} `) ? [line.slice(key.length + 1)] : []));
    return {
      sha,
      tree: values("tree")[0] ?? "",
      parents: values("parent"),
      author: personOf(values("author")[0]),
      committer: personOf(values("committer")[0]),
      message: end === -1 ? "" : text.slice(end + 2),
    };
  }

  async readTree(name: string, recursive: boolean): Promise<TreeEntry[]> {
    const text = await this.run(["ls-tree", "-l", "-z", ...(recursive ? ["-r", "-t"] : []), name]);
    return text.split("\0").flatMap((line) => {
      const match = /^(\d+) (\w+) (\w+) +(\S+)\t(.*)$/s.exec(line);
      if (match === null) return [];
      const [, mode = "", type = "", sha = "", size = "", file = ""] = match;
      return [{ path: file, mode, type, sha, size: size === "-" ? null : Number(size) }];
    });
  }

  /** Paths of the files at a commit, sorted; empty when there is no such commit. */
  async files(name: string): Promise<string[]> {
    if ((await this.resolve(name)) === null) return [];
    const entries = await this.readTree(name, true);
    return entries.filter((entry) => entry.type === "blob").map((entry) => entry.path);
  }

  async readFile(name: string, file: string): Promise<string> {
    return (await this.bytes(["cat-file", "blob", `${name}:${file}`])).toString("utf8");
  }

  /** A shallow, detached checkout of one commit, as actions/checkout leaves it. `url`: where `origin` points. */
  async checkout(folder: string, commit: string, url = `file://${this.folder}`): Promise<void> {
    await mkdir(folder, { recursive: true });
    const git = (...args: string[]) => execa("git", args, { cwd: folder, env: GIT_ENVIRONMENT });
    await git("init", "--quiet", `--initial-branch=${this.defaultBranch}`);
    await git("remote", "add", "origin", url);
    await git("fetch", "--quiet", "--no-tags", "--depth=1", `file://${this.folder}`, commit);
    await git("checkout", "--quiet", "--detach", "FETCH_HEAD");
  }
}

/** The state of a checkout that a run must leave alone: commit, branch, index and every file's content. */
export async function checkoutState(folder: string): Promise<string> {
  const git = async (...args: string[]) => (await execa("git", args, { cwd: folder, env: GIT_ENVIRONMENT })).stdout;
  const head = await readFile(path.join(folder, ".git", "HEAD"), "utf8");
  const config = await readFile(path.join(folder, ".git", "config"), "utf8");
  return [head, config, await git("rev-parse", "HEAD"), await git("status", "--porcelain", "--ignored")].join("\n");
}

export async function writeFiles(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

function personOf(line: string | undefined): Required<Person> {
  const [, name = "", email = "", seconds = "0"] = /^(.*) <(.*)> (\d+)/.exec(line ?? "") ?? [];
  return { name, email, date: new Date(Number(seconds) * 1000).toISOString().replace(".000", "") };
}
