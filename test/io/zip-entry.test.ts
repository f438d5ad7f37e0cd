/** Archives of all kinds: what an honest client makes is read, what no honest client makes is refused. */
import { expect, test } from "vitest";
import { BadArchive, readZipEntry } from "../../src/io/zip-entry.ts";
import { zip, type ZipEntry } from "../support/zip.ts";

const LIMITS = { entries: 5, unpackedBytes: 10_000, fileBytes: 1000 };
const RESULT: ZipEntry = { name: "result.json", content: '{"schema":1}' };

async function fate(bytes: Buffer): Promise<string> {
  try {
    return (await readZipEntry(bytes, "result.json", LIMITS)).toString();
  } catch (error) {
    if (!(error instanceof BadArchive)) throw error;
    return error.message;
  }
}
const withMore = (...more: ZipEntry[]) => fate(zip([RESULT, ...more]));

test("reads the one file, packed or stored, among folders and others", async () => {
  const log = { name: "runs/steady/head-1.log", content: "x".repeat(2000) };
  expect(await withMore(log, { name: "runs/", content: "", mode: 0o040755, stored: true })).toBe(RESULT.content);
  expect(await fate(zip([{ ...RESULT, stored: true }]))).toBe(RESULT.content);
  expect(await fate(zip([{ ...RESULT, mode: 0 }]))).toBe(RESULT.content);
});

test.each([
  ["a path that leads out of it", { name: "../../result.json" }],
  ["a path that leads out of it further inside", { name: "runs/../../x" }],
  ["an absolute path", { name: "/etc/passwd" }],
  ["a drive", { name: "C:/x" }],
  ["a backslash", { name: "runs\\..\\..\\x" }],
])("refuses an archive with %s", async (_what, entry) => {
  expect(await withMore({ content: "x", ...entry })).toMatch(
    /^it is no archive that can be read \(.*(path|characters)/,
  );
});

test.each([
  ["a link", { name: "link", content: "/etc/passwd", mode: 0o120777 }, /link or a device/],
  ["a device", { name: "null", content: "", mode: 0o020666 }, /link or a device/],
  ["a second result", RESULT, /a name twice/],
  ["a locked file", { name: "x", content: "x", encrypted: true }, /encrypted/],
  ["too much in all", { name: "x", content: "x", claimedSize: 10_000 }, /unpacks to more than 10000 bytes/],
])("refuses an archive with %s", async (_what, entry, reason) => {
  expect(await withMore(entry)).toMatch(reason);
});

test("refuses too many files, and one that is nowhere or only deeper inside", async () => {
  const many = Array.from({ length: 6 }, (_, index) => ({ name: `${index}`, content: "" }));
  expect(await fate(zip([RESULT, ...many]))).toBe("it holds more than 5 files");
  expect(await fate(zip([{ ...RESULT, name: "deep/result.json" }]))).toBe("it holds no result.json");
  expect(await fate(zip([]))).toBe("it holds no result.json");
});

test("refuses a file that is too large, also one that claims to be small", async () => {
  expect(await fate(zip([{ name: "result.json", content: "x".repeat(1001) }]))).toMatch(/more than the 1000 bytes/);
  const bomb = { name: "result.json", content: "0".repeat(5_000_000), claimedSize: 10 };
  expect(await fate(zip([bomb]))).toMatch(/no archive that can be read \(too many bytes/);
});

test("refuses what is damaged, cut off or no archive at all", async () => {
  expect(await fate(zip([{ ...RESULT, brokenChecksum: true }]))).toMatch(/damaged \(checksum\)/);
  const whole = zip([RESULT]);
  expect(await fate(whole.subarray(0, whole.length - 30))).toMatch(/no archive that can be read/);
  expect(await fate(Buffer.from("<html>"))).toMatch(/no archive that can be read/);
  expect(await fate(Buffer.alloc(0))).toMatch(/no archive that can be read/);
});
