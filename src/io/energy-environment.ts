/** The watcher's Python: on a Mac with zeus-apple-silicon, which reads the energy of Apple's chips without root. */
import path from "node:path";
import type { Inputs } from "../core/inputs.ts";
import type { Host } from "./host.ts";
import type { Machine } from "./machine.ts";
import { ensureEnvironment, type EnvironmentSpec } from "./python-environment.ts";

/** Interpreters that the pinned version has wheels for. */
const WHEELS = new Set(["cp311", "cp312", "cp313"]);

/** The machine's own where there is no such package for it, it cannot be had, or the user named the interpreter to use. */
export async function watcherPython(
  inputs: Pick<Inputs, "python">,
  host: Pick<Host, "cache" | "env" | "harness" | "progress" | "signal">,
  { python, probe }: Pick<Machine, "python" | "probe">,
): Promise<string> {
  if (inputs.python !== null || probe.machine.os !== "macos" || !WHEELS.has(python.tag)) return python.executable;
  const { cache, env, signal } = host;
  const { line: progress, output } = host.progress;
  const spec: EnvironmentSpec = {
    name: "energy",
    requirements: path.join(host.harness, "requirements", "energy.txt"),
    torch: null,
    driverMajor: null,
    size: { downloadBytes: 1e5, diskBytes: 3e7 },
  };
  const made = await ensureEnvironment({ spec, python, uv: probe.tools.uv, cache, env, progress, output, signal });
  if (made.status === "ready") return made.python;
  progress(`energy is read where macmon is installed, else not at all: ${made.message}`);
  return python.executable;
}
