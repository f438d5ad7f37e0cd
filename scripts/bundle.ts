/** Builds dist/ and its list of licences. `--check` builds elsewhere and compares, so that a stale bundle cannot be committed. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "rolldown";
import * as z from "zod";
import { bundle } from "./bundle-options.ts";

const root = path.dirname(import.meta.dirname);
const packageSchema = z.object({ name: z.string(), version: z.string(), license: z.string().default("see its files") });

/** Every package of which code stands in the bundle, those with the same licence text together. */
async function licences(modules: readonly string[]): Promise<string> {
  const folders = new Set<string>();
  for (const id of modules) {
    const match = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(id);
    if (match?.[1] !== undefined) folders.add(match[1]);
  }
  const byText = new Map<string, string[]>();
  for (const folder of [...folders].sort()) {
    const facts = packageSchema.parse(JSON.parse(await readFile(path.join(folder, "package.json"), "utf8")));
    const file = (await readdir(folder)).sort().find((name) => /^licen[cs]e/i.test(name));
    const text =
      file === undefined ? "" : (await readFile(path.join(folder, file), "utf8")).replaceAll("\r\n", "\n").trim();
    byText.set(text, [...(byText.get(text) ?? []), `${facts.name} ${facts.version} (${facts.license})`]);
  }
  const entries = [...byText].map(([text, packages]) => `${packages.join("\n")}\n\n${text}\n`);
  return entries.sort().join(`\n${"-".repeat(80)}\n\n`);
}

async function bundleInto(dir: string): Promise<void> {
  const output = await build({ ...bundle(dir), cwd: root });
  const modules = output.output.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []));
  await writeFile(path.join(dir, "licenses.txt"), await licences(modules));
}

async function contents(dir: string): Promise<Map<string, string>> {
  const names = (await readdir(dir)).sort();
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(path.join(dir, name), "utf8")] as const)),
  );
}

const dist = path.join(root, "dist");
if (process.argv.includes("--check")) {
  const fresh = await mkdtemp(path.join(tmpdir(), "finetune-bench-dist-"));
  try {
    await bundleInto(fresh);
    const [wanted, present] = [await contents(fresh), await contents(dist)];
    const names = new Set([...wanted.keys(), ...present.keys()]);
    const stale = [...names].filter((name) => wanted.get(name) !== present.get(name));
    if (stale.length > 0) {
      console.error(`dist/ is not what src/ builds (${stale.join(", ")}): run npm run build and commit it`);
      process.exitCode = 1;
    }
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
} else {
  await bundleInto(dist);
}
