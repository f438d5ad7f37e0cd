import { defineConfig } from "vitest/config";
import { secondLook } from "./test/support/second-look.ts";

export default defineConfig({
  test: {
    ...secondLook,
    include: ["test/**/*.test.ts"],
    exclude: ["test/slow/**", "test/nightly/**"],
    // What hangs is ended; what is slow, on a machine that others use or stop, is not.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Two processor cores are the smallest machine this is developed on; the end-to-end tests start real processes.
    maxWorkers: 2,
  },
});
