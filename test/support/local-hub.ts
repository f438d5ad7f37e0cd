/** The harness's local hub as a process of its own, with a small treebank. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { developmentPython } from "./development-python.ts";

const harness = path.resolve(import.meta.dirname, "..", "..", "harness");

export async function localHub(): Promise<AsyncDisposable & { readonly url: string }> {
  const child = spawn(await developmentPython("dev"), [path.join(harness, "tests", "serve_hub.py")], {
    env: { ...process.env, PYTHONPATH: path.join(harness, "src") },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  const [url] = await Promise.race([once(createInterface(child.stdout), "line"), ended]);
  if (typeof url !== "string") throw new Error("the local hub did not start");
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}
