/** Proves that an environment works before anything is measured in it: import the framework, multiply once. */
import path from "node:path";
import type { Backend } from "../core/backend.ts";
import { eventSchema, type HarnessEvent } from "../core/protocol.ts";
import { printedObject } from "./printed-object.ts";
import { runProcess } from "./process.ts";

export interface SmokeRequest {
  readonly python: string;
  readonly backend: Backend;
  /** The folder `harness/` of this program. */
  readonly harness: string;
  /** The environment of a measured process. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export type SmokeOutcome =
  | { readonly status: "ok"; readonly environment: Extract<HarnessEvent, { event: "environment" }> }
  | { readonly status: "failed"; readonly message: string };

/** Reading gigabytes of libraries for the first time is slow on a cold disk. */
const TIMEOUT_S = 300;

/** What the environment is made of, or why it does not work. Nothing is repaired: the reason is the user's to know. */
export async function smokeTest(request: SmokeRequest): Promise<SmokeOutcome> {
  const { python, backend, harness, signal } = request;
  const lines: string[] = [];
  const result = await runProcess({
    file: python,
    args: ["-m", "finetune_bench", "smoke", "--backend", backend],
    cwd: harness,
    env: { ...request.env, PYTHONPATH: path.join(harness, "src"), PYTHONDONTWRITEBYTECODE: "1" },
    onLine: (line) => lines.push(line),
    timeoutS: TIMEOUT_S,
    ...(signal === undefined ? {} : { signal }),
  });
  const failed = (message: string): SmokeOutcome => ({
    status: "failed",
    message: `${backend} does not work under ${python}: ${message}`,
  });
  if (result.timedOut) return failed(`no answer within ${TIMEOUT_S} s`);
  if (result.code !== 0) {
    const said = result.startError ?? result.tail.slice(-5).join("\n").trim();
    return failed(said === "" ? `ended with ${result.code ?? result.signal}` : said);
  }
  const printed = printedObject(lines);
  const payload = typeof printed === "object" ? { ...printed, event: "environment" } : printed;
  const parsed = eventSchema.safeParse(payload);
  if (!parsed.success || parsed.data.event !== "environment") return failed("the smoke test's answer cannot be read");
  return { status: "ok", environment: parsed.data };
}
