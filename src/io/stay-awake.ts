/** Keeps a Mac and its display awake while a job measures: one that dozes off measures nothing, or something else. */
import { spawn } from "node:child_process";
import path from "node:path";
import { measuringEnvironment } from "./child-environment.ts";
import type { Progress } from "./progress.ts";
import { findIn, pathFolders } from "./usual-places.ts";

export interface AwakeRequest {
  readonly env: NodeJS.ProcessEnv;
  readonly progress: Pick<Progress, "line">;
  readonly platform?: NodeJS.Platform;
}

/** Disposing it lets the machine sleep again; so does the end of this process, however it ends. Does nothing elsewhere. */
export async function stayAwake({ env, progress, platform = process.platform }: AwakeRequest): Promise<Disposable> {
  if (platform !== "darwin") return { [Symbol.dispose]() {} };
  const folders = [...pathFolders({ env, platform, root: "/" }), "/usr/bin"];
  const file = await findIn("caffeinate", folders, platform);
  if (file === null) {
    progress.line("warning: this Mac may fall asleep while it measures: there is no caffeinate to keep it awake");
    return { [Symbol.dispose]() {} };
  }
  const child = spawn(file, ["-dimsu", "-w", String(process.pid)], {
    cwd: path.dirname(file),
    env: measuringEnvironment(env),
    stdio: "ignore",
  });
  child.on("error", (error) => {
    progress.line(`warning: this Mac may fall asleep while it measures: ${error.message}`);
  });
  child.unref();
  return { [Symbol.dispose]: () => void child.kill() };
}
