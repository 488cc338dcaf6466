/** Creates, reads and deletes a request's ServiceAccount and ClusterRoleBinding; creates and tries its tokens. */
import { z } from "zod";
import { SECOND } from "../request/durations.ts";
import { type RequestId, UserId } from "../request/ids.ts";
import { type Secret, secret } from "../request/secret.ts";
import type { HubClient } from "./client.ts";
import { HubError, isAbsent, isReason, REASON, readAnswer } from "./errors.ts";
import type { AccountOnHub, BindingGrant, BindingOnHub, MintedToken } from "./hub.ts";
import { tokenAccount } from "./jwt.ts";
import {
  ANNOTATION,
  annotationTime,
  Metadata,
  type Owner,
  objectName,
  requestLabels,
  requestOnObject,
  writeTime,
} from "./names.ts";

/** The minimum of Kubernetes' TokenRequest. */
const SHORTEST_TOKEN_SECONDS = 600;
export const RBAC_GROUP = "rbac.authorization.k8s.io";
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

export function createGrants(client: HubClient, owner: Owner) {
  const { instance, namespace } = owner;
  const nameFor = (id: RequestId) => objectName(instance, id);

  async function readAccount(id: RequestId): Promise<AccountOnHub | null> {
    const name = nameFor(id);
    const found = await client
      .call(({ core }) => core.readNamespacedServiceAccount({ namespace, name }))
      .catch(nullIfAbsent(name));
    return found && describeAccount(owner, readAnswer(`read ${name}`, Account, found).metadata);
  }

  async function readBinding(id: RequestId): Promise<BindingOnHub | null> {
    const name = nameFor(id);
    const found = await client
      .call(({ rbac }) => rbac.readClusterRoleBinding({ name }))
      .catch(nullIfAbsent(name));
    return found && describeBinding(owner, readAnswer(`read binding ${name}`, Binding, found));
  }

  return {
    readAccount,

    /** Returns the account if this request has created it before. */
    async createAccount(
      id: RequestId,
      { until, requester }: { until: number; requester: UserId },
    ): Promise<{ uid: string; isNew: boolean }> {
      const name = nameFor(id);
      const annotations = { [ANNOTATION.until]: writeTime(until), [ANNOTATION.requester]: requester };
      const body = { metadata: { name, labels: requestLabels(instance, id), annotations } };
      try {
        const made = await client.call(({ core }) =>
          core.createNamespacedServiceAccount({ namespace, body }),
        );
        return { uid: readAnswer(`create ${name}`, Account, made).metadata.uid, isNew: true };
      } catch (error) {
        if (!isReason(error, "AlreadyExists")) throw error;
        const found = await readAccount(id);
        if (!found?.id) throw error;
        return { uid: found.uid, isNew: false };
      }
    },

    /** Does nothing if the account has another uid. */
    async deleteAccount(id: RequestId, uid: string): Promise<void> {
      const name = nameFor(id);
      await client
        .call(({ core }) => core.deleteNamespacedServiceAccount({ namespace, name, body: exactly(uid) }))
        .catch(unlessGone(name));
    },

    /** `different`: a binding of this name has another role, account or end. */
    async createBinding(grant: BindingGrant): Promise<"made" | "same" | "different"> {
      const name = nameFor(grant.id);
      const body = {
        metadata: {
          name,
          labels: requestLabels(instance, grant.id),
          annotations: {
            [ANNOTATION.expiresAt]: writeTime(grant.endsAt),
            [ANNOTATION.account]: grant.account,
          },
        },
        roleRef: { apiGroup: RBAC_GROUP, kind: "ClusterRole", name: grant.clusterRole },
        subjects: [{ kind: "ServiceAccount", name, namespace }],
      };
      try {
        await client.call(({ rbac }) => rbac.createClusterRoleBinding({ body }));
        return "made";
      } catch (error) {
        if (!isReason(error, "AlreadyExists")) throw error;
        const found = await readBinding(grant.id);
        // Deleted between the two calls; the caller tries again.
        if (!found) throw error;
        return isSame(found, grant) ? "same" : "different";
      }
    },

    /** By name, since its labels may be gone. */
    async deleteBinding(id: RequestId): Promise<void> {
      const name = nameFor(id);
      await client
        .call(({ rbac }) => rbac.deleteClusterRoleBinding({ name, body: { propagationPolicy: BACKGROUND } }))
        .catch(unlessGone(name));
    },

    /** The token lives for at least ten minutes. */
    async mintToken(id: RequestId, ms: number): Promise<MintedToken> {
      const name = nameFor(id);
      const doing = `mint a token for ${name}`;
      const expirationSeconds = Math.max(SHORTEST_TOKEN_SECONDS, Math.ceil(ms / SECOND));
      // Without audiences, the hub fills in its own.
      const body = { spec: { expirationSeconds } as { expirationSeconds: number; audiences: string[] } };
      const answer = await client.call(({ core }) =>
        core.createNamespacedServiceAccountToken({ namespace, name, body }),
      );
      const { status } = readAnswer(doing, TokenRequest, answer);
      const token = secret(status.token);
      const account = tokenAccount(token);
      if (!account) throw new HubError(doing, 201, REASON.unreadable);
      return { token, expiresAt: status.expirationTimestamp.getTime(), account: account.uid };
    },

    /**
     * Tries the dashboard's login. `unbound`: the token is good, and has no binding. Only the hub's own answer counts.
     */
    async checkLogin(token: Secret): Promise<"good" | "unbound" | "refused"> {
      try {
        await client.getAs(token, LOGIN);
        return "good";
      } catch (error) {
        if (isReason(error, "Unauthorized")) return "refused";
        if (isReason(error, "Forbidden")) return "unbound";
        if (isMissingPath(error)) return "good";
        throw error;
      }
    },
  };
}

export const describeAccount = ({ instance }: Owner, metadata: Metadata): AccountOnHub => ({
  id: requestOnObject(instance, metadata),
  name: metadata.name,
  uid: metadata.uid,
  until: annotationTime(metadata.annotations[ANNOTATION.until]),
  requester: UserId.safeParse(metadata.annotations[ANNOTATION.requester]).data ?? null,
});

const isSame = (found: BindingOnHub, grant: BindingGrant): boolean =>
  found.isWhole &&
  found.id === grant.id &&
  found.clusterRole === grant.clusterRole &&
  found.account === grant.account &&
  found.endsAt === grant.endsAt;

/** Fields that can't be read are null. */
export function describeBinding(
  { instance, namespace }: Owner,
  { metadata, roleRef, subjects }: z.infer<typeof Binding>,
): BindingOnHub {
  const { name, uid, annotations } = metadata;
  const [subject, ...others] = subjects ?? [];
  const namesOurAccount =
    subject?.kind === "ServiceAccount" && subject.name === name && subject.namespace === namespace;
  return {
    id: requestOnObject(instance, metadata),
    name,
    uid,
    clusterRole: roleRef.name,
    endsAt: annotationTime(annotations[ANNOTATION.expiresAt]),
    account: annotations[ANNOTATION.account] ?? null,
    isWhole: roleRef.kind === "ClusterRole" && namesOurAccount && others.length === 0,
  };
}

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

/** A plain API server lacks Karpor's paths; it authenticates before it says so. */
export const isMissingPath = (error: unknown): boolean =>
  error instanceof HubError && error.status === 404 && error.reason !== REASON.notTheHub;

/** No controller runs on the hub, so a foreground deletion would never finish. */
const BACKGROUND = "Background";
const exactly = (uid: string) => ({ preconditions: { uid }, propagationPolicy: BACKGROUND });

export const nullIfAbsent =
  (name: string) =>
  (error: unknown): null => {
    if (isAbsent(error, name)) return null;
    throw error;
  };

/** A 409 means another object of this name: ours is gone too. */
const unlessGone =
  (name: string) =>
  (error: unknown): void => {
    if (!isAbsent(error, name) && !isReason(error, "Conflict")) throw error;
  };
