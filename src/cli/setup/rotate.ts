/** `setup --rotate`: a stolen token of the bot is worth nothing afterwards. */

import { isReason } from "../../hub/errors.ts";
import { listForeign } from "../../hub/foreign.ts";
import { createGrants } from "../../hub/grants.ts";
import { BINDINGS, listAccounts, listBindings } from "../../hub/lists.ts";
import { botAccount } from "../../hub/names.ts";
import { changeNotes, readNotes } from "../../hub/notes.ts";
import { type DeedContext, withDeed } from "../../life/deeds.ts";
import { SECOND } from "../../request/durations.ts";
import { createSigner } from "../../store/signed.ts";
import { objectsFor } from "../hub/objects.ts";
import { operatorNamed } from "../operator.ts";
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
  await noteRotation(context, options["keep-grants"] ? null : await readGrants(context));
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

const ownerIn = ({ config }: SetupContext) => ({
  instance: config.instance,
  namespace: config.hub.namespace,
});

/** Every account of a request, and of which requests there are bindings. */
async function readGrants(context: SetupContext) {
  const { client } = context.administrator.hub;
  const owner = ownerIn(context);
  const bindings = (await listBindings(client, owner)).items;
  const accounts = (await listAccounts(client, owner)).items;
  return {
    bound: bindings.flatMap(({ id }) => id ?? []),
    accounts: accounts.flatMap(({ id, uid }) => (id ? [{ id, uid }] : [])),
  };
}

type Grants = Awaited<ReturnType<typeof readGrants>>;

/** The bot tells people and trail by this deed who did it. `grants`: what ends with it; null: all goes on. */
async function noteRotation(context: SetupContext, grants: Grants | null): Promise<void> {
  const { config, means, administrator, options } = context;
  const takeAway = () => (grants ? endGrants(context, grants) : Promise.resolve());
  if (!config.env.RECORDS_KEY) {
    means.say("  note       RECORDS_KEY is not set: the trail will not know who did this");
    return takeAway();
  }
  const { client } = administrator.hub;
  const owner = ownerIn(context);
  const deeds: DeedContext = {
    hub: {
      readNotes: () => readNotes(client, owner),
      changeNotes: (change) => changeNotes(client, owner, change),
    },
    signer: createSigner(config.env.RECORDS_KEY, config.instance),
    hubTime: () => means.clock.now() + client.clockOffset(),
  };
  const requests = [...new Set([...(grants?.bound ?? []), ...(grants?.accounts ?? []).map(({ id }) => id)])];
  const operator = operatorNamed(options.as);
  await withDeed(deeds, { cause: "rotated", requests, operator, words: "" }, takeAway);
}

async function endGrants(context: SetupContext, { bound, accounts }: Grants): Promise<void> {
  const hub = createGrants(context.administrator.hub.client, ownerIn(context));
  for (const id of bound) await hub.deleteBinding(id);
  for (const { id, uid } of accounts) await hub.deleteAccount(id, uid);
  context.means.say(`  removed    ${accounts.length} accounts of requests`);
}
