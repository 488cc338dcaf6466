/** `setup --rotate`: a stolen token of the bot is worth nothing afterwards. */

import { isReason } from "../../hub/errors.ts";
import { listForeign } from "../../hub/foreign.ts";
import { deleteAccount, deleteBinding } from "../../hub/grants.ts";
import { BINDINGS, listAccounts, listBindings } from "../../hub/lists.ts";
import { botAccount } from "../../hub/names.ts";
import { SECOND } from "../../request/durations.ts";
import { objectsFor } from "../hub/objects.ts";
import { applyAll, planAll } from "./apply.ts";
import { readKubeconfigFile, type SetupContext, writeKubeconfig } from "./own-kubeconfig.ts";

/** The hub goes on taking a token that was used for up to 10 s after its account is gone. */
const TOKEN_DEAD_AFTER = 11 * SECOND;

/** Throws HubError, or one sentence; run again, it finishes what was begun. */
export async function rotate(context: SetupContext): Promise<void> {
  const { config, options, means, administrator } = context;
  const { hub } = administrator;
  const { namespace, name } = botAccount(config.hub);
  const file = await readKubeconfigFile(context);
  await planAll(hub, objectsFor(config));
  means.say(
    `  replace    ServiceAccount ${namespace}/${name}; requests wait until the bot has the new kubeconfig`,
  );
  means.say(options["keep-grants"] ? KEPT : ENDED);
  if (!(await means.confirm("Go on?"))) throw new Error("Nothing was changed.");
  const body = { propagationPolicy: "Background" };
  await hub
    .ask("DELETE", `/api/v1/namespaces/${namespace}/serviceaccounts/${name}`, body)
    .catch((error: unknown) => {
      if (!isReason(error, "NotFound")) throw error;
    });
  means.say("  removed    the account, and all its tokens with it");
  // An account of the same name that was made sooner could be used by the old token to make itself a new one.
  await means.clock.sleep(TOKEN_DEAD_AFTER);
  await takeOwnRole(context);
  if (!options["keep-grants"]) await endGrants(context);
  await applyAll(hub, objectsFor(config), means.say);
  await writeKubeconfig(context, file);
  means.say("  look       what a thief may have made besides: npm run doctor fails on it as foreign");
}

const ENDED =
  "  end        every access: with the bot's token one could make tokens for their accounts. Holders are told, and may ask again";
const KEPT =
  "  keep       every access; tokens that a thief made for their accounts work until each one ends";

/** With the bot's token one could bind its own ClusterRole to anybody. */
async function takeOwnRole({ config, means, administrator }: SetupContext): Promise<void> {
  const { hub } = administrator;
  const { bindings } = await listForeign(hub.client, config);
  const own = botAccount(config.hub).name;
  for (const { name } of bindings.filter(({ clusterRole }) => clusterRole === own)) {
    await hub.ask("DELETE", `${BINDINGS}/${encodeURIComponent(name)}`);
    means.say(`  removed    ClusterRoleBinding ${name}, which gave the bot's own rights`);
  }
}

async function endGrants({ config, means, administrator }: SetupContext): Promise<void> {
  const { client } = administrator.hub;
  const owner = { instance: config.instance, namespace: config.hub.namespace };
  for (const { id } of (await listBindings(client, owner)).items)
    if (id) await deleteBinding(client, owner, id);
  const accounts = (await listAccounts(client, owner)).items;
  for (const { id, uid } of accounts) if (id) await deleteAccount(client, owner, id, uid);
  means.say(`  removed    ${accounts.length} accounts of requests`);
}
