import { defineConfig } from "vitest/config";
import { secondLook } from "./test/support/second-look.ts";

export default defineConfig({
  test: {
    ...secondLook,
    include: ["test/slow/**/*.test.ts"],
    // What hangs is ended; what is slow, on a machine that others use or stop, is not.
    testTimeout: 3_600_000,
    hookTimeout: 3_600_000,
    maxWorkers: 1,
  },
});
