/** Finds a Python on this machine and asks what kind of machine it is. */
import type { Identity, Probe } from "../core/environment.ts";
import { deviceName, machineIdentity, memoryText, runnerKey } from "../core/identity.ts";
import type { Inputs } from "../core/inputs.ts";
import type { Host } from "./host.ts";
import { probeMachine } from "./probe.ts";
import { findPython, type Python } from "./python.ts";

export interface Machine {
  readonly python: Python;
  readonly probe: Probe;
  readonly identity: Identity;
  readonly runnerKey: string;
}

export async function readMachine(inputs: Inputs, host: Host): Promise<Machine> {
  host.progress.phase("Probe");
  const { env, signal, harness } = host;
  const fetch = { cache: host.cache, progress: host.progress.line };
  const python = await findPython({ requested: inputs.python, env, signal, fetch });
  const salt = host.context.job.repository;
  const probe = await probeMachine({ python: python.executable, harness, salt, env, signal });
  const key = runnerKey(probe, inputs.runnerKey);
  host.progress.line(
    `${deviceName(probe)}, ${memoryText(probe.machine.memory_bytes)}, ${probe.machine.os_name}, Python ${python.version}: runner key ${key}`,
  );
  for (const warning of probe.warnings) host.progress.line(`warning: ${warning}`);
  return { python, probe, identity: machineIdentity(probe, inputs.runnerKey), runnerKey: key };
}
