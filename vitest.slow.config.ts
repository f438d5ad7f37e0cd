import { defineConfig } from "vitest/config";
import { secondLook } from "./test/support/second-look.ts";

export default defineConfig({
  test: {
    ...secondLook,
    include: ["test/slow/**/*.test.ts"],
    testTimeout: 600_000,
    hookTimeout: 300_000,
    maxWorkers: 1,
  },
});
