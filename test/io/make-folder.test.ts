/** Folders with their parents, also where the system denies a parent that is there: below `/proc` nothing can be made. */
import { existsSync } from "node:fs";
import { readdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { directoryStore } from "../../src/io/directory-store.ts";
import { makeFolder } from "../../src/io/make-folder.ts";
import { localFolder, makeResultsFolder } from "../../src/io/results-folder.ts";
import { writeArchive } from "../../src/io/store-archive.ts";
import { sampleResult } from "./sample-result.ts";
import { temporaryFolder } from "./temporary-folder.ts";

test("is made with its parents, and stays as it is when it is there", async () => {
  await using root = await temporaryFolder();
  const folder = path.join(root.path, "a", "b", "c");
  await makeFolder(folder);
  await writeFile(path.join(folder, "kept"), "");
  await makeFolder(folder);
  expect(await readdir(folder)).toEqual(["kept"]);
  await makeFolder(path.parse(folder).root);
});

test("many at once that share their parents are all made", async () => {
  await using root = await temporaryFolder();
  const folders = Array.from({ length: 40 }, (_, index) => path.join(root.path, "a", "b", "c", String(index % 20)));
  await Promise.all(folders.map(makeFolder));
  for (const folder of folders) expect((await stat(folder)).isDirectory()).toBe(true);
});

test("a file in the way is named", async () => {
  await using root = await temporaryFolder();
  const file = path.join(root.path, "file");
  await writeFile(file, "");
  await expect(makeFolder(file)).rejects.toThrow(/EEXIST.*file'/);
  await expect(makeFolder(path.join(file, "below"))).rejects.toThrow(/ENOTDIR.*below'/);
});

/** Node's own recursive `mkdir` never ends there. */
describe.runIf(existsSync("/proc/self"))("where no folder can be made", () => {
  const nowhere = "/proc/finetune-bench/a/b";

  test("the system's answer is given", async () => {
    await expect(makeFolder(nowhere)).rejects.toThrow(
      "ENOENT: no such file or directory, mkdir '/proc/finetune-bench'",
    );
  });

  test("a result is not stored, and it says why", async () => {
    expect(await directoryStore(nowhere, "/").save(sampleResult())).toMatchObject({
      saved: false,
      warning: expect.stringMatching(/could not be stored in folder \/proc\/finetune-bench\/a\/b: ENOENT.*writable/),
    });
  });

  test("no results folder, local folder or archive is made", async () => {
    await expect(makeResultsFolder(nowhere, "job")).rejects.toThrow("ENOENT");
    await expect(localFolder(nowhere)).rejects.toThrow(/cannot be written: ENOENT.*run this in a folder/);
    await expect(writeArchive(`${nowhere}/all.tar.gz`, [])).rejects.toThrow(/could not be written: ENOENT/);
  });
});
