/** Where environments, weights and token files live: outside the checkout, shared between checkouts. */
import os from "node:os";
import path from "node:path";

/** `FINETUNE_BENCH_CACHE`, else the runner's tool cache, else the user's cache folder. An absolute path. */
export function cacheFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  const given = env["FINETUNE_BENCH_CACHE"];
  if (given !== undefined && given !== "") return path.resolve(given);
  return path.join(parentFolder(env, platform), "finetune-bench");
}

function parentFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const toolCache = env["RUNNER_TOOL_CACHE"];
  if (toolCache !== undefined && toolCache !== "") return path.resolve(toolCache);
  const home = env["HOME"] ?? env["USERPROFILE"] ?? os.homedir();
  if (platform === "darwin") return path.join(home, "Library", "Caches");
  if (platform === "win32") return env["LOCALAPPDATA"] ?? path.join(home, "AppData", "Local");
  const xdg = env["XDG_CACHE_HOME"];
  return xdg !== undefined && path.isAbsolute(xdg) ? xdg : path.join(home, ".cache");
}
