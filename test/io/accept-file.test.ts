/** The accept file of a repository: absent, good, broken or unreadable. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { readAccepted } from "../../src/io/accept-file.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const NAME = "finetune-bench.accept.yml";

test("no file is no acceptance, and a good one is read", async () => {
  await using folder = await temporaryFolder();
  expect(await readAccepted(folder.path)).toEqual([]);
  const entry = "{ benchmark: lora.mlx-cpu, metric: peak_memory, runner: box-1a2b, reason: r, expires: 2027-01-31 }";
  await writeFile(path.join(folder.path, NAME), `version: 1\naccept:\n  - ${entry}\n`);
  expect(await readAccepted(folder.path)).toEqual([
    { benchmark: "lora.mlx-cpu", metric: "peak_memory", runner_key: "box-1a2b", reason: "r", expires: "2027-01-31" },
  ]);
});

test("a broken one is the user's to mend, with its place", async () => {
  await using folder = await temporaryFolder();
  await writeFile(path.join(folder.path, NAME), "version: 1\naccept: yes\n");
  await expect(readAccepted(folder.path)).rejects.toThrow(`${NAME}:2:9: accept: must be a list; given "yes"`);
});

test("one that cannot be read is named", async () => {
  await using folder = await temporaryFolder();
  await mkdir(path.join(folder.path, NAME));
  await expect(readAccepted(folder.path)).rejects.toThrow(`${NAME} cannot be read`);
});
