// `npm start`: from a fresh clone to a verdict. Arguments go to the command line program as they are.
import path from "node:path";
import { handOver, root } from "./bootstrap.mjs";

const given = process.argv.slice(2);
const args = given.length > 0 ? given : ["run", "--suite", "builtin:quick", "--save"];
process.exitCode = await handOver(path.join(root, "dist", "cli.js"), args);
