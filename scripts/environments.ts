/** Makes or finds the Python environments that development needs: torch, mlx and the tools. Prints their interpreters as JSON. */
import path from "node:path";
import { frameworkOf, isCpu, type Backend } from "../src/core/backend.ts";
import type { Probe } from "../src/core/environment.ts";
import { lockFor } from "../src/core/lock.ts";
import { cacheFolder } from "../src/io/cache-folder.ts";
import { probeMachine } from "../src/io/probe.ts";
import { ensureEnvironment, lockedEnvironment, ownEnvironment } from "../src/io/python-environment.ts";
import { findPython } from "../src/io/python.ts";

const root = path.dirname(import.meta.dirname);
const harness = path.join(root, "harness");

export interface DevelopmentPythons {
  readonly torch: string;
  readonly mlx: string;
  readonly dev: string;
}

type Spec = ReturnType<typeof ownEnvironment>;

/** This machine, and what finds or makes an environment on it and gives its interpreter. */
async function openMachine(): Promise<{ probe: Probe; provide: (spec: Spec) => Promise<string> }> {
  const python = await findPython();
  const probe = await probeMachine({ python: python.executable, harness, salt: "development" });
  return {
    probe,
    async provide(spec) {
      const made = await ensureEnvironment({
        spec,
        python,
        uv: probe.tools.uv,
        cache: cacheFolder(process.env),
        env: process.env,
        progress: (line) => console.error(line),
        output: () => {},
      });
      if (made.status === "failed") throw new Error(made.message);
      return made.python;
    },
  };
}

/** The interpreter of a backend, in the environment that the product itself would use. */
export async function pythonOf(backend: Backend): Promise<string> {
  const { probe, provide } = await openMachine();
  return provide(lockedEnvironment(lockFor(backend, probe), harness, probe.machine.os));
}

/** For each framework the accelerator where this machine has one, else the processor. */
export async function usualBackends(): Promise<readonly Backend[]> {
  const { probe } = await openMachine();
  const possible = probe.backends.filter((entry) => entry.possible).map(({ backend }) => backend);
  return (["torch", "mlx"] as const).flatMap((framework) => {
    const own = possible.filter((backend) => frameworkOf(backend) === framework);
    return own.find((backend) => !isCpu(backend)) ?? own.slice(0, 1);
  });
}

export async function developmentPythons(): Promise<DevelopmentPythons> {
  const { probe, provide } = await openMachine();
  const mac = probe.machine.os === "macos";
  return {
    torch: await pythonOf("torch-cpu"),
    mlx: await pythonOf(mac ? "mlx-metal" : "mlx-cpu"),
    dev: await provide({ ...ownEnvironment(path.join(harness, "requirements", "dev.txt")), name: "dev" }),
  };
}

if (import.meta.main) console.log(JSON.stringify(await developmentPythons(), null, 2));
