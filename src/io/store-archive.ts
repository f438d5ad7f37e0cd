/** A store as one `.tar.gz`, laid out like a folder of baselines: unpacked, it is one. */
import path from "node:path";
import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import { UserError } from "../core/errors.ts";
import type { NewFile } from "./baseline-store.ts";
import { makeFolder } from "./make-folder.ts";
import { publishFile } from "./publish-file.ts";
import { systemFault } from "./system-fault.ts";

/** Equal files give an equal archive, byte for byte. Throws a `UserError` where `file` exists or cannot be written. */
export async function writeArchive(file: string, files: readonly NewFile[]): Promise<number> {
  const entries = files
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map((entry) => {
      const body = new TextEncoder().encode(entry.text);
      return { header: { name: entry.path, size: body.byteLength, mode: 0o644, mtime: new Date(0) }, body };
    });
  const packed = gzipSync(await packTar(entries));
  try {
    await makeFolder(path.dirname(file));
    if (await publishFile(file, packed)) return packed.byteLength;
  } catch (error) {
    throw new UserError(`${file} could not be written: ${systemFault(error).message}`);
  }
  throw new UserError(`${file} exists already and is not overwritten; name another file, or remove it first`);
}
