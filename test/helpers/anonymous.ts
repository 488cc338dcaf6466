/** What Karpor's role `anonymous` gives, changed on a hub of the tests as the operator does it, or by hand. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { scratch } from "../../sandbox/child.ts";
import { systemClock } from "../../sandbox/clock.ts";
import { setup } from "../../src/cli/setup/index.ts";
import { setupOptions } from "../../src/cli/setup/options.ts";
import { loadForHub } from "../../src/config.ts";
import type { World } from "./bot.ts";

/** Runs `setup` as the command line does, with the hub's own kubeconfig. */
export async function setAnonymous(
  { hub, env }: Pick<World, "hub" | "env">,
  ...args: ["--close-anonymous" | "--open-anonymous", "--keep-streams"?]
): Promise<void> {
  const dir = scratch("karpor-access-admin");
  try {
    const kubeconfig = join(dir.path, "admin.kubeconfig");
    writeFileSync(kubeconfig, hub.adminKubeconfig);
    const options = setupOptions(
      [...args, "--yes", "--kubeconfig", kubeconfig].filter((arg) => arg !== undefined),
    );
    const means = {
      log: pino({ level: "silent" }),
      clock: systemClock(),
      say: () => {},
      confirm: async () => false,
    };
    await setup(loadForHub(env), options, means);
  } finally {
    dir.remove();
  }
}
