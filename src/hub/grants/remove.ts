/** Ending a grant's objects: the binding first, since that is refused at once; nothing that is not ours is touched. */
import type { GrantKey } from "../../flow/ports.ts";
import { HubError } from "../client/errors.ts";
import { ENDING } from "./annotations.ts";
import { find, type Hub, nullIfAbsent } from "./find.ts";
import { objectName } from "./names.ts";

export async function mark(hub: Hub, key: GrantKey, signal: AbortSignal): Promise<void> {
  const { account } = await find(hub, key, signal);
  if (!account || account.ending) return;
  const [name, namespace] = [objectName(key), hub.namespace];
  // With the uid, the patch cannot reach another account that came under this name meanwhile.
  const metadata = { uid: account.uid, annotations: { [ENDING]: "true" } };
  await hub.client
    .call(`mark ServiceAccount ${name}`, signal, (options) =>
      hub.client.core.patchNamespacedServiceAccount({ name, namespace, body: { metadata } }, options),
    )
    .catch(nullIfAbsent);
}

/** Throws HubError when something of ours still stands afterwards. */
export async function remove(hub: Hub, key: GrantKey, signal: AbortSignal): Promise<void> {
  const { account, binding } = await find(hub, key, signal);
  if (binding) await deleteBinding(hub, key, binding.uid, signal);
  if (account) await deleteAccount(hub, key, account.uid, signal);
  const left = await find(hub, key, signal);
  if (left.account || left.binding)
    throw new HubError(`remove ${objectName(key)}`, 200, "still there after its deletion");
}

export async function deleteBinding({ client }: Hub, key: GrantKey, uid: string, signal: AbortSignal) {
  const name = objectName(key);
  await client
    .call(`delete ClusterRoleBinding ${name}`, signal, (options) =>
      client.rbac.deleteClusterRoleBinding({ name, body: only(uid) }, options),
    )
    .catch(nullIfAbsent);
}

export async function deleteAccount(
  { client, namespace }: Hub,
  key: GrantKey,
  uid: string,
  signal: AbortSignal,
) {
  const name = objectName(key);
  await client
    .call(`delete ServiceAccount ${name}`, signal, (options) =>
      client.core.deleteNamespacedServiceAccount({ name, namespace, body: only(uid) }, options),
    )
    .catch(nullIfAbsent);
}

// No controller runs on the hub: a foreground deletion would leave the object standing for ever.
const only = (uid: string) => ({ preconditions: { uid }, propagationPolicy: "Background" });
