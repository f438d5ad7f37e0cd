/** Reads one file out of a zip archive that anybody may have made: in memory, and nothing else of it. */
import { buffer } from "node:stream/consumers";
import { crc32 } from "node:zlib";
import type { Entry, ZipFile } from "yauzl";
import { clip } from "../core/escape.ts";
import { describeError } from "../core/errors.ts";

export interface ZipLimits {
  readonly entries: number;
  /** Of all files together, as the archive claims them. */
  readonly unpackedBytes: number;
  /** Of the file that is read. */
  readonly fileBytes: number;
}

/** Why an archive is not read: a sentence without a full stop. */
export class BadArchive extends Error {
  override readonly name = "BadArchive";
}

const UNIX = 3;
const TYPE_MASK = 0o170000;
/** A plain file, a folder, or an archive that tells no type. */
const HONEST_TYPES: ReadonlySet<number> = new Set([0o100000, 0o040000, 0]);

/**
 * The content of `name` at the top of the archive. An archive that holds anything an honest one does not (a link, a path
 * that leads out of it, a name twice, an encrypted file) is refused as a whole.
 */
export async function readZipEntry(bytes: Buffer, name: string, limits: ZipLimits): Promise<Buffer> {
  const { fromBufferPromise } = await import("yauzl");
  try {
    const archive = await fromBufferPromise(bytes, { lazyEntries: true, strictFileNames: true, autoClose: false });
    if (archive.entryCount > limits.entries) throw new BadArchive(`it holds more than ${limits.entries} files`);
    const entry = await find(archive, name, limits);
    if (entry === null) throw new BadArchive(`it holds no ${name}`);
    return await contentOf(archive, entry, limits);
  } catch (error) {
    if (error instanceof BadArchive) throw error;
    throw new BadArchive(`it is no archive that can be read (${clip(describeError(error), 200)})`, { cause: error });
  }
}

async function find(archive: ZipFile, name: string, limits: ZipLimits): Promise<Entry | null> {
  const names = new Set<string>();
  let unpacked = 0;
  let found: Entry | null = null;
  for await (const entry of archive.eachEntry()) {
    if (names.has(entry.fileName)) throw new BadArchive("it holds a name twice");
    names.add(entry.fileName);
    unpacked += entry.uncompressedSize;
    if (unpacked > limits.unpackedBytes) throw new BadArchive(`it unpacks to more than ${limits.unpackedBytes} bytes`);
    if (entry.isEncrypted()) throw new BadArchive("it holds an encrypted file");
    if (!HONEST_TYPES.has(typeOf(entry))) throw new BadArchive("it holds a link or a device");
    if (entry.fileName === name) found = entry;
  }
  return found;
}

function typeOf({ versionMadeBy, externalFileAttributes }: Entry): number {
  return versionMadeBy >>> 8 === UNIX ? (externalFileAttributes >>> 16) & TYPE_MASK : 0;
}

async function contentOf(archive: ZipFile, entry: Entry, { fileBytes }: ZipLimits): Promise<Buffer> {
  if (entry.uncompressedSize > fileBytes) {
    throw new BadArchive(`its ${entry.fileName} has more than the ${fileBytes} bytes a result may have`);
  }
  // The stream ends with an error where more comes out than the archive claims.
  const content = await buffer(await archive.openReadStreamPromise(entry));
  if (crc32(content) !== entry.crc32) throw new BadArchive(`its ${entry.fileName} is damaged (checksum)`);
  return content;
}
