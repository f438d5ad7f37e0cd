#!/usr/bin/env node
/** Entry of the local command: refuses a Node that could not even load the rest. */
import { oldNode } from "./io/node-version.ts";

const refused = oldNode(import.meta.url);
if (refused === null) {
  const { runCommandLine } = await import("./command-line.ts");
  process.exitCode = await runCommandLine(process.argv, import.meta.filename);
} else {
  console.error(`finetune-bench: ${refused}`);
  process.exitCode = 2;
}
