/** Lists access to the hub that the bot didn't create: bindings, and accounts in the grants' namespace. */
import type { z } from "zod";
import type { HubClient } from "./client.ts";
import { Account, Binding } from "./grants.ts";
import type { Catalog, Foreign, ForeignBinding } from "./hub.ts";
import { accountsPath, BINDINGS_PATH, listPages, METADATA_ONLY } from "./lists.ts";
import { botAccount, instanceAccount, requestOnObject } from "./names.ts";

/**
 * Includes bindings of the bot's own ClusterRole, whose holder can create bindings. Leaves out grants of the bots in
 * `hub.instances`.
 */
export async function listForeign(client: HubClient, catalog: Catalog): Promise<Foreign> {
  const { instance, hub } = catalog;
  const bindings = await listPages(client, BINDINGS_PATH, "", Binding);
  const accounts = await listPages(client, accountsPath(hub.namespace), "", Account, METADATA_ONLY);
  const foreign = bindings.items.filter((one) => isForeign(catalog, one)).map(describeForeign);
  const isKnown = ({ clusterRole, subjects }: ForeignBinding) =>
    clusterRole !== botAccount(hub).name && subjects.every((one) => hub.known.includes(accountNamed(one)));
  return {
    bindings: foreign.filter((one) => !isKnown(one)),
    known: foreign.filter(isKnown),
    accounts: accounts.items
      .filter(({ metadata }) => requestOnObject(instance, metadata) === null)
      .map(({ metadata }) => metadata.name)
      .filter((name) => name !== instanceAccount(instance)),
  };
}

function isForeign({ instance, hub, roles }: Catalog, binding: z.infer<typeof Binding>): boolean {
  const own = botAccount(hub);
  const { name, clusterRole, subjects } = describeForeign(binding);
  if (subjects.length === 0) return false;
  // No request gives the bot's own ClusterRole, whatever the binding's labels say.
  if (clusterRole === own.name) return !isOnly(subjects, own.namespace, own.name);
  const isOffered = Object.values(roles).some((role) => role.clusterRole === clusterRole);
  return (
    isOffered && requestOnObject(instance, binding.metadata) === null && !isOtherBots(hub, name, subjects)
  );
}

/** Its account must be in the namespace that setup created for that bot. */
const isOtherBots = ({ instances }: Catalog["hub"], name: string, subjects: string[]): boolean =>
  instances.some(
    (other) =>
      name.startsWith(`karpor-access-${other}-r-`) && isOnly(subjects, `karpor-access-${other}`, name),
  );

const describeForeign = ({ metadata, roleRef, subjects }: z.infer<typeof Binding>): ForeignBinding => ({
  name: metadata.name,
  clusterRole: roleRef.name,
  subjects: (subjects ?? []).map((one) => [one.kind, one.namespace, one.name].filter(Boolean).join(" ")),
});

const isOnly = (subjects: string[], namespace: string, name: string): boolean =>
  subjects.length === 1 && subjects[0] === `ServiceAccount ${namespace} ${name}`;

/** `ServiceAccount default ci` → `default/ci`, as in hub.known. */
const accountNamed = (subject: string): string => subject.replace(/^ServiceAccount (\S+) (\S+)$/, "$1/$2");
