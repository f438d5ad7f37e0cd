/** Writes the version of package.json wherever else it stands; `npm version` runs it. `--check` writes nothing and compares. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import facts from "../package.json" with { type: "json" };

const root = path.dirname(import.meta.dirname);
const workflows = (await readdir(path.join(root, "workflows"))).map((name) => path.join("workflows", name));
/** The part between the two groups is the version. */
const PLACES: Readonly<Record<string, RegExp>> = {
  [path.join("harness", "src", "finetune_bench", "__init__.py")]: /^(__version__ = ").*(")$/gm,
  [path.join("harness", "pyproject.toml")]: /^(version = ").*(")$/gm,
  ...Object.fromEntries(workflows.map((file) => [file, /(@0{40} # v).*($)/gm])),
};

const stale: string[] = [];
for (const [file, place] of Object.entries(PLACES)) {
  const text = await readFile(path.join(root, file), "utf8");
  if (!text.match(place)) throw new Error(`${file} has no version where ${place.source} looks for one`);
  const wanted = text.replaceAll(place, `$1${facts.version}$2`);
  if (wanted === text) continue;
  stale.push(file);
  if (!process.argv.includes("--check")) await writeFile(path.join(root, file), wanted);
}
if (process.argv.includes("--check") && stale.length > 0) {
  console.error(
    `not of version ${facts.version} as package.json: ${stale.join(", ")}; node scripts/version.ts writes it`,
  );
  process.exitCode = 1;
}
