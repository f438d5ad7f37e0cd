/** How the entries are bundled into dist/: readable ESM, the same bytes on every machine. */
import type { BuildOptions } from "rolldown";

/** `dir`: where the bundle goes. */
export function bundle(dir: string): BuildOptions {
  return {
    input: { main: "src/main.ts", authorize: "src/authorize.ts", cli: "src/cli.ts", post: "src/post.ts" },
    platform: "node",
    tsconfig: false,
    onLog(level, log, say) {
      // A package that is not installed would be left out of the bundle with no more than a warning.
      if (log.code === "UNRESOLVED_IMPORT") throw new Error(`${log.message}: run npm ci`);
      say(level, log);
    },
    output: { dir, format: "esm", cleanDir: true, entryFileNames: "[name].js", chunkFileNames: "[name].js" },
  };
}
