/** `setup`: with an administrator's access, once, makes the bot's account on the hub, its rights and its kubeconfig. */
import { stringify } from "yaml";
import { loadForHub } from "../../config.ts";
import { HubError, REASON } from "../../hub/errors.ts";
import { objectsFor } from "../hub/objects.ts";
import type { CommandMeans } from "../options.ts";
import { openAdministrator, type SetupRun } from "./administrator.ts";
import { changeAnonymous } from "./anonymous.ts";
import { applyAll } from "./apply.ts";
import { setUpHubAudit } from "./hub-audit.ts";
import { renewIfRefused } from "./if-refused.ts";
import { setupOptions } from "./options.ts";
import { readKubeconfigFile, writeKubeconfig } from "./own-kubeconfig.ts";
import { dropOldToken } from "./rotate.ts";

/** Throws UsageError, ConfigError, or an error with one sentence that says what to do. */
export async function setup(args: string[], means: CommandMeans): Promise<void> {
  const options = setupOptions(args);
  if (options.action === "hub-audit") return setUpHubAudit(options, means);
  const config = loadForHub(means.variables);
  if (options.action === "make" && options["dry-run"])
    return means.say(
      objectsFor(config)
        .map((object) => stringify(object))
        .join("---\n"),
    );
  try {
    if (options.action === "if-refused") await renewIfRefused({ config, options, means });
    else await runAsAdministrator({ config, options, means });
  } catch (error) {
    throw error instanceof HubError
      ? new Error(`${error.message.replace(/\.?$/, ".")} ${adviseOn(error)}`, { cause: error })
      : error;
  }
}

async function runAsAdministrator(run: SetupRun): Promise<void> {
  const { config, options, means } = run;
  await using context = await openAdministrator(run);
  if (options.action === "close-anonymous" || options.action === "open-anonymous")
    return await changeAnonymous(context);
  const file = await readKubeconfigFile(context);
  if (options.action === "rotate") await dropOldToken(context);
  await applyAll(context.hub, objectsFor(config), means.say);
  await writeKubeconfig(context, file);
  if (options.action === "rotate")
    means.say("  look       what a thief may have made besides: npm run doctor fails on it as foreign");
  means.say("\nThe administrator's kubeconfig is not needed again.");
  if (options.action === "make")
    means.say("In the channel where requests are approved, /invite the bot and everybody who approves.");
  means.say("Next: npm run doctor");
}

/** Says what to do where the hub refuses an administrator, or does not answer. */
function adviseOn(error: HubError): string {
  if (error.status === 401 || error.status === 403)
    return "Use Karpor's own kubeconfig, which --from-cluster reads: this one is not, or is no longer, an administrator's.";
  if (error.reason === REASON.kubeconfig) return "Then run this again.";
  return "See that this machine reaches the hub and trusts its certificate: the kubeconfig, hub.server, hub.portForward.";
}
