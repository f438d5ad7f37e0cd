/** Fetches one commit, with its parents' names but without their contents, into the workspace. */
import { execFileSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";

const { GITHUB_WORKSPACE: folder, GITHUB_SHA, CHECKOUT_REMOTE: remote, INPUT_REF } = process.env;
if (process.env["INPUT_PERSIST-CREDENTIALS"] !== "false") throw new Error("a token would stay in .git/config");
for (const name of readdirSync(folder)) rmSync(path.join(folder, name), { recursive: true, force: true });
const git = (...args) => execFileSync("git", ["-C", folder, ...args], { stdio: ["ignore", "inherit", "inherit"] });
git("init", "--quiet", "--initial-branch=main");
git("fetch", "--quiet", "--depth=1", "--no-tags", remote, INPUT_REF || process.env["CHECKOUT_SHA"] || GITHUB_SHA);
git("checkout", "--quiet", "--detach", "FETCH_HEAD");
