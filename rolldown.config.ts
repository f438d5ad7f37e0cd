/** Bundles the two entries into dist/: readable ESM, the same bytes on every machine. */
import { defineConfig } from "rolldown";

export default defineConfig({
  input: { main: "src/main.ts", cli: "src/cli.ts" },
  platform: "node",
  tsconfig: false,
  output: {
    dir: "dist",
    format: "esm",
    cleanDir: true,
    entryFileNames: "[name].js",
    chunkFileNames: "[name].js",
  },
});
