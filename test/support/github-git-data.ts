/** The Git Data API over a real repository: blobs, trees, commits and refs, with GitHub's refusals. */
import * as z from "zod";
import { ExecaError } from "execa";
import type { CommitFacts, GitBackend, TreeEntry } from "./git-backend.ts";
import { bodyOf, type Call, type Handlers, param } from "./github-call.ts";
import { ApiError, notFound } from "./github-objects.ts";

const blobSchema = z.object({ content: z.string(), encoding: z.enum(["utf-8", "base64"]).default("utf-8") });

const treeSchema = z.object({
  base_tree: z.string().optional(),
  tree: z.array(
    z.object({
      path: z.string(),
      mode: z.string(),
      type: z.string().optional(),
      sha: z.string().nullish(),
      content: z.string().optional(),
    }),
  ),
});

const personSchema = z.object({ name: z.string(), email: z.string(), date: z.string().optional() });

const commitSchema = z.object({
  message: z.string(),
  tree: z.string(),
  parents: z.array(z.string()).default([]),
  author: personSchema.optional(),
  committer: personSchema.optional(),
});

const newRefSchema = z.object({ ref: z.string(), sha: z.string() });
const refSchema = z.object({ sha: z.string(), force: z.boolean().default(false) });

const ZERO = "0".repeat(40);

/** `repositoryUrl` and `htmlUrl` are the addresses of the repository in the API and for people. */
export function gitDataHandlers(git: GitBackend, at: { repositoryUrl: string; htmlUrl: string }): Handlers {
  const url = (kind: string, sha: string) => `${at.repositoryUrl}/git/${kind}/${sha}`;
  // What an object is and holds never changes, and every look at it is a process of git.
  const known = new Set<string>();
  const exists = async (name: string, kind: string) => {
    const key = `${kind} ${name}`;
    const found = known.has(key) || (await git.holds(["cat-file", "-e", `${name}^{${kind}}`]));
    if (found && isSha(name)) known.add(key);
    return found;
  };
  const commits = new Map<string, CommitFacts>();
  const readCommit = async (sha: string) => {
    const commit = commits.get(sha) ?? (await git.readCommit(sha));
    commits.set(sha, commit);
    return commit;
  };
  const treesOf = new Map<string, string>();
  const trees = new Map<string, TreeEntry[]>();
  const readTree = async (sha: string, recursive: boolean) => {
    const key = `${sha} ${recursive}`;
    const entries = trees.get(key) ?? (await git.readTree(sha, recursive));
    trees.set(key, entries);
    return entries;
  };
  const need = async (name: string, kind: string, message: string) => {
    if (!(await exists(name, kind))) throw new ApiError(422, message);
  };
  /** Until a repository has its first commit, GitHub refuses the whole Git Data API. */
  let started = false;
  const notEmpty = async () => {
    started ||= (await git.run(["for-each-ref", "--count=1"])) !== "";
    if (!started) throw new ApiError(409, "Git Repository is empty.");
  };
  const refJson = (ref: string, sha: string) => ({
    ref,
    node_id: `REF_${ref}`,
    url: `${at.repositoryUrl}/git/${ref}`,
    object: { type: "commit", sha, url: url("commits", sha) },
  });
  const commitJson = async (sha: string) => {
    const commit = await readCommit(sha);
    return {
      sha,
      node_id: `C_${sha}`,
      url: url("commits", sha),
      html_url: `${at.htmlUrl}/commit/${sha}`,
      author: commit.author,
      committer: commit.committer,
      tree: { sha: commit.tree, url: url("trees", commit.tree) },
      message: commit.message,
      parents: commit.parents.map((parent) => ({
        sha: parent,
        url: url("commits", parent),
        html_url: `${at.htmlUrl}/commit/${parent}`,
      })),
      verification: { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null },
    };
  };
  const treeJson = async (name: string, recursive: boolean) => {
    const sha = treesOf.get(name) ?? (await git.run(["rev-parse", `${name}^{tree}`]));
    if (isSha(name)) treesOf.set(name, sha);
    const entries = await readTree(sha, recursive);
    return {
      sha,
      url: url("trees", sha),
      truncated: false,
      tree: entries.map(({ size, ...entry }) => ({
        ...entry,
        ...(size === null ? {} : { size }),
        url: url(`${entry.type}s`, entry.sha),
      })),
    };
  };
  return {
    "git/create-blob": async (call) => {
      await notEmpty();
      const { content, encoding } = bodyOf(blobSchema, call);
      const sha = await git.writeBlob(encoding === "base64" ? Buffer.from(content, "base64") : content);
      return { status: 201, body: { url: url("blobs", sha), sha }, headers: { location: url("blobs", sha) } };
    },
    "git/get-blob": async (call) => {
      const sha = param(call, "file_sha");
      if (!(await exists(sha, "blob"))) throw notFound();
      const bytes = await git.bytes(["cat-file", "blob", sha]);
      const content = bytes.toString("base64").replaceAll(/(.{60})/g, "$1\n");
      const body = {
        content,
        encoding: "base64",
        url: url("blobs", sha),
        sha,
        size: bytes.length,
        node_id: `B_${sha}`,
      };
      return { status: 200, body };
    },
    "git/create-tree": async (call) => {
      await notEmpty();
      const request = bodyOf(treeSchema, call);
      if (request.tree.length === 0) throw new ApiError(422, "Invalid tree info");
      if (request.base_tree !== undefined) await need(request.base_tree, "tree", "base_tree is not a valid tree oid");
      const entries: { path: string; mode: string; sha: string | null }[] = [];
      for (const { path, mode, sha, content } of request.tree) {
        if (path.startsWith("/") || path.split("/").some((part) => part === "" || part === "." || part === "..")) {
          throw new ApiError(422, "tree.path contains a malformed path component");
        }
        if (content === undefined && sha === undefined)
          throw new ApiError(422, "Must supply either tree.sha or tree.content");
        if (typeof sha === "string") await need(sha, "blob", `tree.sha ${sha} is not a valid blob`);
        if (sha === null && !(await git.holds(["cat-file", "-e", `${request.base_tree ?? ""}:${path}`]))) {
          throw new ApiError(422, "GitRPC::BadObjectState");
        }
        entries.push({ path, mode, sha: content === undefined ? (sha ?? null) : await git.writeBlob(content) });
      }
      const tree = await treeJson(await git.writeTree(request.base_tree, entries), false);
      return { status: 201, body: tree, headers: { location: tree.url } };
    },
    "git/get-tree": async (call) => {
      const sha = param(call, "tree_sha");
      if (!(await exists(sha, "tree"))) throw notFound();
      return { status: 200, body: await treeJson(sha, call.query.has("recursive")) };
    },
    "git/create-commit": async (call) => {
      await notEmpty();
      const request = bodyOf(commitSchema, call);
      await need(request.tree, "tree", "Tree SHA does not exist");
      for (const parent of request.parents) {
        await need(parent, "commit", "Parent SHA does not exist or is not a commit object");
      }
      const sha = await git.writeCommit(request);
      return { status: 201, body: await commitJson(sha), headers: { location: url("commits", sha) } };
    },
    "git/get-commit": async (call) => {
      const sha = param(call, "commit_sha");
      if (!(await exists(sha, "commit"))) throw notFound();
      return { status: 200, body: await commitJson(sha) };
    },
    "git/get-ref": async (call) => {
      await notEmpty();
      const sha = await git.resolve(refOf(call));
      if (sha === null) throw notFound();
      return { status: 200, body: refJson(refOf(call), sha) };
    },
    "git/list-matching-refs": async (call) => {
      const lines = (await git.run(["for-each-ref", "--format=%(refname) %(objectname)"])).split("\n");
      const found = lines.flatMap((line) => {
        const [ref = "", sha = ""] = line.split(" ");
        return ref.startsWith(refOf(call)) ? [refJson(ref, sha)] : [];
      });
      return { status: 200, body: found };
    },
    "git/create-ref": async (call) => {
      await notEmpty();
      const { ref, sha } = bodyOf(newRefSchema, call);
      if (!/^refs\/[^/]+\/.+/.test(ref))
        throw new ApiError(422, "Reference name must start with refs/ and hold two slashes");
      if (!(await git.holds(["check-ref-format", ref]))) throw new ApiError(422, `${ref} is not a valid ref name.`);
      await need(sha, "commit", "Object does not exist");
      await moveRef(git, ref, sha, ZERO, "Reference already exists");
      const body = refJson(ref, sha);
      return { status: 201, body, headers: { location: body.url } };
    },
    "git/update-ref": async (call) => {
      const { sha, force } = bodyOf(refSchema, call);
      const old = await git.resolve(refOf(call));
      if (old === null) throw new ApiError(422, "Reference does not exist");
      await need(sha, "commit", "Object does not exist");
      const forward = await git.holds(["merge-base", "--is-ancestor", old, sha]);
      if (!force && !forward) throw new ApiError(422, "Update is not a fast forward");
      await moveRef(git, refOf(call), sha, old, "Update is not a fast forward");
      return { status: 200, body: refJson(refOf(call), sha) };
    },
    "git/delete-ref": async (call) => {
      const old = await git.resolve(refOf(call));
      if (old === null) throw new ApiError(422, "Reference does not exist");
      await git.run(["update-ref", "-d", refOf(call), old]);
      return { status: 204 };
    },
  };
}

function isSha(name: string): boolean {
  return /^[0-9a-f]{40}$/.test(name);
}

function refOf(call: Call): string {
  return `refs/${param(call, "ref")}`;
}

/** Git itself decides races: the ref moves only when it still holds `old`. */
async function moveRef(git: GitBackend, ref: string, sha: string, old: string, refusal: string): Promise<void> {
  try {
    await git.run(["update-ref", ref, sha, old]);
  } catch (error) {
    if (error instanceof ExecaError) throw new ApiError(422, refusal);
    throw error;
  }
}
