import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

// Each file, and each bot that a test starts, loads the same modules: compiled once, and the processes inherit where that is kept.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL("node_modules/.cache/compiled", import.meta.url));

/** The fast lane: pure rules, what messages look like, files that are read and compared. None starts a server or a process. */
const UNIT = [
  "test/domain/**/*.test.ts",
  "test/slack/views/**/*.test.ts",
  "test/slack/typed.test.ts",
  "test/docs/**/*.test.ts",
  "test/bench/*.test.ts",
  "test/cli/checks/*.test.ts",
  "test/cli/policy/policy.test.ts",
  "test/cli/setup/objects.test.ts",
  "test/flow/{expire-together,strip-bindings,watch-access,watch-anonymous}.test.ts",
  "test/hub/{annotations,kubeconfig,names,protobuf}.test.ts",
  "test/sandbox/{clock,hub-store,slack-blocks}.test.ts",
  "test/store/address.test.ts",
  "test/{config,give-way,log}.test.ts",
];

/** What runs for minutes, though its files are small. */
const LONG = ["/test/convergence/", "/test/month/"];
const isLong = ({ moduleId }: TestSpecification) => LONG.some((part) => moduleId.includes(part));

/** Where no run before tells how long each takes, vitest begins with the largest: then the longest would end alone. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((one) => !isLong(one))];
  }
}

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 90_000,
    expect: { poll: { timeout: 30_000, interval: 20 } },
    // Each waits more than it works: three keep two cores busy, and no more than three real API servers run at once.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
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
          // Until the house in next/ takes the place of src/: of the old one the whole story alone.
          include: ["test/story.test.ts"],
          globalSetup: "test/global-setup.ts",
          // Real processes, servers and sockets: one may be late once on a busy machine. What is wrong is wrong twice, and
          // what was retried is marked in the summary.
          retry: 1,
        },
      },
      { extends: true, test: { name: "next", include: ["next/test/**/*.test.ts"] } },
    ],
  },
});
