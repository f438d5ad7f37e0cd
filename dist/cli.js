#!/usr/bin/env node
import { t as oldNode } from "./node-version.js";
// src/cli.ts
/** Entry of the local command: refuses a Node that could not even load the rest. */
const refused = oldNode(import.meta.url);
if (refused === null) {
	const { runCommandLine } = await import("./command-line.js");
	process.exitCode = await runCommandLine(process.argv, import.meta.filename);
} else {
	console.error(`finetune-bench: ${refused}`);
	process.exitCode = 2;
}
export {};
