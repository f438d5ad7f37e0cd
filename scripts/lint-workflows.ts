/**
 * Lints the workflow files, those for users and this project's own, and action.yml: GitHub's language service for keys,
 * events and expressions, actionlint for inputs and outputs, zizmor for security.
 *
 *     node scripts/lint-workflows.ts [file…]
 */
import { spawnSync } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "rolldown";
import { cacheFolder } from "../src/io/cache-folder.ts";
import { probeMachine } from "../src/io/probe.ts";
import { ensureEnvironment, ownEnvironment } from "../src/io/python-environment.ts";
import { findPython } from "../src/io/python.ts";
import { BUILD_COMMAND, buildGoTool, goTool } from "./build-tools.ts";

const root = path.dirname(import.meta.dirname);

/** How the files for users name the action. They replace it, as the file says. */
const PLACEHOLDER = /OWNER\/finetune-bench(\/[\w-]+)?@0{40} # v\S+/g;

/** The action itself, and the one that decides about `/bench` comments. */
const ACTIONS: readonly string[] = ["action.yml", path.join("authorize", "action.yml")];

interface Scratch extends AsyncDisposable {
  readonly folder: string;
}

async function scratch(): Promise<Scratch> {
  const folder = await mkdtemp(path.join(tmpdir(), "lint-workflows-"));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

async function yamlFiles(folder: string): Promise<string[]> {
  const names = await readdir(path.join(root, folder));
  return names.filter((name) => name.endsWith(".yml")).map((name) => path.join(folder, name));
}

/** GitHub's language service, bundled: Node does not take its JSON imports as they are. */
async function languageService(files: readonly string[], folder: string): Promise<string[]> {
  const bundle = path.join(folder, "language-service.mjs");
  const input = path.join(import.meta.dirname, "language-service.ts");
  await build({
    input,
    platform: "node",
    logLevel: "silent",
    output: { file: bundle, format: "esm", codeSplitting: false },
  });
  const service: typeof import("./language-service.ts") = await import(pathToFileURL(bundle).href);
  const found = await Promise.all(files.map((file) => service.lintFile(root, file)));
  return found.flat();
}

/**
 * actionlint, in a copy where the action is local, so that its inputs and outputs are checked against action.yml.
 * Null where it is not built and may be missing.
 */
async function actionlint(files: readonly string[], folder: string): Promise<string[] | null> {
  const needed = process.env["CI"] === "true";
  const tool = needed ? buildGoTool("actionlint") : goTool("actionlint");
  if (tool === null) return null;
  const workflows = path.join(folder, "project", ".github", "workflows");
  await mkdir(workflows, { recursive: true });
  // By this folder actionlint knows where the project begins, and `./` with it.
  await mkdir(path.join(folder, "project", ".git"));
  for (const action of ACTIONS) {
    await mkdir(path.join(folder, "project", path.dirname(action)), { recursive: true });
    await copyFile(path.join(root, action), path.join(folder, "project", action));
  }
  await symlink(path.join(root, "dist"), path.join(folder, "project", "dist"));
  const copies: string[] = [];
  for (const file of files.filter((name) => !ACTIONS.includes(name))) {
    const text = await readFile(path.resolve(root, file), "utf8");
    const copy = path.join(workflows, path.basename(file));
    // actionlint is older than `queue`; the line is emptied, so that line numbers stay.
    await writeFile(
      copy,
      text
        .replaceAll(PLACEHOLDER, (_, action: string | undefined) => `.${action ?? "/"}`)
        .replaceAll(/^ +queue: max$/gm, ""),
    );
    copies.push(path.relative(path.join(folder, "project"), copy));
  }
  const run = spawnSync(tool, ["-no-color", "-oneline", ...copies], {
    cwd: path.join(folder, "project"),
    encoding: "utf8",
  });
  if (run.status === null || run.status > 1) throw new Error(`actionlint failed: ${run.stderr}`);
  return run.stdout.split("\n").filter((line) => line !== "");
}

async function zizmor(files: readonly string[]): Promise<string[]> {
  const python = await findPython();
  const probe = await probeMachine({ python: python.executable, harness: path.join(root, "harness"), salt: "lint" });
  const made = await ensureEnvironment({
    spec: {
      ...ownEnvironment(path.join(root, "tools", "zizmor", "requirements.txt")),
      name: "zizmor",
      size: { downloadBytes: 10e6, diskBytes: 60e6 },
    },
    python,
    uv: probe.tools.uv,
    cache: cacheFolder(process.env),
    env: process.env,
    progress: (line) => console.error(line),
    output: () => {},
  });
  if (made.status === "failed") throw new Error(made.message);
  const tool = path.join(path.dirname(made.python), "zizmor");
  const run = spawnSync(tool, ["--offline", "--quiet", "--no-progress", "--color=never", "--format=plain", ...files], {
    cwd: root,
    encoding: "utf8",
  });
  if (run.error !== undefined) throw new Error("zizmor did not start", { cause: run.error });
  return run.status === 0 ? [] : [run.stdout, run.stderr].filter((text) => text !== "");
}

await using work = await scratch();
const given = process.argv.slice(2).map((file) => path.resolve(file));
const own = [...(await yamlFiles("workflows")), ...(await yamlFiles(path.join(".github", "workflows"))), ...ACTIONS];
const files = given.length > 0 ? given : own;
const results: [string, string[] | null][] = [
  ["language service", await languageService(files, work.folder)],
  ["actionlint", await actionlint(files, work.folder)],
  ["zizmor", await zizmor(files)],
];
for (const [name, found] of results) {
  if (found === null) console.log(`${name}: not run here; to have it (needs Go): ${BUILD_COMMAND} ${name}`);
  else if (found.length === 0) console.log(`${name}: ${files.length} files, no findings`);
  else console.error(`${name}:\n${found.join("\n")}`);
}
process.exitCode = results.some(([, found]) => (found ?? []).length > 0) ? 1 : 0;
