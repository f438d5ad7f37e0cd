/** The watcher of one job and its lock. */
import path from "node:path";
import type { Inputs } from "../core/inputs.ts";
import { openDeviceLock, type DeviceLock } from "./device-lock.ts";
import { watcherPython } from "./energy-environment.ts";
import { harnessUnder } from "./harness.ts";
import type { Host } from "./host.ts";
import type { Machine } from "./machine.ts";
import type { ResultsFolder } from "./results-folder.ts";
import { startWatch, type Watch } from "./watch.ts";

export async function openWatch(
  inputs: Pick<Inputs, "python">,
  host: Host,
  machine: Machine,
  folder: ResultsFolder,
): Promise<Watch> {
  const harness = harnessUnder(host, await watcherPython(inputs, host, machine));
  return startWatch({ harness, file: path.join(folder.path, "device.jsonl") });
}

/** A small budget is no reason to give up while another job measures once. */
const LEAST_WAIT_S = 600;

/** Who gives a job its time to measure waits for others as long at a time. */
export function openJobLock(host: Host, { python }: Machine, { timeBudget }: Pick<Inputs, "timeBudget">): DeviceLock {
  return openDeviceLock({ host, python: python.executable, waitS: Math.max(LEAST_WAIT_S, timeBudget) });
}
