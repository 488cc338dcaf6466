/** `setup --if-refused`, which a job runs again and again: only where the hub refuses the bot's token is it made anew. */
import { HubError } from "../../hub/errors.ts";
import { isLoggedIn } from "../../hub/grants.ts";
import { kubeconfigSource, POD_MOUNT } from "../../hub/source.ts";
import { SECOND } from "../../request/durations.ts";
import type { KubeconfigText } from "../hub/calls.ts";
import { openAdministrator, openHub, type SetupRun } from "./administrator.ts";
import { makeKubeconfig } from "./own-kubeconfig.ts";

/** While Karpor is upgraded, two versions of it may run side by side for a moment. */
const LOOK_AGAIN_AFTER = 5 * SECOND;

/** Account and rights are there: after an upgrade of Karpor only the token is dead. */
export async function renewIfRefused(run: SetupRun): Promise<void> {
  const { config, means } = run;
  const source = kubeconfigSource(config.hub, means.clock, POD_MOUNT);
  try {
    const before = await source.read();
    if (!(await isRefused(run, { text: before, directory: source.directory }))) return;
    means.say("The hub refuses the bot's own kubeconfig: it is made anew.");
    await using context = await openAdministrator(run);
    await source.replace(before, await makeKubeconfig(context, before, { withRights: false }));
    means.say("It was written to where the bot reads it.");
  } finally {
    await source.close();
  }
}

/** A hub that is away has refused nothing. */
async function isRefused(run: SetupRun, own: KubeconfigText): Promise<boolean> {
  const { clock, say } = run.means;
  try {
    await using hub = await openHub(run, own);
    const isTaken = () => isLoggedIn(hub);
    if (!(await isTaken()) && !(await clock.sleep(LOOK_AGAIN_AFTER).then(isTaken))) return true;
    say("The hub takes the bot's own kubeconfig: nothing was changed.");
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    say(`The hub does not say that it refuses the bot, so nothing was changed: ${error.message}.`);
  }
  return false;
}
