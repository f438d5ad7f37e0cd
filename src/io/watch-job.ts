/** The watcher of one job, under the machine's own Python. */
import path from "node:path";
import { harnessUnder } from "./harness.ts";
import type { Host } from "./host.ts";
import type { Machine } from "./machine.ts";
import type { ResultsFolder } from "./results-folder.ts";
import { startWatch, type Watch } from "./watch.ts";

export function openWatch(host: Host, { python }: Machine, folder: ResultsFolder): Watch {
  const harness = harnessUnder(host, python.executable);
  return startWatch({ harness, file: path.join(folder.path, "device.jsonl") });
}
