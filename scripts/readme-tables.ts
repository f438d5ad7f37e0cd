/** Fills the generated parts of README.md: inputs and outputs from action.yml, workloads from the catalogue, the comment from a golden file. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { markdownTable } from "markdown-table";
import { parse } from "yaml";
import * as z from "zod";
import { shippedCatalogue, type Workload } from "../src/core/catalogue.ts";

const root = path.dirname(import.meta.dirname);
const EXAMPLE = "test/golden/comment-regression-confirmed.md";

const actionSchema = z.object({
  inputs: z.record(z.string(), z.object({ description: z.string(), default: z.string() })),
  outputs: z.record(z.string(), z.object({ description: z.string() })),
});

const read = (file: string): Promise<string> => readFile(path.join(root, file), "utf8");
const action = actionSchema.parse(parse(await read("action.yml")));
/** Those with some size at all, and which it is where it is one alone. */
function offered(backends: Workload["backends"]): string {
  const known = Object.entries(backends).filter(([, sizes]) => sizes.length > 0);
  return known.map(([name, sizes]) => (sizes.length === 1 ? `${name} (${sizes.join("")})` : name)).join(", ");
}
const code = (text: string): string => (text === "" ? "" : `\`${text}\``);

const parts: Record<string, string> = {
  inputs: markdownTable([
    ["Input", "Default", ""],
    ...Object.entries(action.inputs).map(([name, input]) => [code(name), code(input.default), input.description]),
  ]),
  outputs: markdownTable([
    ["Output", ""],
    ...Object.entries(action.outputs).map(([name, output]) => [code(name), output.description]),
  ]),
  workloads: markdownTable([
    ["Workload", "", "Presets", "Backends"],
    ...shippedCatalogue().workloads.map((workload) => [
      `[${workload.name}](docs/workloads/${workload.name}.md)`,
      workload.summary,
      Object.keys(workload.presets).join(", "),
      offered(workload.backends),
    ]),
  ]),
  comment: (await read(EXAMPLE))
    .trim()
    .split("\n")
    .map((line) => `> ${line}`.trimEnd())
    .join("\n"),
};

const before = await read("README.md");
let after = before;
for (const [name, content] of Object.entries(parts)) {
  const block = new RegExp(`(<!-- begin ${name} -->\\n)[\\s\\S]*?(\\n<!-- end ${name} -->)`);
  if (!block.test(after)) throw new Error(`README.md has no block for ${name}`);
  after = after.replace(block, (_all, begin: string, end: string) => begin + content + end);
}
if (after !== before) {
  if (process.argv.includes("--check")) {
    console.error("README.md is not what its sources say: run npm run readme and commit it");
    process.exitCode = 1;
  } else {
    await writeFile(path.join(root, "README.md"), after);
  }
}
