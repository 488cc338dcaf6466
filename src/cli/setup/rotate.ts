/** `setup --rotate`: a stolen token of the bot is worth nothing afterwards. */
import { listForeign } from "../../hub/foreign.ts";
import { createGrants, nullIfAbsent } from "../../hub/grants.ts";
import { accountsPath, BINDINGS_PATH, listAccounts, listBindings } from "../../hub/lists.ts";
import { botAccount } from "../../hub/names.ts";
import { changeNotes, readNotes } from "../../hub/notes.ts";
import { type DeedContext, withDeed } from "../../life/deeds.ts";
import { SECOND } from "../../request/durations.ts";
import { createSigner } from "../../store/signed.ts";
import { objectsFor } from "../hub/objects.ts";
import { readOperator } from "../options.ts";
import type { SetupContext } from "./administrator.ts";
import { planAll } from "./apply.ts";
import { mayWrite } from "./options.ts";

/** The hub goes on taking a token that was used for up to 10 s after its account is gone. */
const TOKEN_DEAD_AFTER = 11 * SECOND;

/**
 * Takes the bot's account away, and all access with it; then setup goes on as if there were none. Throws HubError, or one
 * sentence; run again, it finishes what was begun.
 */
export async function dropOldToken(context: SetupContext): Promise<void> {
  const { config, options, means, hub } = context;
  const { namespace, name } = botAccount(config.hub);
  await planAll(hub, objectsFor(config));
  means.say(
    `  replace    ServiceAccount ${namespace}/${name}; requests wait until the bot has the new kubeconfig`,
  );
  means.say(options["keep-grants"] ? ACCESS_STAYS : ACCESS_ENDS);
  await mayWrite(options, means, "Go on?");
  const body = { propagationPolicy: "Background" };
  await hub.ask("DELETE", `${accountsPath(namespace)}/${name}`, body).catch(nullIfAbsent(name));
  means.say("  removed    the account, and all its tokens with it");
  // An account of the same name that was made sooner could be used by the old token to make itself a new one.
  await means.clock.sleep(TOKEN_DEAD_AFTER);
  await takeOwnRole(context);
  await endAll(context);
}

const ACCESS_ENDS =
  "  end        every access: with the bot's token one could make tokens for their accounts. Holders are told, and may ask again";
const ACCESS_STAYS =
  "  keep       every access; tokens that a thief made for their accounts work until each one ends";

/** With the bot's token one could bind its own ClusterRole to anybody. */
async function takeOwnRole({ config, means, hub }: SetupContext): Promise<void> {
  const { bindings } = await listForeign(hub, config);
  const own = botAccount(config.hub).name;
  for (const { name } of bindings.filter(({ clusterRole }) => clusterRole === own)) {
    await hub.ask("DELETE", `${BINDINGS_PATH}/${encodeURIComponent(name)}`);
    means.say(`  removed    ClusterRoleBinding ${name}, which gave the bot's own rights`);
  }
}

/** Ends every access, unless it is kept. The bot tells people and trail by a deed who did it. */
async function endAll({ config, means, hub, options }: SetupContext): Promise<void> {
  const owner = { instance: config.instance, namespace: config.hub.namespace };
  const grants = createGrants(hub, owner);
  const isKept = options["keep-grants"] ?? false;
  const bindings = isKept ? [] : (await listBindings(hub, owner)).items;
  const accounts = isKept ? [] : (await listAccounts(hub, owner)).items;
  const takeAway = async () => {
    for (const { id } of bindings) if (id) await grants.deleteBinding(id);
    for (const { id, uid } of accounts) if (id) await grants.deleteAccount(id, uid);
    const count = accounts.filter(({ id }) => id).length;
    if (!isKept) means.say(`  removed    ${count} accounts of requests`);
  };
  if (!config.env.RECORDS_KEY) {
    means.say("  note       RECORDS_KEY is not set: the trail will not know who did this");
    return takeAway();
  }
  const deeds: DeedContext = {
    hub: {
      readNotes: () => readNotes(hub, owner),
      changeNotes: (change) => changeNotes(hub, owner, change),
    },
    signer: createSigner(config.env.RECORDS_KEY, config.instance),
    hubTime: () => means.clock.now() + hub.clockOffset(),
  };
  const requests = [...new Set([...bindings, ...accounts].flatMap(({ id }) => id ?? []))];
  const operator = readOperator(options.as);
  await withDeed(deeds, { cause: "rotated", requests, operator, words: "" }, takeAway);
}
