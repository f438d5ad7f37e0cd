/** The shipped entries under a Node that cannot parse the rest of the bundle: one sentence instead of a SyntaxError. */
import { readFile, realpath } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";

const root = path.join(import.meta.dirname, "..", "..");
/** This Node without the syntax that the old ones lack, calling itself by the version of one. */
const AS_IF = [
  "--no-js-explicit-resource-management",
  "--import",
  `data:text/javascript,Object.defineProperty(process.versions,"node",{value:"23.11.1"})`,
];

/** What the host has beside the Node of the lockfile, as old as it may be. */
async function oldNodesOnPath(): Promise<{ node: string; flags: string[] }[]> {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  const files = await Promise.all(folders.map((folder) => realpath(path.join(folder, "node")).catch(() => null)));
  const found = await Promise.all(
    [...new Set(files)].map(async (file) => {
      if (file === null) return [];
      const { stdout } = await execa(file, ["--version"], { reject: false });
      return Number(/^v(\d+)\./.exec(stdout ?? "")?.[1] ?? Infinity) < 24 ? [{ node: file, flags: [] }] : [];
    }),
  );
  return found.flat();
}

async function ended(node: string, flags: readonly string[], entry: string) {
  const { stdout, stderr, exitCode } = await execa(node, [...flags, path.join(root, "dist", entry), "--help"], {
    reject: false,
    env: {},
    extendEnv: false,
  });
  return { lines: [...stdout.split("\n"), ...stderr.split("\n")].filter((line) => line !== ""), exitCode };
}

const OLD = [{ node: process.execPath, flags: AS_IF }, ...(await oldNodesOnPath())];

describe.each(OLD)("with an old Node: $node $flags.0", ({ node, flags }) => {
  it("the command says what was found, what is needed and what to do, and ends with 2", async () => {
    const { lines, exitCode } = await ended(node, flags, "cli.js");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^finetune-bench: Node 24 or newer is needed, and this is \d+\.\d+\.\d+ \(.*node\): put/);
    expect(lines[0]).toContain(`(${node})`);
    expect(exitCode).toBe(2);
  });

  it("the action says the same as an annotation, and fails", async () => {
    const { lines, exitCode } = await ended(node, flags, "main.js");
    expect(lines[1]).toMatch(/^::error::Node 24 or newer is needed, and this is /);
    expect(lines).toHaveLength(2);
    expect(exitCode).toBe(1);
  });
});

it("asks for the Node that the package asks for", async () => {
  const text = await readFile(path.join(root, "package.json"), "utf8");
  expect(JSON.parse(text)).toMatchObject({ engines: { node: ">=24" } });
});
