/** How the entries are bundled into dist/: readable ESM, the same bytes on every machine. */
import type { BuildOptions } from "rolldown";

/** `dir`: where the bundle goes. */
export function bundle(dir: string): BuildOptions {
  return {
    input: { main: "src/main.ts", authorize: "src/authorize.ts", cli: "src/cli.ts", post: "src/post.ts" },
    platform: "node",
    tsconfig: false,
    output: { dir, format: "esm", cleanDir: true, entryFileNames: "[name].js", chunkFileNames: "[name].js" },
  };
}
