import { defineConfig } from "vitest/config";

/** The fast lane: pure rules, what messages look like, files that are read and compared. None starts a server or a process. */
const UNIT = [
  "test/domain/**/*.test.ts",
  "test/slack/views/**/*.test.ts",
  "test/slack/typed.test.ts",
  "test/docs/**/*.test.ts",
  "test/cli/checks/*.test.ts",
  "test/cli/policy/policy.test.ts",
  "test/cli/setup/objects.test.ts",
  "test/flow/{strip-bindings,watch-access}.test.ts",
  "test/hub/{annotations,kubeconfig,names}.test.ts",
  "test/sandbox/{clock,hub-store,slack-blocks}.test.ts",
  "test/store/address.test.ts",
  "test/{config,log}.test.ts",
];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 90_000,
    // Two real API servers at once are enough for a small machine.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        // Nothing of one file reaches another, and what all of them import is loaded once.
        test: {
          name: "unit",
          include: UNIT,
          setupFiles: "test/no-server.ts",
          pool: "threads",
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: "whole",
          include: ["test/**/*.test.ts"],
          exclude: UNIT,
          globalSetup: "test/global-setup.ts",
          // Real processes, servers and sockets: one may be late once on a busy machine. What is wrong is wrong twice, and
          // what was retried is marked in the summary.
          retry: 1,
        },
      },
    ],
  },
});
