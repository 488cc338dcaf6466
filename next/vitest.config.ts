/** Tests of the new house. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["next/test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 90_000,
    maxWorkers: 2,
  },
});
