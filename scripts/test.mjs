// `npm test`: installs what is missing, then runs every check of the project.
import path from "node:path";
import { handOver, root } from "./bootstrap.mjs";

process.exitCode = await handOver(path.join(root, "scripts", "checks.ts"), process.argv.slice(2));
