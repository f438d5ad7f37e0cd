/** Baselines in a folder: nothing is lost, nothing is rewritten, and a damaged file never hides the others. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import type { JobResult } from "../../src/core/result.ts";
import { MAX_STORED_BYTES, qualificationPath, storedPath, storedText } from "../../src/core/stored-result.ts";
import { directoryStore } from "../../src/io/directory-store.ts";
import { RUNNER, sampleQualification, sampleResult } from "./sample-result.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const EMPTY = { results: [], qualification: null, warnings: [] };

test("what was saved is read again, oldest first, and only for its own runner", async () => {
  await using folder = await temporaryFolder();
  const store = directoryStore("history", folder.path);
  const [early, late] = [sampleResult({ run_id: "20" }, 1), sampleResult({ run_id: "3", sha: null }, 2)];
  const other = sampleResult({ run_id: "4" }, 3, "another-machine-91c0");
  for (const result of [late, other, early]) expect(await store.save(result)).toMatchObject({ saved: true });

  expect(await store.read(RUNNER)).toEqual({ results: [early, late], qualification: null, warnings: [] });
  expect(await store.read("another-machine-91c0")).toEqual({ results: [other], qualification: null, warnings: [] });
  const names = await readdir(path.join(folder.path, "history", RUNNER));
  expect(names.sort()).toEqual([`${early.job.sha}-20-1.json`, "nocommit-3-1.json"]);
});

test("a folder that is not there yet is an empty history", async () => {
  await using folder = await temporaryFolder();
  expect(await directoryStore("nowhere", folder.path).read(RUNNER)).toEqual(EMPTY);
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

test("suites that one job measures one after the other are all kept, each under its own name", async () => {
  await using folder = await temporaryFolder();
  const store = directoryStore(folder.path, "/");
  const results = ["finetune-bench.yml", "nightly.yml", "builtin:quick", "bench/../../nightly.yml"].map(
    (name): JobResult => ({ ...sampleResult(), suite: { ...sampleResult().suite, name } }),
  );
  for (const result of results) expect(await store.save(result)).toMatchObject({ saved: true });
  const names = (await readdir(path.join(folder.path, RUNNER))).map((name) => name.slice(41)).sort();
  const base = `${sampleResult().job.run_id}-1`;
  expect(names).toEqual([
    `${base}-bench-..-..-nightly.yml.json`,
    `${base}-builtin-quick.json`,
    `${base}-nightly.yml.json`,
    `${base}.json`,
  ]);
  const read = await store.read(RUNNER);
  expect(read.warnings).toEqual([]);
  expect(read.results.map(({ suite }) => suite.name).sort()).toEqual(results.map(({ suite }) => suite.name).sort());
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
  expect(read).toEqual({ ...EMPTY, warnings: [expect.stringMatching(/x\.json is not used: it is a link/)] });
});

test("nothing but plain files is opened: no link, folder, pipe or device", async () => {
  await using folder = await temporaryFolder();
  const store = directoryStore(folder.path, "/");
  await store.save(sampleResult());
  const at = (name: string): string => path.join(folder.path, RUNNER, name);
  await mkdir(at("folder.json"));
  await symlink("/dev/zero", at("endless.json"));
  await symlink(folder.path, at("up.json"));
  await execa("mkfifo", [at("pipe.json")]);
  await writeFile(at("zero.json"), "");
  await writeFile(path.join(folder.path, RUNNER, "qualified"), "no folder");
  await writeFile(path.join(folder.path, "README.md"), "kept by hand");
  const { results, warnings } = await store.read(RUNNER);
  expect(results).toEqual([sampleResult()]);
  expect(warnings).toEqual([
    expect.stringMatching(/endless\.json is not used: it is a link, a folder or a device/),
    expect.stringMatching(/folder\.json is not used: it is a link, a folder or a device/),
    expect.stringMatching(/pipe\.json is not used: it is a link, a folder or a device/),
    expect.stringMatching(/up\.json is not used: it is a link, a folder or a device/),
    expect.stringMatching(/zero\.json is not used: it is not valid JSON/),
  ]);
  expect((await store.list(null)).files.map((file) => file.path)).toEqual(
    (await store.list(RUNNER)).files.map((file) => file.path),
  );
});

test("a record of what the runner detects is kept beside its results, and the newest counts", async () => {
  await using folder = await temporaryFolder();
  const store = directoryStore(folder.path, "/");
  await store.save(sampleResult());
  for (const minute of [8, 2])
    expect(await store.saveQualification(sampleQualification(minute))).toMatchObject({ saved: true });
  expect(await store.read(RUNNER)).toEqual({
    results: [sampleResult()],
    qualification: sampleQualification(8),
    warnings: [],
  });
  expect(await readdir(path.join(folder.path, RUNNER, "qualified"))).toEqual([
    "20260304T100200000Z.json",
    "20260304T100800000Z.json",
  ]);
});

test("only files of the store are removed, and folders that they leave empty", async () => {
  await using folder = await temporaryFolder();
  const store = directoryStore(folder.path, "/");
  const [first, second, other] = [
    sampleResult({}, 1),
    sampleResult({}, 2),
    sampleResult({}, 3, "another-machine-91c0"),
  ];
  for (const result of [first, second, other]) await store.save(result);
  await store.saveQualification(sampleQualification());
  const gone = [storedPath(first), storedPath(other)];
  expect(await store.remove(gone, "")).toEqual({ removed: gone, warning: null });
  expect(await readdir(folder.path)).toEqual([RUNNER]);
  expect(await store.read(RUNNER)).toMatchObject({ results: [second], qualification: sampleQualification() });
  await expect(store.remove(["../x.json"], "")).rejects.toThrow(/no file of a store/);
  const rest = [storedPath(second), qualificationPath(sampleQualification())];
  await store.remove(rest, "");
  expect(await readdir(folder.path)).toEqual([]);
});

test("a run id from elsewhere cannot lead out of the folder", () => {
  expect(() => storedPath(sampleResult({ run_id: "../../etc/passwd" }))).toThrow(/cannot be part of a file name/);
});

test("a result is kept also while somebody removes its folder, which is empty as yet", async () => {
  await using folder = await temporaryFolder();
  const own = path.join(folder.path, RUNNER);
  // As one that prunes does, at the worst moments.
  const code = `let left = 30; while (left > 0) try { fs.rmdirSync(${JSON.stringify(own)}); left -= 1; } catch {}`;
  const remover = spawn(process.execPath, ["-e", `fs.writeSync(1, "up"); ${code}`], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(remover.stdout, "data");
  const store = directoryStore(folder.path, "/");
  for (let minute = 0; minute < 10; minute++) {
    const result = sampleResult({}, minute);
    expect(await store.save(result)).toMatchObject({ saved: true });
    expect((await store.read(RUNNER)).results).toEqual([result]);
    expect(await store.remove([storedPath(result)], "")).toMatchObject({ warning: null });
  }
  remover.kill("SIGKILL");
});
