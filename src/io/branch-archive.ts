/** Reads the stored files of one runner out of a branch with one download, however many files it holds. */
import { unpackTar, type ParsedTarEntryWithData, type TarHeader } from "modern-tar";
import { MAX_STORED_BYTES, oversized, readStoredFile, type StoredFile } from "../core/stored-result.ts";
import type { GitHubApi } from "./github-api.ts";
import { BrokenAnswer, withRetry } from "./retry.ts";

const MAX_DOWNLOAD_BYTES = 64 * 1024 * 1024;
const MAX_UNPACKED_BYTES = 512 * 1024 * 1024;
const DOWNLOAD_TIMEOUT_MS = 300_000;

export async function readBranchFiles(api: GitHubApi, commit: string, runnerKey: string): Promise<StoredFile[]> {
  const { octokit, owner, repo } = api;
  return withRetry(async () => {
    const response = await octokit.rest.repos.downloadTarballArchive({
      owner,
      repo,
      ref: commit,
      request: { parseSuccessResponseBody: false, signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) },
    });
    if (!(response.data instanceof ReadableStream)) throw new BrokenAnswer("the archive came without a body");
    return unpack(response.data, runnerKey);
  });
}

/** The files of `<archive root>/<runner key>/`; everything else in the archive is passed over. */
async function unpack(archive: ReadableStream<Uint8Array<ArrayBuffer>>, runnerKey: string): Promise<StoredFile[]> {
  const setAside: StoredFile[] = [];
  const tar = archive
    .pipeThrough(limited("download", MAX_DOWNLOAD_BYTES))
    .pipeThrough(new DecompressionStream("gzip"))
    .pipeThrough(limited("unpacked archive", MAX_UNPACKED_BYTES));
  const entries = await entriesOf(tar, ({ name, type, size }) => {
    const path = storedName(name, runnerKey);
    if (path === null || type !== "file") return false;
    if (size > MAX_STORED_BYTES) setAside.push(oversized(path, size));
    return size <= MAX_STORED_BYTES;
  });
  if (entries instanceof TooLarge) return [{ usable: false, warning: entries.message }];
  const read = entries.map(({ header, data }) =>
    readStoredFile(storedName(header.name, runnerKey) ?? header.name, new TextDecoder().decode(data), runnerKey),
  );
  return [...read, ...setAside];
}

async function entriesOf(
  tar: ReadableStream<Uint8Array>,
  filter: (header: TarHeader) => boolean,
): Promise<ParsedTarEntryWithData[] | TooLarge> {
  try {
    return await unpackTar(tar, { strict: true, filter });
  } catch (cause) {
    if (cause instanceof TooLarge) return cause;
    throw new BrokenAnswer("the archive of the branch cannot be unpacked", { cause });
  }
}

/** `<runner key>/<file>` of an archive entry directly in this runner's folder; null for every other name. */
function storedName(entry: string, runnerKey: string): string | null {
  const [, folder, file, ...deeper] = entry.split("/");
  if (folder !== runnerKey || file === undefined || deeper.length > 0) return null;
  return /^[^.\\][^\\]*\.json$/.test(file) ? `${folder}/${file}` : null;
}

class TooLarge extends Error {}

function limited(what: string, most: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes <= most) return controller.enqueue(chunk);
      const sentence = `the history branch is too large to read (${what} beyond ${most / 1024 / 1024} MiB), so nothing is compared with it; remove old files from it.`;
      return controller.error(new TooLarge(sentence));
    },
  });
}
