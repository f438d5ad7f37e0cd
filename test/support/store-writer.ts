/** One writer of a baseline store as a process of its own: opens the store, waits for a word, saves one result. */
import { once } from "node:events";
import * as z from "zod";
import { sampleResult } from "../io/sample-result.ts";

const orderSchema = z.object({
  minute: z.number(),
  folder: z.string().optional(),
  branch: z.object({ name: z.string(), apiUrl: z.string(), repository: z.string(), token: z.string() }).optional(),
});

const { minute, folder, branch } = orderSchema.parse(JSON.parse(process.argv[2] ?? ""));

/** Loads only what this writer needs: sixty of them start at once. */
async function open() {
  if (branch === undefined) {
    const { directoryStore } = await import("../../src/io/directory-store.ts");
    return directoryStore(folder ?? ".", "/");
  }
  const { branchStore } = await import("../../src/io/branch-store.ts");
  const { connectGitHub } = await import("../../src/io/github-api.ts");
  const api = await connectGitHub({ ...branch, serverUrl: "https://github.com" });
  return branchStore({ api, branch: branch.name, defaultBranch: "main" });
}

const store = await open();
process.stdout.write("ready\n");
await once(process.stdin, "data");
const outcome = await store.save(sampleResult({}, minute));
if (!outcome.saved) {
  process.stderr.write(outcome.warning);
  process.exitCode = 1;
}
process.stdin.destroy();
