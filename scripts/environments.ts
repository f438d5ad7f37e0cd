/** Makes or finds the Python environments that development needs: torch, mlx and the tools. Prints their interpreters as JSON. */
import path from "node:path";
import type { Backend } from "../src/core/backend.ts";
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

export async function developmentPythons(): Promise<DevelopmentPythons> {
  const python = await findPython();
  const probe = await probeMachine({ python: python.executable, harness, salt: "development" });
  const provide = async (spec: ReturnType<typeof ownEnvironment>): Promise<string> => {
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
  };
  const mac = probe.machine.os === "macos";
  const locked = (backend: Backend): Promise<string> =>
    provide(lockedEnvironment(lockFor(backend, probe), harness, probe.machine.os));
  return {
    torch: await locked("torch-cpu"),
    mlx: await locked(mac ? "mlx-metal" : "mlx-cpu"),
    dev: await provide({ ...ownEnvironment(path.join(harness, "requirements", "dev.txt")), name: "dev" }),
  };
}

if (import.meta.main) console.log(JSON.stringify(await developmentPythons(), null, 2));
