import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../../src/core/errors.ts";
import { findPython } from "../../src/io/python.ts";
import { temporaryFolder, type TemporaryFolder } from "./temporary-folder.ts";

let folder: TemporaryFolder;

beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

interface Version {
  readonly version: string;
  readonly venv?: boolean;
  readonly tag?: string;
}

/** A program that answers our one question as an interpreter of that version does. */
async function interpreter(name: string, { version, venv = true, tag }: Version): Promise<string> {
  const file = path.join(folder.path, name);
  const minor = version.split(".")[1] ?? "";
  const answer = { executable: file, version, tag: tag ?? `cp3${minor}`, platform: "linux_x86_64", venv };
  return program(name, `echo '${JSON.stringify(answer)}'`);
}

async function program(name: string, script: string): Promise<string> {
  const file = path.join(folder.path, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

async function refusal(searching: Promise<unknown>): Promise<string> {
  const error: unknown = await searching.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UserError)) throw new Error("an interpreter was found", { cause: error });
  return error.message;
}

describe("the input python", () => {
  test("is used as it is, even without venv", async () => {
    const file = await interpreter("given/python", { version: "3.12.8", venv: false });
    expect(await findPython({ requested: file })).toMatchObject({ executable: file, version: "3.12.8", tag: "cp312" });
  });

  test("that is too old is refused with its version", async () => {
    const file = await interpreter("old/python", { version: "3.9.6" });
    const message = await refusal(findPython({ requested: file }));
    expect(message).toMatch(
      /^input python: ".*old\/python" is Python 3\.9\.6; at least 3\.11 is needed: change the input/,
    );
  });

  test("that is missing, or no interpreter, is refused with the reason", async () => {
    const nowhere = path.join(folder.path, "nowhere");
    expect(await refusal(findPython({ requested: nowhere }))).toContain("cannot be used: there is no such program");
    const other = await program("other/program", "echo hello");
    expect(await refusal(findPython({ requested: other }))).toContain("does not answer like a Python interpreter");
    const broken = await program("other/broken", "echo 'no module named encodings' >&2; exit 1");
    expect(await refusal(findPython({ requested: broken }))).toContain("(exit 1): no module named encodings");
    const text = path.join(folder.path, "text");
    await writeFile(text, "hello");
    expect(await refusal(findPython({ requested: text }))).toContain("is not a program that may be started");
  });
});

describe("without the input", () => {
  test("the newest name on the PATH wins, broken ones are passed over", async () => {
    await program("path/python3.14", "echo 'pyenv: python3.14: command not found' >&2; exit 127");
    await interpreter("path/python3.13", { version: "3.13.1", tag: "cp313t" });
    const good = await interpreter("path/python3.12", { version: "3.12.8" });
    await interpreter("path/python3", { version: "3.11.2" });
    const env = { PATH: path.join(folder.path, "path"), HOME: folder.path };
    expect((await findPython({ env })).executable).toBe(good);
  });

  test("where nothing on the PATH will do, the usual places are looked at", async () => {
    await interpreter("poor/python3", { version: "3.9.6" });
    const kept = await interpreter("tools/Python/3.12.8/x64/bin/python3.12", { version: "3.12.8" });
    const env = { PATH: path.join(folder.path, "poor"), RUNNER_TOOL_CACHE: path.join(folder.path, "tools") };
    expect((await findPython({ env })).executable).toBe(kept);
  });

  test("every candidate is named with its version where none will do", async () => {
    await interpreter("bad/python3.14.exe", { version: "3.15.0" });
    await interpreter("bad/python3.12.exe", { version: "3.12.8", venv: false });
    await interpreter("bad/python3.exe", { version: "3.9.6" });
    await program("bad/python.exe", "exit 73");
    // Windows has no usual places but those its variables name, so that this machine's own are not found.
    const env = { Path: path.join(folder.path, "bad") };
    const message = await refusal(findPython({ env, platform: "win32" }));
    const bad = path.join(folder.path, "bad");
    expect(message.split("\n")).toEqual([
      "no usable Python 3.11 or newer. Found:",
      `  ${bad}/python3.14.exe: 3.15.0 is newer than the frameworks' packages, which end at 3.14`,
      `  ${bad}/python3.12.exe: 3.12.8 has no usable venv module (on Debian and Ubuntu: apt install python3.12-venv)`,
      `  ${bad}/python3.exe: 3.9.6 is too old`,
      `  ${bad}/python.exe: does not start (exit 73): no output`,
      "  py -3: there is no such program",
      "Install Python 3.11 or newer, or name an interpreter with the input python (--python).",
    ]);
  });

  test("uv on the PATH makes up for a missing venv module", async () => {
    const file = await interpreter("with uv/python3.12.exe", { version: "3.12.8", venv: false });
    await program("with uv/uv.exe", "exit 0");
    const env = { Path: path.dirname(file) };
    expect((await findPython({ env, platform: "win32" })).executable).toBe(file);
  });

  test("an empty machine is told what to install", async () => {
    const message = await refusal(findPython({ env: { Path: "" }, platform: "win32" }));
    expect(message).toMatch(/^no usable Python 3\.11 or newer\. .*\n.*py -3.*\nInstall Python 3\.11/s);
  });
});

test("a real interpreter answers with what its wheels are tagged with", async () => {
  const python = await findPython();
  const { stdout } = await execa(python.executable, ["-c", "import sys; print('cp%d%d' % sys.version_info[:2])"]);
  expect(python.tag).toBe(stdout);
  expect(python.platform).toMatch(/^(?:linux|macosx|win)[a-z0-9_]+$/);
});
