/** Reads the files of a gzipped tar archive that may hold anything, within limits. */
import { unpackTar, type ParsedTarEntryWithData, type TarHeader } from "modern-tar";
import { irregular, MAX_STORED_BYTES, oversized, type RawFile } from "../core/stored-result.ts";

export interface TarLimits {
  /** What is read, in words. */
  readonly what: string;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  readonly files: number;
}

/** More than the limits allow. */
export class TooLarge extends Error {
  override readonly name = "TooLarge";
}

type Bytes = ReadableStream<Uint8Array<ArrayBuffer>>;

/**
 * The plain files whose entry `nameOf` gives a name, by that name; links and what is too large come without their text.
 * Throws {@link TooLarge}, and another error when it is no such archive.
 */
export async function readTarGz(
  archive: Bytes,
  limits: TarLimits,
  nameOf: (entry: string) => string | null,
): Promise<RawFile[]> {
  const setAside: RawFile[] = [];
  let count = 0;
  const tar = archive
    .pipeThrough(limited(limits.what, limits.packedBytes))
    .pipeThrough(new DecompressionStream("gzip"))
    .pipeThrough(limited(`${limits.what}, unpacked`, limits.unpackedBytes));
  const filter = ({ name, type, size }: TarHeader): boolean => {
    const path = type === "directory" ? null : nameOf(name);
    if (path === null) return false;
    count += 1;
    if (count > limits.files) throw new TooLarge(`${limits.what} holds more than ${limits.files} files`);
    if (type !== "file") setAside.push(irregular(path));
    else if (size > MAX_STORED_BYTES) setAside.push(oversized(path, size));
    else return true;
    return false;
  };
  const entries: ParsedTarEntryWithData[] = await unpackTar(tar, { strict: true, filter });
  const read = entries.map(({ header, data }) => ({
    path: nameOf(header.name) ?? header.name,
    text: new TextDecoder().decode(data),
  }));
  return [...read, ...setAside];
}

/** Passes bytes on until there are too many of them: then the stream ends with {@link TooLarge}. */
export function limited(what: string, most: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes <= most) return controller.enqueue(chunk);
      return controller.error(new TooLarge(`${what} is larger than ${most / 1024 / 1024} MiB`));
    },
  });
}
