/**
 * Builds the tools written in Go, act and actionlint, into .cache/bin. Their versions are pinned in tools/, their
 * sources are checked against go.sum.
 *
 *     node scripts/build-tools.ts [act] [actionlint]
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import path from "node:path";

const root = path.dirname(import.meta.dirname);
const PACKAGES = {
  act: "github.com/nektos/act",
  actionlint: "github.com/rhysd/actionlint/cmd/actionlint",
} as const;

export type GoTool = keyof typeof PACKAGES;

/** The command a person without the tools is told. */
export const BUILD_COMMAND = "node scripts/build-tools.ts";

/** Where a built tool lies; null when it was never built, or from other versions than are pinned now. */
export function goTool(name: GoTool): string | null {
  const file = path.join(root, ".cache", "bin", process.platform === "win32" ? `${name}.exe` : name);
  const built = statSync(file, { throwIfNoEntry: false });
  if (built === undefined) return null;
  const pins = ["go.mod", "go.sum"].map((pin) => statSync(path.join(root, "tools", name, pin)).mtimeMs);
  return built.mtimeMs >= Math.max(...pins) ? file : null;
}

/** Builds one tool where it is not there yet. @throws Error without Go, or when the build fails. */
export function buildGoTool(name: GoTool): string {
  const there = goTool(name);
  if (there !== null) return there;
  const bin = path.join(root, ".cache", "bin");
  mkdirSync(bin, { recursive: true });
  const target = path.join(bin, process.platform === "win32" ? `${name}.exe` : name);
  console.error(`building ${name} (a minute or two the first time)`);
  const build = spawnSync("go", ["build", "-mod=readonly", "-trimpath", "-o", target, PACKAGES[name]], {
    cwd: path.join(root, "tools", name),
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (build.error !== undefined) throw new Error(`${name} needs Go 1.25 or newer on the PATH`, { cause: build.error });
  if (build.status !== 0) throw new Error(`go build of ${name} failed with status ${build.status}`);
  return target;
}

if (import.meta.main) {
  const wanted = process.argv.slice(2);
  for (const name of ["act", "actionlint"] as const) {
    if (wanted.length === 0 || wanted.includes(name)) console.log(buildGoTool(name));
  }
}
