/** pip's settings files become variables: the same that pip itself reads, from the same places, the same one on top. */
import { mkdir, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { pipSettings } from "../../src/io/pip-settings.ts";
import { findPython } from "../../src/io/python.ts";
import { temporaryFolder } from "./temporary-folder.ts";

async function write(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
}

/** What the files of a machine below `root` set. */
async function settings(root: string, platform: NodeJS.Platform, env: Record<string, string> = {}) {
  const home = { HOME: path.join(root, "home"), PROGRAMDATA: path.join(root, "data"), APPDATA: path.join(root, "app") };
  return pipSettings({ env: { ...home, ...env }, platform, root });
}

const index = (name: string): string => `[global]\nindex-url = https://${name}\n`;

describe("the files of a machine", () => {
  test.each<[NodeJS.Platform, string[]]>([
    ["linux", ["etc/xdg/pip/pip.conf", "etc/pip.conf", "home/.pip/pip.conf", "home/.config/pip/pip.conf"]],
    [
      "darwin",
      [
        "Library/Application Support/pip/pip.conf",
        "home/.pip/pip.conf",
        "home/.config/pip/pip.conf",
        "home/Library/Application Support/pip/pip.conf",
      ],
    ],
    ["win32", ["data/pip/pip.ini", "home/pip/pip.ini", "app/pip/pip.ini"]],
  ])("on %s each is found, and covers those before it", async (platform, names) => {
    await using folder = await temporaryFolder();
    for (const name of names) {
      await write(folder.path, {
        [name]: index(path.basename(path.dirname(name))) + `timeout = ${names.indexOf(name)}\n`,
      });
      const { env, reason } = await settings(folder.path, platform);
      expect(reason).toBe(path.join(folder.path, name));
      expect(env).toMatchObject({ PIP_TIMEOUT: String(names.indexOf(name)), PIP_CONFIG_FILE: os.devNull });
    }
  });

  test("a file that is named stands in the place of the user's; the null device stands for none at all", async () => {
    await using folder = await temporaryFolder();
    await write(folder.path, {
      "etc/pip.conf": "[global]\ntimeout = 1\n",
      "home/.pip/pip.conf": "[global]\ntimeout = 2\nretries = 2\n",
      mine: "[global]\nproxy = p\n",
    });
    const read = async (name: string) => (await settings(folder.path, "linux", { PIP_CONFIG_FILE: name })).env;
    const own = await read(path.join(folder.path, "mine"));
    expect(own).toMatchObject({ PIP_TIMEOUT: "1", PIP_PROXY: "p" });
    expect(own).not.toHaveProperty("PIP_RETRIES");
    expect(await read(path.join(folder.path, "nowhere"))).toMatchObject({ PIP_TIMEOUT: "2" });
    expect(await read("/dev/null")).not.toHaveProperty("PIP_TIMEOUT");
  });

  test("a variable covers them; where uv is set up too, pip is not the only one", async () => {
    await using folder = await temporaryFolder();
    await write(folder.path, { "etc/pip.conf": index("file") });
    expect(await settings(folder.path, "linux", { PIP_INDEX_URL: "https://variable" })).toMatchObject({
      env: { PIP_INDEX_URL: "https://variable" },
      reason: "PIP_INDEX_URL",
    });
    expect((await settings(folder.path, "linux", { PIP_INDEX_URL: "" })).env["PIP_INDEX_URL"]).toBe("https://file");
    expect((await settings(folder.path, "linux", { UV_DEFAULT_INDEX: "https://uv" })).reason).toBeNull();
  });

  test("what uv needs none of leaves uv where it is", async () => {
    await using folder = await temporaryFolder();
    await write(folder.path, {
      "etc/pip.conf": "[global]\nuser = true\ntimeout = 9\n[search]\nindex-url = https://x\n",
    });
    expect((await settings(folder.path, "linux")).reason).toBeNull();
  });
});

test("pip reads the same", async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, "pip.conf");
  await writeFile(
    file,
    `# a comment
[global]
Index_URL : https://user:pa=ss@host/simple   ; kept, as configparser keeps it
extra-index-url =
    https://one/simple
    # not this one
    https://two/simple

    https://three/simple
no-index=
  trusted-host = a
  retries = 7
[install]
  --find-links = /wheels
  index-url = https://of-install
[download]
index-url = https://of-download
`,
  );
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder.path,
    PIP_CONFIG_FILE: file,
    XDG_CONFIG_DIRS: folder.path,
  };
  const { executable } = await findPython({ needsVenv: true });
  const { stdout } = await execa(executable, ["-I", "-m", "pip", "config", "list"], { env, extendEnv: false });
  const said = [...stdout.matchAll(/^(global|install)\.([\w-]+)='(.*)'$/gm)].toSorted(([, a = ""], [, b = ""]) =>
    a.localeCompare(b),
  );
  const known = Object.fromEntries(
    said.flatMap(([, , key = "", value = ""]) =>
      value === ""
        ? []
        : [[`PIP_${key.replaceAll("-", "_").toUpperCase()}`, value.replaceAll(/(?:\\n|\s)+/g, " ").trim()]],
    ),
  );
  const { env: read } = await pipSettings({ env, platform: process.platform, root: "/" });
  const ours = Object.entries(read).filter(([name]) => name.startsWith("PIP_") && name !== "PIP_CONFIG_FILE");
  expect(Object.fromEntries(ours)).toEqual(known);
  expect(known).toMatchObject({
    PIP_INDEX_URL: "https://of-install",
    PIP_FIND_LINKS: "/wheels",
    PIP_NO_INDEX: "trusted-host = a retries = 7",
  });
});
