/** What stands under a grant's name now; what is not ours is not seen. */
import type { GrantKey, GrantObjects } from "../../flow/ports.ts";
import type { HubClient } from "../client/client.ts";
import { isStatus } from "../client/errors.ts";
import { readAnnotations } from "./annotations.ts";
import { isOf, type Metadata, objectName } from "./names.ts";
import { Account, Binding, isEnding, type Place } from "./objects.ts";

export interface Hub extends Place {
  client: HubClient;
}

export async function find(hub: Hub, key: GrantKey, signal: AbortSignal): Promise<GrantObjects> {
  const [account, binding] = await Promise.all([
    readAccount(hub, key, signal),
    readBinding(hub, key, signal),
  ]);
  const ours = (metadata: Metadata | undefined) =>
    metadata && isOf(hub.instance, key, metadata) ? metadata : null;
  const [a, b] = [ours(account ?? undefined), ours(binding?.metadata)];
  return { key, account: a && standing(a), binding: b && { uid: b.uid } };
}

export const standing = (account: Metadata): NonNullable<GrantObjects["account"]> => ({
  uid: account.uid,
  ending: isEnding(account),
  annotations: readAnnotations(account.annotations),
});

/** Whosever it is; null when there is none. */
export function readAccount(
  { client, namespace }: Hub,
  key: GrantKey,
  signal: AbortSignal,
): Promise<Metadata | null> {
  const name = objectName(key);
  const read = client.call(`read ServiceAccount ${name}`, signal, async (options) => {
    const found = await client.core.readNamespacedServiceAccount({ name, namespace }, options);
    return Account.parse(found).metadata;
  });
  return read.catch(nullIfAbsent);
}

/** Whosever it is; null when there is none. */
export function readBinding({ client }: Hub, key: GrantKey, signal: AbortSignal): Promise<Binding | null> {
  const name = objectName(key);
  const read = client.call(`read ClusterRoleBinding ${name}`, signal, async (options) =>
    Binding.parse(await client.rbac.readClusterRoleBinding({ name }, options)),
  );
  return read.catch(nullIfAbsent);
}

export function nullIfAbsent(error: unknown): null {
  if (isStatus(error, 404)) return null;
  throw error;
}
