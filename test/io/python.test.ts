import { writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findPython } from "../../src/io/python.ts";
import { interpreterIn, programIn, refusal, type Version } from "../support/interpreters.ts";
import { temporaryFolder, type TemporaryFolder } from "./temporary-folder.ts";

let folder: TemporaryFolder;

beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const interpreter = (name: string, version: Version): Promise<string> => interpreterIn(folder.path, name, version);
const program = (name: string, script: string): Promise<string> => programIn(folder.path, name, script);

describe("the input python", () => {
  test("is used as it is, even without venv", async () => {
    const file = await interpreter("given/python", { version: "3.12.8", venv: false });
    expect(await findPython({ requested: file })).toMatchObject({ executable: file, version: "3.12.8", tag: "cp312" });
  });

  test("that is too old is refused with its version", async () => {
    const file = await interpreter("old/python", { version: "3.9.6" });
    const message = await refusal(findPython({ requested: file }));
    expect(message).toMatch(
      /^input python \(--python\): ".*old\/python" is Python 3\.9\.6; at least 3\.11 is needed: change the input/,
    );
  });

  test("that is missing, or no interpreter, is refused with the reason", async () => {
    const nowhere = path.join(folder.path, "nowhere");
    expect(await refusal(findPython({ requested: nowhere }))).toContain("cannot be used: there is no such program");
    const other = await program("other/program", "echo hello");
    expect(await refusal(findPython({ requested: other }))).toContain("does not answer like a Python interpreter");
    const broken = await program("other/broken", "echo 'no module named encodings' >&2; exit 1");
    expect(await refusal(findPython({ requested: broken }))).toContain("(exit 1): no module named encodings");
    // A program of another kind may say our whole question back.
    const echo = await program("other/echo", `echo "cannot access $*" | tr '\\n' ' '; exit 2`);
    expect(await refusal(findPython({ requested: echo }))).toMatch(
      /\(exit 2\): cannot access .{50,110}…; give the path/,
    );
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
      "Install Python 3.11 or newer, or name an interpreter with the input python (--python). With uv installed, one is fetched.",
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
    expect(message).toMatch(/^no usable Python 3\.11 or newer\. There is none.*\nInstall Python 3\.11/s);
  });
});

test("a real interpreter answers with what its wheels are tagged with", async () => {
  const python = await findPython();
  const { stdout } = await execa(python.executable, ["-c", "import sys; print('cp%d%d' % sys.version_info[:2])"]);
  expect(python.tag).toBe(stdout);
  expect(python.platform).toMatch(/^(?:linux|macosx|win)[a-z0-9_]+$/);
});
