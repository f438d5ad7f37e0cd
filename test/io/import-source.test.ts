/** What `baselines import` finds in files that anybody may have made, and what an export is. */
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { execa } from "execa";
import { packTar, type TarEntry } from "modern-tar";
import { expect, test } from "vitest";
import { MAX_STORED_BYTES, storedPath, storedText } from "../../src/core/stored-result.ts";
import { directoryStore } from "../../src/io/directory-store.ts";
import { readImport } from "../../src/io/import-source.ts";
import { writeArchive } from "../../src/io/store-archive.ts";
import { readTarGz } from "../../src/io/tar-reader.ts";
import { RUNNER, sampleQualification, sampleResult } from "./sample-result.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const ONE = sampleResult({}, 1);
const GOOD = { path: storedPath(ONE), text: storedText(ONE) };

function entry(name: string, text: string, more: Partial<TarEntry["header"]> = {}): TarEntry {
  return { header: { name, size: Buffer.byteLength(text), ...more }, body: text };
}

async function archiveOf(...entries: TarEntry[]): Promise<Uint8Array> {
  return gzipSync(await packTar(entries));
}

async function paths(source: string): Promise<string[]> {
  return (await readImport(source)).map(({ raw }) => raw.path).sort();
}

test("an export is the folder of baselines again, for us and for tar, and equal stores give equal bytes", async () => {
  await using folder = await temporaryFolder();
  const store = directoryStore(path.join(folder.path, "a"), "/");
  for (let minute = 0; minute < 5; minute++) await store.save(sampleResult({}, minute));
  await store.save(sampleResult({}, 7, "another-machine-91c0"));
  await store.saveQualification(sampleQualification());
  const { files } = await store.list(null);
  const texts = files.flatMap((file) => ("text" in file ? [file] : []));
  const [first, second] = [path.join(folder.path, "x.tar.gz"), path.join(folder.path, "deep", "y.tgz")];
  await writeArchive(first, texts);
  await writeArchive(second, texts.toReversed());
  expect((await readFile(first)).equals(await readFile(second))).toBe(true);
  expect((await readImport(first)).map(({ raw }) => raw)).toEqual(files.toSorted((a, b) => (a.path < b.path ? -1 : 1)));

  await mkdir(path.join(folder.path, "b"));
  await execa("tar", ["-xzf", first, "-C", path.join(folder.path, "b")]);
  expect((await directoryStore(path.join(folder.path, "b"), "/").list(null)).files).toEqual(files);
  await expect(writeArchive(first, texts)).rejects.toThrow(/exists already and is not overwritten/);
  await writeFile(path.join(folder.path, "file"), "");
  await expect(writeArchive(path.join(folder.path, "file", "x.tar.gz"), texts)).rejects.toThrow(/could not be written/);
});

test("of a hostile archive only names of a store are taken, and links and giants come without a text", async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, "hostile.tar.gz");
  const bytes = await archiveOf(
    entry(GOOD.path, GOOD.text),
    entry("../../etc/nocommit-1-1.json", "{"),
    entry("/etc/nocommit-1-1.json", "{"),
    entry(`${RUNNER}/../../nocommit-1-1.json`, "{"),
    entry(`${RUNNER}/report.json`, "{"),
    entry(`${RUNNER}/run.sh`, "rm -rf ~"),
    entry("C:\\x\\nocommit-1-1.json", "{"),
    entry(`${RUNNER}/nocommit-link-1.json`, "", { type: "symlink", linkname: "/etc/passwd" }),
    entry(`${RUNNER}/nocommit-hard-1.json`, "", { type: "link", linkname: "/etc/passwd" }),
    entry(`${RUNNER}/nocommit-giant-1.json`, " ".repeat(MAX_STORED_BYTES + 1)),
    entry(`${RUNNER}/`, "", { type: "directory" }),
  );
  await writeFile(file, bytes);
  const found = await readImport(file);
  expect(found.map(({ raw }) => [raw.path, "fault" in raw ? raw.fault : "text"])).toEqual([
    [GOOD.path, "text"],
    [`${RUNNER}/nocommit-link-1.json`, expect.stringMatching(/it is a link/)],
    [`${RUNNER}/nocommit-hard-1.json`, expect.stringMatching(/it is a link/)],
    [`${RUNNER}/nocommit-giant-1.json`, expect.stringMatching(/it has 4194305 bytes/)],
  ]);
});

test("an archive of the folder itself is read too", async () => {
  await using folder = await temporaryFolder();
  const store = directoryStore(path.join(folder.path, "history"), "/");
  await store.save(ONE);
  await store.saveQualification(sampleQualification());
  for (const [name, root] of [
    ["inside.tgz", "history/."],
    ["around.tgz", "history"],
  ] as const) {
    const file = path.join(folder.path, name);
    const args = root.endsWith(".") ? ["-C", path.join(folder.path, "history"), "."] : ["-C", folder.path, root];
    await execa("tar", ["-czf", file, ...args]);
    expect(await paths(file)).toEqual([storedPath(ONE), `${RUNNER}/qualified/20260304T100000000Z.json`]);
  }
});

test("an archive beyond the limits is refused before it fills the memory", async () => {
  const limits = { what: "the archive", packedBytes: 1_000_000, unpackedBytes: 1_000_000, files: 3 };
  const read = async (bytes: Uint8Array): Promise<unknown> =>
    readTarGz(new Blob([bytes]).stream(), limits, (name) => name);
  const bomb = await archiveOf(entry("a/bomb.json", "0".repeat(2_000_000)));
  expect(bomb.byteLength).toBeLessThan(10_000);
  await expect(read(bomb)).rejects.toThrow(/the archive, unpacked is larger than/);
  await expect(read(crypto.getRandomValues(new Uint8Array(60_000)))).rejects.toBeInstanceOf(Error);
  const many = await archiveOf(...["a", "b", "c", "d"].map((name) => entry(`${name}.json`, "{}")));
  await expect(read(many)).rejects.toThrow(/more than 3 files/);
  const small = { ...limits, packedBytes: 100 };
  await expect(readTarGz(new Blob([many]).stream(), small, (name) => name)).rejects.toThrow(/larger than/);
});

test("a damaged archive says so, and nothing of it is taken", async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, "x.tar.gz");
  const whole = await archiveOf(entry(GOOD.path, GOOD.text), entry(`${RUNNER}/b.json`, "x".repeat(50_000)));
  for (const bytes of [whole.subarray(0, whole.length / 2), gzipSync("no archive at all".repeat(100))]) {
    await writeFile(file, bytes);
    await expect(readImport(file)).rejects.toThrow(/cannot be unpacked: .*nothing was imported/);
  }
  await writeFile(file, await archiveOf(entry("README.md", "nothing here")));
  await expect(readImport(file)).rejects.toThrow(/holds no results/);
  await writeFile(file, "PK\u0003\u0004");
  await expect(readImport(file)).rejects.toThrow(/zip archive; unpack it/);
  await writeFile(file, "hello");
  await expect(readImport(file)).rejects.toThrow(/is no export/);
  await writeFile(file, "");
  await expect(readImport(file)).rejects.toThrow(/is no export/);
  await expect(readImport(path.join(folder.path, "gone"))).rejects.toThrow(/cannot be read: ENOENT/);
});

test("folders are understood: of a store, of one runner, of an artifact and of many artifacts", async () => {
  await using folder = await temporaryFolder();
  const at = (...parts: string[]): string => path.join(folder.path, ...parts);
  const night = { ...ONE, suite: { ...ONE.suite, name: "nightly.yml" } };
  for (const result of [ONE, night]) await directoryStore(at("store"), "/").save(result);
  await directoryStore(at("store"), "/").saveQualification(sampleQualification());
  const all = [storedPath(night), storedPath(ONE), `${RUNNER}/qualified/20260304T100000000Z.json`];
  expect(await paths(at("store"))).toEqual(all);
  expect(await paths(at("store", RUNNER))).toEqual(all);

  for (const name of ["artifact-1", "artifact-2"]) {
    await mkdir(at("artifacts", name, "runs", "lora.torch-cpu"), { recursive: true });
    await writeFile(at("artifacts", name, "result.json"), JSON.stringify(ONE, null, 2));
    await writeFile(at("artifacts", name, "report.json"), "{}");
    await writeFile(at("artifacts", name, "runs", "lora.torch-cpu", "head-1.jsonl"), "{}");
  }
  expect(await paths(at("artifacts", "artifact-1"))).toEqual([`${RUNNER}/result.json`]);
  expect(await paths(at("artifacts"))).toEqual([`${RUNNER}/result.json`, `${RUNNER}/result.json`]);
  expect(await paths(at("artifacts", "artifact-1", "result.json"))).toEqual([`${RUNNER}/result.json`]);
  await expect(readImport(at("artifacts", "artifact-1", "runs"))).rejects.toThrow(/holds no results/);
});

test("links in a folder are not followed", async () => {
  await using folder = await temporaryFolder();
  await mkdir(path.join(folder.path, RUNNER));
  await symlink("/dev/zero", path.join(folder.path, RUNNER, "nocommit-endless-1.json"));
  await symlink(folder.path, path.join(folder.path, "around"));
  const found = await readImport(folder.path);
  expect(found.map(({ raw }) => raw)).toEqual([
    {
      path: `${RUNNER}/nocommit-endless-1.json`,
      fault: expect.stringMatching(/it is a link/),
      remedy: expect.anything(),
    },
  ]);
});
