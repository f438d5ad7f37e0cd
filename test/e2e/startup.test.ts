/** The first line of the shipped action waits for nothing heavy: `npm run bench:startup` has the milliseconds. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { execa } from "execa";
import { VERSION } from "../../src/core/version.ts";

const dist = path.join(import.meta.dirname, "..", "..", "dist");

/** Every file of the bundle that is read before the first statement of `name` runs. */
async function loadedFirst(name: string, seen = new Map<string, number>()): Promise<Map<string, number>> {
  const text = await readFile(path.join(dist, name), "utf8");
  seen.set(name, Buffer.byteLength(text));
  for (const [, next = ""] of text.matchAll(/^(?:import|export)[^"';]*"\.\/([^"]+)";$/gm)) {
    if (!seen.has(next)) await loadedFirst(next, seen);
  }
  return seen;
}

it("loads a few kilobytes before it speaks", async () => {
  const files = await loadedFirst("main.js");
  expect([...files.values()].reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(10_000);
  // The walk does see what is loaded at once: the rest of the action is a hundred times as large.
  const rest = await loadedFirst("action.js");
  expect([...rest.values()].reduce((sum, bytes) => sum + bytes, 0)).toBeGreaterThan(1_000_000);
});

it("says what runs before it looks for anything, and ends with 1 where there is no job", async () => {
  const { stdout, exitCode } = await execa(process.execPath, [path.join(dist, "main.js")], {
    cwd: dist,
    env: {},
    extendEnv: false,
    reject: false,
  });
  expect(stdout.split("\n")[0]).toContain(`finetune-bench ${VERSION} `);
  expect(exitCode).toBe(1);
});
