/** No access to the hub goes past the bot: no bindings that others made, no accounts made by hand among the grants'. */
import { listForeign } from "../../hub/foreign.ts";
import type { ForeignBinding } from "../../hub/hub.ts";
import { botAccount } from "../../hub/names.ts";
import { type Finding, fail, type HubSide, ok } from "./finding.ts";

const FOREIGN_CHECK = "hub foreign";
/** So much of a text that somebody else chose, as long as they like. */
const LONGEST_SUBJECTS = 200;

export async function checkForeign({ config, hub }: HubSide): Promise<Finding | Finding[]> {
  const { bindings, known, accounts } = await listForeign(hub, config);
  const own = botAccount(config.hub).name;
  const found = [
    ...bindings.map((one) => judgeBinding(one, own)),
    ...accounts.map((name) => judgeStranger(config.hub.namespace, name)),
    ...known.map(({ name, clusterRole }) =>
      ok(FOREIGN_CHECK, `${name} gives ${clusterRole}, as hub.known allows`),
    ),
  ];
  return found.length > 0 ? found : ok(FOREIGN_CHECK, "every access is the bot's");
}

function judgeBinding({ name, clusterRole, subjects }: ForeignBinding, ownClusterRole: string): Finding {
  const message = `ClusterRoleBinding ${name} gives ${clusterRole} to ${subjects.join(", ").slice(0, LONGEST_SUBJECTS)}; the bot did not make it`;
  if (clusterRole === ownClusterRole)
    return fail(
      FOREIGN_CHECK,
      message,
      "npm run setup -- --rotate deletes it, and makes the bot a new token",
    );
  const remove = `On the hub: kubectl delete clusterrolebinding ${shellWord(name)}, and the account where it is not needed`;
  return fail(FOREIGN_CHECK, message, `${remove}; or accept it by hub.known`);
}

const judgeStranger = (namespace: string, name: string): Finding =>
  fail(
    FOREIGN_CHECK,
    `ServiceAccount ${namespace}/${name} is among the grants' accounts, and the bot did not make it`,
    `On the hub: kubectl -n ${namespace} delete serviceaccount ${shellWord(name)}; if nobody knows it, npm run setup -- --rotate`,
  );

/** Others chose it: in a command that is copied it must stay one word. */
const shellWord = (word: string): string =>
  /^[\w.:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
