/** Archives that nobody meant well: what comes out of them is named and bounded, or they are refused. */
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { packTar } from "modern-tar";
import { beforeAll, expect, test } from "vitest";
import { parseStoredPath, storedPath, storedText } from "../../src/core/stored-result.ts";
import { readTarGz } from "../../src/io/tar-reader.ts";
import { PATIENCE, RUNS } from "../support/fuzz.ts";
import { RUNNER, sampleResult } from "./sample-result.ts";

const LIMITS = { what: "the archive", packedBytes: 100_000, unpackedBytes: 200_000, files: 20 } as const;
/** As the branch store names what it takes. */
const nameOf = (entry: string) => (parseStoredPath(entry) === null ? null : entry);

let plain: Uint8Array;
beforeAll(async () => {
  const result = sampleResult();
  const file = (name: string, text: string) => {
    const body = new TextEncoder().encode(text);
    return { header: { name, size: body.byteLength, mode: 0o644, mtime: new Date(0) }, body };
  };
  plain = await packTar([
    file(storedPath(result), storedText(result)),
    file(`${RUNNER}/second-1-1.json`, "{}"),
    { header: { name: `${RUNNER}/link-1-1.json`, size: 0, type: "symlink", linkname: "../../etc/passwd" } },
    file("../outside.json", "{}"),
  ]);
});

/** Bytes put in, taken out or changed. */
const damages = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
    length: fc.nat(600),
    put: fc.uint8Array({ maxLength: 600 }),
  }),
  { maxLength: 4 },
);
type Damages = readonly { readonly at: number; readonly length: number; readonly put: Uint8Array }[];

function damaged(bytes: Uint8Array, all: Damages): Uint8Array {
  return all.reduce((now, { at, length, put }) => {
    const from = Math.floor(at * now.length);
    return Buffer.concat([now.subarray(0, from), put, now.subarray(from + length)]);
  }, bytes);
}

async function read(packed: Uint8Array): Promise<"refused" | number> {
  const files = await readTarGz(new Blob([new Uint8Array(packed)]).stream(), LIMITS, nameOf).catch((error: unknown) => {
    expect(error).toBeInstanceOf(Error);
    return null;
  });
  if (files === null) return "refused";
  expect(files.length).toBeLessThanOrEqual(LIMITS.files);
  for (const file of files) {
    expect(parseStoredPath(file.path)).not.toBeNull();
    if ("text" in file) expect(file.text.length).toBeLessThanOrEqual(LIMITS.unpackedBytes);
  }
  return files.length;
}

test("an archive damaged inside its compression", { timeout: PATIENCE }, async () => {
  const seen = new Set<"refused" | number>();
  await fc.assert(
    fc.asyncProperty(damages, async (all) => void seen.add(await read(gzipSync(damaged(plain, all), { level: 1 })))),
    RUNS,
  );
  // Some damage is noticed, some leaves files to read.
  expect(seen.has("refused")).toBe(true);
  expect(seen.has(3)).toBe(true);
});

test("an archive damaged outside, and bytes that are none", { timeout: PATIENCE }, async () => {
  const packed = gzipSync(plain);
  const hostile = fc.oneof(
    damages.map((all) => damaged(packed, all)),
    fc.uint8Array({ maxLength: 2000 }),
  );
  await fc.assert(
    fc.asyncProperty(hostile, async (bytes) => void (await read(bytes))),
    RUNS,
  );
});

test("a bomb is refused while it unpacks", async () => {
  const body = new Uint8Array(50_000_000);
  const header = { name: `${RUNNER}/bomb-1-1.json`, size: body.byteLength, mode: 0o644, mtime: new Date(0) };
  const packed = gzipSync(await packTar([{ header, body }]));
  expect(packed.byteLength).toBeLessThan(LIMITS.packedBytes);
  await expect(readTarGz(new Blob([packed]).stream(), LIMITS, nameOf)).rejects.toThrow(/larger than/);
});
