/** Asks the harness for the facts of this machine. Needs a Python and nothing installed in it. */
import path from "node:path";
import { probeSchema, type Probe } from "../core/environment.ts";
import { measuringEnvironment } from "./child-environment.ts";
import { printedObject } from "./printed-object.ts";
import { runProcess } from "./process.ts";

export interface ProbeRequest {
  /** Any interpreter from 3.11 on. */
  readonly python: string;
  /** The folder `harness/` of this program. */
  readonly harness: string;
  /** The repository's name: hardware ids are hashed with it, so that two repositories cannot link a machine. */
  readonly salt: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

/** @throws Error when the probe itself breaks; a missing tool or an unreadable fact is part of the answer. */
export async function probeMachine(request: ProbeRequest): Promise<Probe> {
  const lines: string[] = [];
  const result = await runProcess({
    file: request.python,
    args: ["-m", "finetune_bench", "probe", "--salt", request.salt],
    cwd: request.harness,
    env: measuringEnvironment(request.env ?? process.env, {
      PYTHONPATH: path.join(request.harness, "src"),
      PYTHONDONTWRITEBYTECODE: "1",
    }),
    onLine: (line) => lines.push(line),
    timeoutS: 180,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  if (result.code !== 0) {
    const ended = result.timedOut ? "did not end within 180 s" : `ended with ${result.code ?? result.signal}`;
    const said = result.startError ?? result.tail.join("\n");
    throw new Error(`the probe of this machine ${ended}: ${said}`);
  }
  return probeSchema.parse(printedObject(lines));
}
