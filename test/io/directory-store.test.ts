/** Baselines in a folder: nothing is lost, nothing is rewritten, and a damaged file never hides the others. */
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { MAX_STORED_BYTES, storedPath, storedText } from "../../src/core/stored-result.ts";
import { directoryStore } from "../../src/io/directory-store.ts";
import { RUNNER, sampleResult } from "./sample-result.ts";
import { temporaryFolder } from "./temporary-folder.ts";

test("what was saved is read again, oldest first, and only for its own runner", async () => {
  await using folder = await temporaryFolder();
  const store = directoryStore("history", folder.path);
  const [early, late] = [sampleResult({ run_id: "20" }, 1), sampleResult({ run_id: "3", sha: null }, 2)];
  const other = sampleResult({ run_id: "4" }, 3, "another-machine-91c0");
  for (const result of [late, other, early]) expect(await store.save(result)).toMatchObject({ saved: true });

  expect(await store.read(RUNNER)).toEqual({ results: [early, late], warnings: [] });
  expect(await store.read("another-machine-91c0")).toEqual({ results: [other], warnings: [] });
  const names = await readdir(path.join(folder.path, "history", RUNNER));
  expect(names.sort()).toEqual([`${early.job.sha}-20-1.json`, "nocommit-3-1.json"]);
});

test("a folder that is not there yet is an empty history", async () => {
  await using folder = await temporaryFolder();
  expect(await directoryStore("nowhere", folder.path).read(RUNNER)).toEqual({ results: [], warnings: [] });
});

test("64 writers in four processes lose nothing and leave no other file", async () => {
  await using folder = await temporaryFolder();
  const program = `
    import { directoryStore } from ${JSON.stringify(new URL("../../src/io/directory-store.ts", import.meta.url).href)};
    import { sampleResult } from ${JSON.stringify(new URL("./sample-result.ts", import.meta.url).href)};
    const store = directoryStore(process.argv[1], "/");
    const first = Number(process.argv[2]);
    const saves = Array.from({ length: 16 }, (_, index) => store.save(sampleResult({}, first + index)));
    if (!(await Promise.all(saves)).every((outcome) => outcome.saved)) process.exitCode = 1;
  `;
  const writers = [0, 16, 32, 48].map((first) =>
    execa(process.execPath, ["--input-type=module", "--eval", program, folder.path, `${first}`]),
  );
  await Promise.all(writers);
  const { results, warnings } = await directoryStore(folder.path, "/").read(RUNNER);
  expect(warnings).toEqual([]);
  expect(results.map((result) => result.job.run_id)).toEqual(
    Array.from({ length: 64 }, (_, index) => `${9_000_000_000 + index}`),
  );
  expect(await readdir(path.join(folder.path, RUNNER))).toHaveLength(64);
});

test("an existing name is never rewritten, whoever comes first", async () => {
  await using folder = await temporaryFolder();
  const store = directoryStore(folder.path, "/");
  const rivals = Array.from({ length: 8 }, (_, index) => ({ ...sampleResult(), measured_s: index }));
  const outcomes = await Promise.all(rivals.map((result) => store.save(result)));
  expect(outcomes.filter((outcome) => outcome.saved)).toHaveLength(1);
  const winner = rivals[outcomes.findIndex((outcome) => outcome.saved)];
  expect((await store.read(RUNNER)).results).toEqual([winner]);
  expect(outcomes.find((outcome) => !outcome.saved)).toMatchObject({
    warning: expect.stringContaining("never rewritten"),
  });
  // The same result once more is no conflict: a step that was started again finds its work done.
  expect(await store.save(winner ?? sampleResult())).toMatchObject({ saved: true });
});

test("a file that cannot serve is named with what to do, stays as it is, and the others serve", async () => {
  await using folder = await temporaryFolder();
  const store = directoryStore(folder.path, "/");
  const good = sampleResult();
  await store.save(good);
  const at = (name: string): string => path.join(folder.path, RUNNER, name);
  await writeFile(at("a-broken-1.json"), storedText(good).slice(0, 200));
  await writeFile(at("b-newer-1.json"), JSON.stringify({ schema: 2, something: "else" }));
  await writeFile(at("c-large-1.json"), " ".repeat(MAX_STORED_BYTES + 1));
  await writeFile(at("d-wrong-1.json"), JSON.stringify({ ...good, measured_s: "twelve" }));
  await writeFile(at("e-foreign-1.json"), storedText(sampleResult({}, 0, "another-machine-91c0")));
  await writeFile(at(".half-written.json"), "{");
  await writeFile(at("README.md"), "not ours");

  const { results, warnings } = await store.read(RUNNER);
  expect(results).toEqual([good]);
  expect(warnings).toEqual([
    expect.stringMatching(/a-broken-1\.json is not used: it is not valid JSON.*delete it/),
    expect.stringMatching(/b-newer-1\.json is not used: a newer finetune-bench wrote it \(schema 2.*one version/),
    expect.stringMatching(/c-large-1\.json is not used: it has 4194305 bytes/),
    expect.stringMatching(/d-wrong-1\.json is not used: measured_s: /),
    expect.stringMatching(/e-foreign-1\.json is not used: it belongs to the runner another-machine-91c0/),
  ]);
  expect(await readFile(at("a-broken-1.json"), "utf8")).toBe(storedText(good).slice(0, 200));
});

test("of very many damaged files a handful is named and the rest counted", async () => {
  await using folder = await temporaryFolder();
  await mkdir(path.join(folder.path, RUNNER));
  for (let index = 10; index < 30; index++) await writeFile(path.join(folder.path, RUNNER, `${index}.json`), "{");
  const { warnings } = await directoryStore(folder.path, "/").read(RUNNER);
  expect(warnings).toHaveLength(6);
  expect(warnings.at(-1)).toContain("15 more");
});

test("a place that cannot be written or read is a warning, not an end", async () => {
  await using folder = await temporaryFolder();
  await writeFile(path.join(folder.path, "file"), "");
  const store = directoryStore("file", folder.path);
  expect(await store.save(sampleResult())).toMatchObject({
    saved: false,
    warning: expect.stringMatching(/could not be stored in folder .*file: .*writable/),
  });
  expect((await store.read(RUNNER)).unread).toContain("could not be read");
  await mkdir(path.join(folder.path, "links", RUNNER), { recursive: true });
  await symlink("gone", path.join(folder.path, "links", RUNNER, "x.json"));
  const read = await directoryStore("links", folder.path).read(RUNNER);
  expect(read).toEqual({ results: [], warnings: [expect.stringContaining("x.json could not be read")] });
});

test("a run id from elsewhere cannot lead out of the folder", () => {
  expect(() => storedPath(sampleResult({ run_id: "../../etc/passwd" }))).toThrow(/cannot be part of a file name/);
});
