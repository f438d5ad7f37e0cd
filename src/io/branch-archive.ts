/** Reads the stored files of one runner, or of all, out of a branch with one download, however many files it holds. */
import { parseStoredPath, type RawFile } from "../core/stored-result.ts";
import type { GitHubApi } from "./github-api.ts";
import { BrokenAnswer, withRetry } from "./retry.ts";
import { readTarGz, TooLarge } from "./tar-reader.ts";

const LIMITS = {
  what: "the archive of the branch",
  packedBytes: 64 * 1024 * 1024,
  unpackedBytes: 512 * 1024 * 1024,
  files: 50_000,
} as const;
const DOWNLOAD_TIMEOUT_MS = 300_000;

/** Throws {@link TooLarge} for a branch beyond the limits. */
export async function readBranchFiles(api: GitHubApi, commit: string, runnerKey: string | null): Promise<RawFile[]> {
  const { octokit, owner, repo } = api;
  return withRetry(async () => {
    // The beginning is awaited as long as any answer; what then arrives may take its time.
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error("nothing came in time")), api.answerWithinS * 1000).unref();
    const signal = AbortSignal.any([late.signal, AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS)]);
    const response = await octokit.rest.repos.downloadTarballArchive({
      owner,
      repo,
      ref: commit,
      request: { parseSuccessResponseBody: false, signal },
    });
    clearTimeout(timer);
    if (!(response.data instanceof ReadableStream)) throw new BrokenAnswer("the archive came without a body");
    try {
      return await readTarGz(response.data, LIMITS, (entry) => storedName(entry, runnerKey));
    } catch (cause) {
      if (cause instanceof TooLarge) throw cause;
      throw new BrokenAnswer("the archive of the branch cannot be unpacked", { cause });
    }
  });
}

/** The stored path of an archive entry, whose first folder is the archive's own; null for everything else. */
function storedName(entry: string, runnerKey: string | null): string | null {
  const path = entry.slice(entry.indexOf("/") + 1);
  const name = parseStoredPath(path);
  return name === null || (runnerKey !== null && name.runnerKey !== runnerKey) ? null : path;
}
