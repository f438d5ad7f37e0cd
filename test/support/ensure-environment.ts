/** A process of its own that makes one environment: `node ensure-environment.ts REQUEST-JSON`. Prints its progress. */
import * as z from "zod";
import { ensureEnvironment, ownEnvironment } from "../../src/io/python-environment.ts";
import { findPython } from "../../src/io/python.ts";

const request = z
  .object({
    requirements: z.string(),
    uv: z.string().nullable(),
    cache: z.string(),
    env: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(process.argv[2] ?? ""));

const outcome = await ensureEnvironment({
  ...request,
  spec: ownEnvironment(request.requirements),
  python: await findPython({ needsVenv: true }),
  progress: (message) => console.log(message),
  output: () => {},
});
console.log(JSON.stringify(outcome));
