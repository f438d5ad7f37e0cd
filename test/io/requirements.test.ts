import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRequirements } from "../../src/io/requirements.ts";
import { temporaryFolder, type TemporaryFolder } from "./temporary-folder.ts";

let folder: TemporaryFolder;

beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

async function file(name: string, text: string): Promise<string> {
  const place = path.join(folder.path, name);
  await mkdir(path.dirname(place), { recursive: true });
  await writeFile(place, text);
  return place;
}

describe("the hash of requirements", () => {
  test("is the same in another folder, with other ends of lines", async () => {
    const a = await readRequirements(await file("a/r.txt", "numpy==2.4.6\ntorch==2.13.0\n"));
    const b = await readRequirements(await file("b/other.txt", "numpy==2.4.6\r\ntorch==2.13.0\r\n"));
    expect(a).toEqual(b);
    expect(a.torch).toBe("2.13.0");
  });

  test("covers the files that are included, also in a circle", async () => {
    const root = await file("c/r.txt", "-r more/base.txt\n--constraint=limits.txt\n-r https://example.org/r.txt\n");
    await file("c/limits.txt", "numpy<3\n");
    await file("c/more/base.txt", "-r ../r.txt\nnumpy\n");
    const before = await readRequirements(root);
    expect(before.torch).toBeNull();
    await file("c/more/base.txt", "-r ../r.txt\nscipy\n");
    const after = await readRequirements(root);
    expect(after.hash).not.toBe(before.hash);
    await file("c/limits.txt", "numpy<2\n");
    expect((await readRequirements(root)).hash).not.toBe(after.hash);
  });
});

test.each(["-e .", "--editable ../mine", ".", "./wheels/x.whl", "../mine[extra]", "file:///x", "mine @ file:///x"])(
  "%s is refused: a shared environment would keep its first copy",
  async (line) => {
    const place = await file("d/r.txt", `numpy\n${line}\n`);
    await expect(readRequirements(place)).rejects.toThrow(
      `${place}:2: ${JSON.stringify(line)} is a local folder or file`,
    );
  },
);

test("a file that is missing is named, also where another includes it", async () => {
  await expect(readRequirements(path.join(folder.path, "no.txt"))).rejects.toThrow(/no\.txt cannot be read/);
  await expect(readRequirements(await file("e/r.txt", "-r base.txt\n"))).rejects.toThrow(/e\/base\.txt cannot be read/);
});
