/** A request's account and binding on the hub, and tokens of the account. */
import { z } from "zod";
import { SECOND } from "../request/durations.ts";
import { type RequestId, UserId } from "../request/ids.ts";
import { type Secret, secret } from "../request/secret.ts";
import type { HubClient } from "./client.ts";
import { HubError, isAbsent, isReason, REASON, readAnswer } from "./errors.ts";
import type { AccountOnHub, BindingOnHub, Grant, MintedToken } from "./hub.ts";
import { tokenAccount } from "./jwt.ts";
import {
  ANNOTATION,
  Metadata,
  type Owner,
  objectName,
  readRequest,
  readTime,
  requestLabels,
  writeTime,
} from "./names.ts";

/** The API refuses shorter ones. */
const SHORTEST_TOKEN_SECONDS = 600;
const RBAC_GROUP = "rbac.authorization.k8s.io";
export const LOGIN = "/rest-api/v1/authn";

export const Account = z.object({ metadata: Metadata });
export const Binding = z.object({
  metadata: Metadata,
  roleRef: z.object({ kind: z.string(), name: z.string() }),
  subjects: z
    .array(z.object({ kind: z.string(), name: z.string(), namespace: z.string().optional() }))
    .nullish(),
});
const TokenRequest = z.object({
  status: z.object({ token: z.string().min(1), expirationTimestamp: z.date() }),
});

export async function createAccount(
  client: HubClient,
  owner: Owner,
  id: RequestId,
  { until, requester }: { until: number; requester: UserId },
): Promise<{ uid: string; isNew: boolean }> {
  const { instance, namespace } = owner;
  const name = objectName(instance, id);
  const annotations = { [ANNOTATION.until]: writeTime(until), [ANNOTATION.requester]: requester };
  const body = { metadata: { name, labels: requestLabels(instance, id), annotations } };
  try {
    const made = await client.call(({ core }) => core.createNamespacedServiceAccount({ namespace, body }));
    return { uid: readAnswer(`create ${name}`, Account, made).metadata.uid, isNew: true };
  } catch (error) {
    if (!isReason(error, "AlreadyExists")) throw error;
    const found = await readAccount(client, owner, id);
    if (!found?.id) throw error;
    return { uid: found.uid, isNew: false };
  }
}

export async function readAccount(
  client: HubClient,
  owner: Owner,
  id: RequestId,
): Promise<AccountOnHub | null> {
  const { instance, namespace } = owner;
  const name = objectName(instance, id);
  const found = await client
    .call(({ core }) => core.readNamespacedServiceAccount({ namespace, name }))
    .catch(nullIfAbsent(name));
  return found && describeAccount(owner, readAnswer(`read ${name}`, Account, found).metadata);
}

export const describeAccount = ({ instance }: Owner, metadata: Metadata): AccountOnHub => ({
  id: readRequest(instance, metadata),
  name: metadata.name,
  uid: metadata.uid,
  until: readTime(metadata.annotations[ANNOTATION.until]),
  requester: UserId.safeParse(metadata.annotations[ANNOTATION.requester]).data ?? null,
});

export async function deleteAccount(
  client: HubClient,
  owner: Owner,
  id: RequestId,
  uid: string,
): Promise<void> {
  const { instance, namespace } = owner;
  const name = objectName(instance, id);
  await client
    .call(({ core }) => core.deleteNamespacedServiceAccount({ namespace, name, body: exactly(uid) }))
    .catch(unlessGone(name));
}

export async function createBinding(
  client: HubClient,
  owner: Owner,
  grant: Grant,
): Promise<"made" | "same" | "different"> {
  const name = objectName(owner.instance, grant.id);
  const body = {
    metadata: {
      name,
      labels: requestLabels(owner.instance, grant.id),
      annotations: { [ANNOTATION.expiresAt]: writeTime(grant.endsAt), [ANNOTATION.account]: grant.account },
    },
    roleRef: { apiGroup: RBAC_GROUP, kind: "ClusterRole", name: grant.clusterRole },
    subjects: [{ kind: "ServiceAccount", name, namespace: owner.namespace }],
  };
  try {
    await client.call(({ rbac }) => rbac.createClusterRoleBinding({ body }));
    return "made";
  } catch (error) {
    if (!isReason(error, "AlreadyExists")) throw error;
    const found = await readBinding(client, owner, grant.id);
    // Deleted between the two calls: the next try tells.
    if (!found) throw error;
    return isSame(found, grant) ? "same" : "different";
  }
}

const isSame = (found: BindingOnHub, grant: Grant): boolean =>
  found.isWhole &&
  found.id === grant.id &&
  found.clusterRole === grant.clusterRole &&
  found.account === grant.account &&
  found.endsAt === grant.endsAt;

async function readBinding(client: HubClient, owner: Owner, id: RequestId): Promise<BindingOnHub | null> {
  const name = objectName(owner.instance, id);
  const found = await client
    .call(({ rbac }) => rbac.readClusterRoleBinding({ name }))
    .catch(nullIfAbsent(name));
  return found && describeBinding(owner, readAnswer(`read binding ${name}`, Binding, found));
}

export function describeBinding(
  { instance, namespace }: Owner,
  { metadata, roleRef, subjects }: z.infer<typeof Binding>,
): BindingOnHub {
  const { name, uid, annotations } = metadata;
  const [subject, ...others] = subjects ?? [];
  const namesOurAccount =
    subject?.kind === "ServiceAccount" && subject.name === name && subject.namespace === namespace;
  return {
    id: readRequest(instance, metadata),
    name,
    uid,
    clusterRole: roleRef.name,
    endsAt: readTime(annotations[ANNOTATION.expiresAt]),
    account: annotations[ANNOTATION.account] ?? null,
    isWhole: roleRef.kind === "ClusterRole" && namesOurAccount && others.length === 0,
  };
}

/** By its name, which only this request's binding has: also where somebody removed its labels. */
export async function deleteBinding(client: HubClient, owner: Owner, id: RequestId): Promise<void> {
  const name = objectName(owner.instance, id);
  await client
    .call(({ rbac }) => rbac.deleteClusterRoleBinding({ name, body: { propagationPolicy: BACKGROUND } }))
    .catch(unlessGone(name));
}

export async function mintToken(
  client: HubClient,
  { instance, namespace }: Owner,
  id: RequestId,
  ms: number,
): Promise<MintedToken> {
  const name = objectName(instance, id);
  const doing = `mint a token for ${name}`;
  const expirationSeconds = Math.max(SHORTEST_TOKEN_SECONDS, Math.ceil(ms / SECOND));
  // Without audiences: the hub then fills in its own.
  const body = { spec: { expirationSeconds } as { expirationSeconds: number; audiences: string[] } };
  const answer = await client.call(({ core }) =>
    core.createNamespacedServiceAccountToken({ namespace, name, body }),
  );
  const { status } = readAnswer(doing, TokenRequest, answer);
  const token = secret(status.token);
  const account = tokenAccount(token);
  if (!account) throw new HubError(doing, 201, REASON.unreadable);
  return { token, expiresAt: status.expirationTimestamp.getTime(), account: account.uid };
}

/** Only the hub's own words are a verdict: a proxy before it may answer anything. */
export async function checkLogin(client: HubClient, token: Secret): Promise<"good" | "unbound" | "refused"> {
  try {
    await client.getAs(token, LOGIN);
    return "good";
  } catch (error) {
    if (isReason(error, "Unauthorized")) return "refused";
    if (isReason(error, "Forbidden")) return "unbound";
    if (isMissingPath(error)) return "good";
    throw error;
  }
}

/** Whether the hub takes the bot's own credential. */
export async function isLoggedIn(client: HubClient): Promise<boolean> {
  try {
    await client.get(LOGIN);
    return true;
  } catch (error) {
    if (isReason(error, "Unauthorized")) return false;
    if (isReason(error, "Forbidden") || isMissingPath(error)) return true;
    throw error;
  }
}

/** A Kubernetes API server that is no Karpor hub has not this path; it authenticates before it says so. */
export const isMissingPath = (error: unknown): boolean =>
  error instanceof HubError && error.status === 404 && error.reason !== REASON.notTheHub;

/** No controller runs on the hub: after a foreground deletion the object would stay for ever. */
const BACKGROUND = "Background";
const exactly = (uid: string) => ({ preconditions: { uid }, propagationPolicy: BACKGROUND });

export const nullIfAbsent =
  (name: string) =>
  (error: unknown): null => {
    if (isAbsent(error, name)) return null;
    throw error;
  };

/** Absent already, or another object of this name (409): then there is nothing of ours to delete. */
const unlessGone =
  (name: string) =>
  (error: unknown): void => {
    if (!isAbsent(error, name) && !isReason(error, "Conflict")) throw error;
  };
