/** What gives access past the bot: bindings that others made, and accounts made by hand among the grants'. */
import { listForeign } from "../../hub/foreign.ts";
import type { ForeignBinding } from "../../hub/hub.ts";
import { botAccount } from "../../hub/names.ts";
import { type Finding, fail, type HubSide, ok } from "./finding.ts";

const CHECK = "hub foreign";

export async function checkForeign({ config, hub }: HubSide): Promise<Finding[]> {
  const { bindings, known, accounts } = await listForeign(hub.client, config);
  const own = botAccount(config.hub).name;
  const found = [
    ...bindings.map((one) => bindingFinding(one, own)),
    ...accounts.map((name) => accountFinding(config.hub.namespace, name)),
    ...known.map(({ name, clusterRole }) => ok(CHECK, `${name} gives ${clusterRole}, as hub.known allows`)),
  ];
  return found.length > 0 ? found : [ok(CHECK, "every access is the bot's")];
}

/** Anybody who may write bindings names them as they like. */
const SHOWN = 200;

function bindingFinding({ name, clusterRole, subjects }: ForeignBinding, ownClusterRole: string): Finding {
  const message = `ClusterRoleBinding ${name} gives ${clusterRole} to ${subjects.join(", ").slice(0, SHOWN)}; the bot did not make it`;
  if (clusterRole === ownClusterRole)
    return fail(CHECK, message, "npm run setup -- --rotate deletes it, and makes the bot a new token");
  const remove = `On the hub: kubectl delete clusterrolebinding ${shellWord(name)}, and the account where it is not needed`;
  return fail(CHECK, message, `${remove}; or accept it by hub.known`);
}

const accountFinding = (namespace: string, name: string): Finding =>
  fail(
    CHECK,
    `ServiceAccount ${namespace}/${name} is among the grants' accounts, and the bot did not make it`,
    `On the hub: kubectl -n ${namespace} delete serviceaccount ${shellWord(name)}; if nobody knows it, npm run setup -- --rotate`,
  );

/** Others chose it: in a command that is copied it must stay one word. */
const shellWord = (word: string): string =>
  /^[\w.:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
