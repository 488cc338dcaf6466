/** Two projects: `npx vitest --project fast` while you write, `npm test` for everything. No test is retried. */
import { defineConfig } from "vitest/config";

/** Tables: none starts a server or a process. */
const FAST = ["test/tables/**/*.test.ts"];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 90_000,
    // Tests wait more than they work: three keep two cores busy.
    maxWorkers: 3,
    projects: [
      { extends: true, test: { name: "fast", include: FAST, pool: "threads", isolate: false } },
      {
        extends: true,
        test: {
          name: "whole",
          include: ["test/**/*.test.ts"],
          exclude: FAST,
          globalSetup: "test/global-setup.ts",
        },
      },
    ],
  },
});
