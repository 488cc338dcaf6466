/** `setup --if-refused`, run again and again by a job: only where the hub itself refuses the bot's kubeconfig, it is made anew. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "../../config.ts";
import { SECOND } from "../../domain/duration.ts";
import { openHub } from "../../hub/client/access.ts";
import { createHubClient } from "../../hub/client/client.ts";
import { HubError } from "../../hub/client/errors.ts";
import { lookAtOwnAccess } from "../../hub/client/own-access.ts";
import type { KubeconfigSource } from "../../hub/kubeconfig/source.ts";
import type { SetupMeans } from "./index.ts";

/** Two versions of Karpor may run side by side for a moment. */
const AGAIN_MS = 5 * SECOND;

/** Runs the work where it is refused, and says why not elsewhere. Throws one sentence where there is none to look at, and what the work throws. */
export async function ifRefused(
  config: Config,
  { log, say, mount }: Pick<SetupMeans, "log" | "say" | "mount">,
  work: (own: KubeconfigSource) => Promise<void>,
): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const own = opened.adopt(await openHub(config, { log, ...(mount && { mount }) }), (h) => h.close());
  const options = { reread: own.reread };
  const client = opened.adopt(createHubClient(own.access, options), (c) => c.close());
  const isTaken = async () => (await lookAtOwnAccess(client, config.hub.namespace)).taken;
  try {
    if ((await isTaken()) || (await sleep(AGAIN_MS).then(isTaken)))
      return say("The hub takes the bot's own kubeconfig: nothing was changed.");
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    return say(`The hub does not say that it refuses the bot, so nothing was changed: ${error.message}.`);
  }
  say("The hub refuses the bot's own kubeconfig: it is made anew.");
  await work(own.source);
}
