import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "test/global-setup.ts",
    testTimeout: 60_000,
    hookTimeout: 90_000,
    // Two real API servers at once are enough for a small machine.
    maxWorkers: 2,
    // Real processes, servers and sockets: one may be late once on a busy machine. What is wrong is wrong twice, and
    // what was retried is marked in the summary.
    retry: 1,
  },
});
