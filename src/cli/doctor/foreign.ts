/** What gives access past the bot: bindings that others made, and accounts made by hand among the grants'. */

import type { Foreign } from "../../hub/hub.ts";
import { listForeign } from "../../hub/lists.ts";
import { botAccount, clusterRolesIn } from "../hub/objects.ts";
import { type Finding, fail, type HubSide, ok, warn } from "./finding.ts";

type Binding = Foreign["bindings"][number];
const CHECK = "hub foreign";

export async function checkForeign({ config, hub }: HubSide): Promise<Finding[]> {
  const { instance, hub: settings } = config;
  const owner = { instance, namespace: settings.namespace };
  const own = botAccount(config);
  // With the bot's own ClusterRole one can make bindings, too.
  const found = await listForeign(hub.client, owner, [...clusterRolesIn(config), own.name]);
  const isOwn = ({ clusterRole, subjects }: Binding) =>
    clusterRole === own.name && isOnly(subjects, own.namespace, own.name);
  const bindings = found.bindings.filter((one) => !isOwn(one) && !isOtherBot(one, settings.instances));
  const known = bindings.filter(({ subjects }) =>
    subjects.every((one) => settings.known.includes(accountIn(one))),
  );
  return [
    ...bindings.filter((one) => !known.includes(one)).map((one) => bindingFinding(one, own.name)),
    ...found.accounts.map((name) => accountFinding(settings.namespace, name)),
    ...known.map(({ name, clusterRole }) => ok(CHECK, `${name} gives ${clusterRole}, as hub.known allows`)),
    ...(bindings.length + found.accounts.length === 0 ? [ok(CHECK, "every access is the bot's")] : []),
  ];
}

const isOnly = (subjects: string[], namespace: string, name: string): boolean =>
  subjects.length === 1 && subjects[0] === `ServiceAccount ${namespace} ${name}`;

/** `ServiceAccount default ci` as hub.known names it: `default/ci`. */
const accountIn = (subject: string): string => subject.replace(/^ServiceAccount (\S+) (\S+)$/, "$1/$2");

/** A grant of a bot that hub.instances names, for an account in the namespace that setup made for that bot. */
const isOtherBot = ({ name, subjects }: Binding, instances: readonly string[]): boolean =>
  instances.some(
    (other) =>
      name.startsWith(`karpor-access-${other}-r-`) && isOnly(subjects, `karpor-access-${other}`, name),
  );

/** Anybody who may write bindings names them as they like. */
const SHOWN = 200;

function bindingFinding({ name, clusterRole, subjects }: Binding, ownClusterRole: string): Finding {
  const message = `ClusterRoleBinding ${name} gives ${clusterRole} to ${subjects.join(", ").slice(0, SHOWN) || "nobody"}; the bot did not make it`;
  const remove = `On the hub: kubectl delete clusterrolebinding ${shellWord(name)}, and the account where it is not needed`;
  if (clusterRole === ownClusterRole)
    return fail(CHECK, message, `${remove}; then npm run setup -- --rotate`);
  return warn(CHECK, message, `${remove}; or accept it by hub.known`);
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
