/** What stands under a grant's name now, and whether it is the grant's: by its labels, or by the uid that was recorded. */
import { z } from "zod";
import type { ForeignObject, GrantKey, GrantObjects, Uids } from "../../flow/ports.ts";
import type { HubClient } from "../client/client.ts";
import { answered, isAbsence } from "../client/errors.ts";
import { readAnnotations, readExpiry } from "./annotations.ts";
import { isOf, type Metadata, objectName } from "./names.ts";
import { Account, Binding, type GrantsPlace, isDeleting, wrongBinding } from "./objects.ts";

export interface Hub extends GrantsPlace {
  client: HubClient;
}

export async function find(hub: Hub, key: GrantKey, uids: Uids, signal: AbortSignal): Promise<GrantObjects> {
  const [account, binding] = await Promise.all([
    readAccount(hub, key, signal),
    readBinding(hub, key, signal),
  ]);
  const a = account && isOurs(hub, key, account, uids.accountUid) ? account : null;
  const b = binding && isOurs(hub, key, binding.metadata, uids.bindingUid) ? binding : null;
  const role = a && readAnnotations(a.annotations)?.clusterRole;
  const altered = b && wrongBinding(hub, key, role ?? b.roleRef.name, b) !== null;
  return {
    key,
    account: a && standing(a),
    binding: b && { uid: b.metadata.uid, ...(altered && { altered }) },
    ...(b && { bound: boundBy(b) }),
    foreign: (account !== null && !a) || (binding !== null && !b),
  };
}

const boundBy = ({ metadata, roleRef, subjects }: Binding): ForeignObject => ({
  kind: "ClusterRoleBinding",
  name: metadata.name,
  uid: metadata.uid,
  createdAt: metadata.creationTimestamp.getTime(),
  clusterRole: roleRef.name,
  subjects,
});

/** Labels can be stripped by anybody who may patch; a uid is the object's for ever. */
export const isOurs = (
  hub: GrantsPlace,
  key: GrantKey,
  metadata: Metadata,
  uid: string | undefined,
): boolean => metadata.uid === uid || isOf(hub.instance, key, metadata);

/** Its annotations are read where somebody asks: of nearly every grant nobody does. */
export const standing = (account: Metadata): NonNullable<GrantObjects["account"]> => ({
  uid: account.uid,
  createdAt: account.creationTimestamp.getTime(),
  deleting: isDeleting(account),
  get expiresAt() {
    return readExpiry(account.annotations);
  },
  get annotations() {
    return readAnnotations(account.annotations);
  },
});

/** Whosever it is; null when there is none. */
export function readAccount(
  { client, namespace }: Hub,
  key: GrantKey,
  signal: AbortSignal,
): Promise<Metadata | null> {
  const name = objectName(key);
  const read = client.call(`read ServiceAccount ${name}`, signal, async (api) => {
    const found = await api.readServiceAccount({ namespace, name });
    return Account.parse(found).metadata;
  });
  return read.catch(nullIfAbsent(name));
}

/** Whosever it is; null when there is none. */
export function readBinding({ client }: Hub, key: GrantKey, signal: AbortSignal): Promise<Binding | null> {
  const name = objectName(key);
  const read = client.call(`read ClusterRoleBinding ${name}`, signal, async (api) =>
    Binding.parse(await api.readClusterRoleBinding(name)),
  );
  return read.catch(nullIfAbsent(name));
}

/** Only the API server's own NotFound, of this very name: a proxy's 404 says that the hub does not answer. */
export const nullIfAbsent =
  (name: string) =>
  (error: unknown): null => {
    if (isAbsence(error, name)) return null;
    throw error;
  };

/** A 404 can be anybody's; a list that is empty is the hub's. */
export async function isAbsent(hub: Hub, key: GrantKey, signal: AbortSignal): Promise<boolean> {
  const name = objectName(key);
  const empty = await Promise.all([
    isEmpty(hub, accountsPath(hub), "ServiceAccountList", name, signal),
    isEmpty(hub, BINDINGS_PATH, "ClusterRoleBindingList", name, signal),
  ]);
  return empty.every(Boolean);
}

export const accountsPath = ({ namespace }: Pick<GrantsPlace, "namespace">) =>
  `/api/v1/namespaces/${namespace}/serviceaccounts`;
export const BINDINGS_PATH = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";

async function isEmpty({ client }: Hub, path: string, kind: string, name: string, signal: AbortSignal) {
  const doing = `look for ${name} in ${path}`;
  const query = new URLSearchParams({ fieldSelector: `metadata.name=${name}` });
  const answer = await client.request(`${path}?${query}`, { signal });
  // `items` is null, or left out, where an older server lists none.
  const List = z.object({ kind: z.literal(kind), items: z.array(z.unknown()).nullish() });
  const list = List.safeParse(answer.body);
  if (answer.status !== 200 || !list.success) throw answered(doing, answer);
  return (list.data.items ?? []).length === 0;
}
