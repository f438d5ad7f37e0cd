/**
 * How long the action takes to its first line, beside a bare Node: `npm run bench:startup`. Ends with status 1 when the
 * difference is larger than promised. Both are started by turns, so that whatever slows the machine slows both.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { median } from "../src/core/statistics.ts";

const TURNS = 25;
const MOST_MS = 100;

const entry = path.join(import.meta.dirname, "..", "dist", "main.js");
const programs = {
  bare: ["-e", "console.log('first line')"],
  // No job is there to run: it says its first line, then what is missing.
  action: [entry],
} as const;

/** Milliseconds from the start of the process to its first output. */
async function firstLine(args: readonly string[], cwd: string): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, args, { cwd, env: {}, stdio: ["ignore", "pipe", "ignore"] });
  const closed = once(child, "close");
  let took: number | null = null;
  child.stdout.on("data", () => (took ??= performance.now() - began));
  await closed;
  if (took === null) throw new Error(`node ${args.join(" ")} said nothing`);
  return took;
}

const cwd = await mkdtemp(path.join(tmpdir(), "startup-"));
try {
  const [bares, actions]: [number[], number[]] = [[], []];
  for (let turn = -1; turn < TURNS; turn++) {
    const bare = await firstLine(programs.bare, cwd);
    const action = await firstLine(programs.action, cwd);
    // The first turn fills the system's cache of files.
    if (turn < 0) continue;
    bares.push(bare);
    actions.push(action);
  }
  const [bare, action] = [median(bares), median(actions)];
  const difference = action - bare;
  console.log(
    `first line of the action after ${action.toFixed(1)} ms, of bare Node ${process.versions.node} after ${bare.toFixed(1)} ms ` +
      `(medians of ${TURNS} turns): ratio ${(action / bare).toFixed(2)}, difference ${difference.toFixed(1)} ms, at most ${MOST_MS} ms`,
  );
  if (difference > MOST_MS) process.exitCode = 1;
} finally {
  await rm(cwd, { recursive: true, force: true });
}
