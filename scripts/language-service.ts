/** GitHub's own language service over workflow files and action.yml. Loaded as a bundle: its JSON imports need one. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { ActionMetadata } from "@actions/languageservice/action";
import { validateAction } from "@actions/languageservice/validate-action";
import { validate } from "@actions/languageservice/validate";
import { TextDocument } from "vscode-languageserver-textdocument";
import { parse } from "yaml";
import * as z from "zod";

const inputSchema = z.object({ description: z.string(), required: z.boolean().default(false) });
const metadataSchema = z.object({
  name: z.string(),
  description: z.string(),
  inputs: z.record(z.string(), inputSchema),
  outputs: z.record(z.string(), z.object({ description: z.string() })),
});

async function metadata(root: string): Promise<ActionMetadata> {
  return metadataSchema.parse(parse(await readFile(path.join(root, "action.yml"), "utf8")));
}

/** Findings of one file as `file:line:column message`. `root` holds action.yml, which `uses:` of this project means. */
export async function lintFile(root: string, file: string): Promise<string[]> {
  const text = await readFile(path.resolve(root, file), "utf8");
  const document = TextDocument.create(`file://${path.resolve(root, file)}`, "yaml", 1, text);
  const isAction = path.basename(file) === "action.yml";
  const found = await (isAction ? validateAction : validate)(document, {
    actionsMetadataProvider: {
      fetchActionMetadata: async (action) => (action.name === "finetune-bench" ? metadata(root) : undefined),
    },
  });
  return found.flatMap(({ range, message }) => {
    const words = typeof message === "string" ? message : message.value;
    // Other actions' inputs would have to be fetched from GitHub; actionlint knows the popular ones by heart.
    if (words.startsWith("Unable to resolve action `actions/")) return [];
    return [`${file}:${range.start.line + 1}:${range.start.character + 1} ${words}`];
  });
}
