/** `setup --if-refused`, which a job runs again and again: only where the hub refuses the bot's token is it made anew. */
import type { Config } from "../../config.ts";
import { HubError } from "../../hub/errors.ts";
import { isLoggedIn } from "../../hub/grants.ts";
import { kubeconfigSource, POD_MOUNT } from "../../hub/source.ts";
import { SECOND } from "../../request/durations.ts";
import { openHubCalls } from "../hub/calls.ts";
import type { CommandMeans } from "../options.ts";
import { openAdministrator, wayToHub } from "./administrator.ts";
import type { SetupOptions } from "./options.ts";
import { makeKubeconfig } from "./own-kubeconfig.ts";

/** While Karpor is upgraded, two versions of it may run side by side for a moment. */
const LOOK_AGAIN_AFTER = 5 * SECOND;

/** Account and rights are there: after an upgrade of Karpor only the token is dead. */
export async function renewIfRefused(
  config: Config,
  options: SetupOptions,
  means: CommandMeans,
): Promise<void> {
  const source = kubeconfigSource(config.hub, means.clock, POD_MOUNT);
  try {
    const before = await source.read();
    const own = { text: before, directory: source.directory };
    if (!(await isRefused(config, own, options, means))) return;
    means.say("The hub refuses the bot's own kubeconfig: it is made anew.");
    const administrator = await openAdministrator(config, options, means);
    await using _hub = administrator.hub;
    const context = { config, options, means, administrator };
    await source.replace(before, await makeKubeconfig(context, before, { withRights: false }));
    means.say("It was written to where the bot reads it.");
  } finally {
    await source.close();
  }
}

/** A hub that is away has refused nothing. */
async function isRefused(
  config: Config,
  own: { text: string; directory: string | null },
  options: SetupOptions,
  means: CommandMeans,
): Promise<boolean> {
  try {
    await using hub = await openHubCalls(wayToHub(config, options, means), own, means);
    const isTaken = () => isLoggedIn(hub.client);
    if (!(await isTaken()) && !(await means.clock.sleep(LOOK_AGAIN_AFTER).then(isTaken))) return true;
    means.say("The hub takes the bot's own kubeconfig: nothing was changed.");
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    means.say(`The hub does not say that it refuses the bot, so nothing was changed: ${error.message}.`);
  }
  return false;
}
