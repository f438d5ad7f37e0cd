/** Archives that nobody meant well: what comes out of them is named and bounded, or they are refused. */
import { gzipSync } from "node:zlib";
import fc from "../support/property.ts";
import { packTar } from "modern-tar";
import { beforeAll, expect, test } from "vitest";
import { parseStoredPath, storedPath, storedText, type RawFile } from "../../src/core/stored-result.ts";
import { readTarGz } from "../../src/io/tar-reader.ts";
import { BadArchive, readZipEntry } from "../../src/io/zip-entry.ts";
import { PATIENCE, RUNS } from "../support/fuzz.ts";
import { zip } from "../support/zip.ts";
import { RUNNER, sampleResult } from "./sample-result.ts";

const LIMITS = { what: "the archive", packedBytes: 100_000, unpackedBytes: 200_000, files: 20 } as const;
/** As the branch store names what it takes. */
const nameOf = (entry: string) => (parseStoredPath(entry) === null ? null : entry);

function plainFile(name: string, text: string) {
  const body = new TextEncoder().encode(text);
  return { header: { name, size: body.byteLength, mode: 0o644, mtime: new Date(0) }, body };
}

let plain: Uint8Array;
beforeAll(async () => {
  const result = sampleResult();
  plain = await packTar([
    plainFile(storedPath(result), storedText(result)),
    plainFile(`${RUNNER}/second-1-1.json`, "{}"),
    { header: { name: `${RUNNER}/link-1-1.json`, size: 0, type: "symlink", linkname: "../../etc/passwd" } },
    plainFile("../outside.json", "{}"),
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
  let files: RawFile[];
  try {
    files = await readTarGz(new Blob([new Uint8Array(packed)]).stream(), LIMITS, nameOf);
  } catch (error) {
    if (error instanceof Error) return "refused";
    throw error;
  }
  expect(files.length).toBeLessThanOrEqual(LIMITS.files);
  for (const file of files) {
    expect(parseStoredPath(file.path)).not.toBeNull();
    expect("text" in file ? file.text.length : 0).toBeLessThanOrEqual(LIMITS.unpackedBytes);
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
    fc.asyncProperty(hostile, async (bytes) => {
      expect(["refused", 0, 1, 2, 3]).toContain(await read(bytes));
    }),
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

const ZIP_LIMITS = { entries: 5, unpackedBytes: 10_000, fileBytes: 1000 };

test("a zip archive damaged anywhere gives the one file, or a reason", { timeout: PATIENCE }, async () => {
  const honest = zip([
    { name: "result.json", content: JSON.stringify({ schema: 1, text: "x".repeat(200) }) },
    { name: "runs/steady/head-1.log", content: "a line\n".repeat(50) },
  ]);
  let [taken, refused] = [0, 0];
  await fc.assert(
    fc.asyncProperty(damages, async (all) => {
      try {
        const content = await readZipEntry(Buffer.from(damaged(honest, all)), "result.json", ZIP_LIMITS);
        expect(content.length).toBeLessThanOrEqual(ZIP_LIMITS.fileBytes);
        taken += 1;
      } catch (error) {
        if (!(error instanceof BadArchive)) throw error;
        refused += 1;
      }
    }),
    RUNS,
  );
  expect(Math.min(taken, refused)).toBeGreaterThan(0);
});
