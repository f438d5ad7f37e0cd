import { access, readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findPython, silence } from "../../src/io/python.ts";
import { findUv } from "../../src/io/usual-places.ts";
import { interpreterIn, programIn, refusal, type Version } from "../support/interpreters.ts";
import { temporaryFolder, type TemporaryFolder } from "./temporary-folder.ts";

let folder: TemporaryFolder;

beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const interpreter = (name: string, version: Version): Promise<string> => interpreterIn(folder.path, name, version);
const program = (name: string, script: string): Promise<string> => programIn(folder.path, name, script);

/** A Mac of its own below a folder, with Apple's Python 3.9, which leaves a mark where it is started. */
async function mac(
  name: string,
): Promise<{ root: string; env: Record<string, string>; asked: () => Promise<boolean> }> {
  const root = path.join(folder.path, name);
  await program(`${name}/usr/bin/python3`, `: >"${root}/asked"; exit 1`);
  const env = {
    HOME: path.join(root, "Users", "runner"),
    PATH: ["usr/bin", "bin", "usr/sbin", "sbin"].map((place) => path.join(root, place)).join(path.delimiter),
  };
  const asked = (): Promise<boolean> =>
    access(path.join(root, "asked")).then(
      () => true,
      () => false,
    );
  return { root, env, asked };
}

/** uv's two commands for interpreters: `find` knows those below UV_PYTHON_INSTALL_DIR, `install` puts one there. */
async function uvThat(name: string, install: string): Promise<string> {
  const script = `echo "$*" >>"$0.calls"
found="$UV_PYTHON_INSTALL_DIR/cpython-3.13.9/bin/python3.13"
[ "$UV_PYTHON_PREFERENCE" = only-managed ] && [ "$UV_PYTHON_INSTALL_BIN" = 0 ] || exit 64
case "$1 $2" in
  "python find") if [ -x "$found" ]; then echo "$found"; else echo "error: No interpreter found" >&2; exit 2; fi ;;
  "python install") ${install} ;;
  *) exit 64 ;;
esac`;
  return program(`${name}/Users/runner/.local/bin/uv`, script);
}

describe("a Mac's LaunchAgent, whose PATH is that of the system alone", () => {
  test.each([
    "opt/homebrew/bin/python3.13",
    "opt/homebrew/opt/python@3.13/bin/python3.13",
    "usr/local/bin/python3.12",
    "opt/local/bin/python3.12",
    "Library/Frameworks/Python.framework/Versions/3.12/bin/python3.12",
    "Users/runner/.local/bin/python3.12",
    "Users/runner/.pyenv/versions/3.12.8/bin/python3.12",
    "Users/runner/.local/share/mise/installs/python/3.12.8/bin/python3",
    "Users/runner/.local/share/uv/python/cpython-3.13.1-macos-aarch64-none/bin/python3.13",
    "Users/runner/miniforge3/bin/python3.12",
  ])("finds %s, and never asks Apple's", async (place) => {
    const name = `mac ${place.replaceAll("/", "-")}`;
    const { root, env, asked } = await mac(name);
    const minor = /3\.1\d/.exec(place)?.[0] ?? "3.13";
    const file = await interpreter(`${name}/${place}`, { version: `${minor}.1` });
    expect((await findPython({ env, platform: "darwin", root })).executable).toBe(file);
    expect(await asked()).toBe(false);
  });

  test.each(["Users/runner/.local/bin/uv", "Users/runner/.cargo/bin/uv", "opt/homebrew/bin/uv", "usr/local/bin/uv"])(
    "finds uv as %s, which makes up for a missing venv module",
    async (place) => {
      const name = `mac with ${place.replaceAll("/", "-")}`;
      const { root, env } = await mac(name);
      const uv = await program(`${name}/${place}`, "exit 0");
      expect(await findUv({ env, platform: "darwin", root })).toBe(uv);
      const file = await interpreter(`${name}/opt/homebrew/bin/python3.13`, { version: "3.13.1", venv: false });
      expect((await findPython({ env, platform: "darwin", root })).executable).toBe(file);
    },
  );

  test("has uv fetch an interpreter where there is none, once", async () => {
    const { root, env, asked } = await mac("empty");
    // Prints its own path, wherever uv puts it.
    const kept = await program(
      "empty/fetched",
      `echo "{\\"executable\\":\\"$0\\",\\"version\\":\\"3.13.9\\",\\"tag\\":\\"cp313\\",\\"platform\\":\\"macosx_26_arm64\\",\\"venv\\":true}"`,
    );
    const uv = await uvThat("empty", `/bin/mkdir -p "\${found%/*}" && /bin/cp "${kept}" "$found"`);
    const cache = path.join(root, "cache");
    const told: string[] = [];
    const request = {
      env,
      platform: "darwin",
      root,
      fetch: { cache, progress: (line: string) => told.push(line) },
    } as const;
    const found = await findPython(request);
    expect(found).toMatchObject({ version: "3.13.9", tag: "cp313" });
    expect(found.executable).toBe(path.join(cache, "python", "cpython-3.13.9", "bin", "python3.13"));
    expect(told).toEqual(["no usable Python on this machine: uv fetches Python 3.13, about 30 MB"]);
    expect(await findPython(request)).toEqual(found);
    expect(told).toHaveLength(1);
    const calls = (await readFile(`${uv}.calls`, "utf8")).trim().split("\n");
    expect(calls.map((call) => call.split(" ")[1])).toEqual(["find", "install", "find", "find"]);
    expect(await asked()).toBe(false);
  });

  test("on Linux the same place is asked", async () => {
    const { root, env, asked } = await mac("linux");
    await interpreter("linux/usr/local/bin/python3", { version: "3.12.1" });
    await findPython({ env, platform: "linux", root });
    expect(await asked()).toBe(true);
  });

  test("says what uv said where it cannot fetch one", async () => {
    const { root, env } = await mac("offline");
    const words = "error: Failed to install cpython-3.13.9-macos-aarch64-none\\n  cause: dns error";
    const uv = await uvThat("offline", `printf '${words}\n' >&2; exit 1`);
    const fetch = { cache: path.join(root, "cache"), progress: () => {} };
    const message = await refusal(findPython({ env, platform: "darwin", root, fetch }));
    expect(message).toContain(
      `  ${uv} was asked for Python 3.13: error: Failed to install cpython-3.13.9-macos-aarch64-none cause: dns error`,
    );
    expect(message).toContain("name an interpreter with the input python");
    expect(message).not.toContain("With uv installed");
  });

  test("lets uv fetch nothing where nobody said that it may", async () => {
    const { root, env } = await mac("not allowed");
    const uv = await uvThat("not allowed", "exit 1");
    await refusal(findPython({ env, platform: "darwin", root }));
    await expect(access(`${uv}.calls`)).rejects.toThrow("ENOENT");
  });
});

describe("Windows", () => {
  test("python.org's folders and the install manager's are looked at, for one user and for all", async () => {
    const variables = {
      LOCALAPPDATA: path.join(folder.path, "local"),
      PROGRAMFILES: path.join(folder.path, "Program Files"),
    };
    const places = [
      "local/Programs/Python/Python312/python.exe",
      "local/Python/pythoncore-3.13-64/python.exe",
      "Program Files/Python311/python.exe",
    ];
    for (const [index, place] of places.entries()) {
      const file = await interpreter(place, { version: `3.1${index + 1}.1` });
      const env = { Path: "", ...variables };
      expect((await findPython({ env, platform: "win32" })).executable).toBe(file);
      await program(place, "exit 1");
    }
  });

  test("the launcher is asked for every version that will do, and may fetch none", async () => {
    const system = path.join(folder.path, "Windows");
    const answer = JSON.stringify({
      executable: "C:\\python.exe",
      version: "3.12.8",
      tag: "cp312",
      platform: "win_amd64",
      venv: true,
    });
    await program(
      "Windows/py.exe",
      `[ "$PYTHON_MANAGER_AUTOMATIC_INSTALL" = false ] || exit 64
[ "$1" = -3.12 ] || { echo "No suitable Python runtime found" >&2; exit 103; }
echo '${answer.replaceAll("\\", "\\\\")}'`,
    );
    expect(await findPython({ env: { Path: "", SystemRoot: system }, platform: "win32" })).toMatchObject({
      version: "3.12.8",
    });
  });

  test("the Store's placeholder is called by its name", () => {
    const ended = {
      code: 9009,
      signal: null,
      timedOut: false,
      startError: null,
      tail: ["Python was not found"],
    };
    expect(silence(ended)).toBe("is the Microsoft Store's placeholder, no interpreter");
  });
});
