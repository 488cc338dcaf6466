/** The ServiceAccount and the ClusterRoleBinding of a grant: as we make them, and as the hub has them. Pure. */
import { z } from "zod";
import type { GrantKey, In } from "../../flow/ports.ts";
import { annotationsOf, writeAnnotations } from "./annotations.ts";
import { isOf, labels, Metadata, objectName } from "./names.ts";

const RBAC = "rbac.authorization.k8s.io";

/** Whose grants, and where they stand. */
export interface GrantsPlace {
  instance: string;
  namespace: string;
}

export function account({ instance, namespace }: GrantsPlace, request: In<"approved" | "delivering">) {
  const annotations = writeAnnotations(annotationsOf(request));
  return {
    metadata: { name: objectName(request), namespace, labels: labels(instance, request), annotations },
  };
}

export function binding({ instance, namespace }: GrantsPlace, key: GrantKey, clusterRole: string) {
  const name = objectName(key);
  return {
    metadata: { name, labels: labels(instance, key) },
    roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: clusterRole },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  };
}

export const Account = z.object({ metadata: Metadata });
export const Binding = z.object({
  metadata: Metadata,
  roleRef: z.object({ kind: z.string(), name: z.string() }),
  subjects: z
    .array(z.object({ kind: z.string(), name: z.string(), namespace: z.string().optional() }))
    .default([]),
});
export type Binding = z.infer<typeof Binding>;

/** Something (a finalizer) holds it after its deletion. */
export const isDeleting = ({ deletionTimestamp }: Metadata) => Boolean(deletionTimestamp);

/** Why what stands under the account's name is not the account we would have made; null when it is. */
export function wrongAccount(place: GrantsPlace, key: GrantKey, found: Metadata): string | null {
  if (!isOf(place.instance, key, found)) return "a ServiceAccount of that name belongs to something else";
  return isDeleting(found) ? "the ServiceAccount of that name is being deleted" : null;
}

/** Why what stands under the binding's name is not the binding we would have made; null when it is. */
export function wrongBinding(place: GrantsPlace, key: GrantKey, role: string, found: Binding): string | null {
  if (!isOf(place.instance, key, found.metadata))
    return "a ClusterRoleBinding of that name belongs to something else";
  if (isDeleting(found.metadata)) return "the ClusterRoleBinding of that name is being deleted";
  if (found.roleRef.kind !== "ClusterRole" || found.roleRef.name !== role)
    return "the ClusterRoleBinding of that name grants another role";
  const [subject, ...others] = found.subjects;
  const ours =
    subject?.kind === "ServiceAccount" &&
    subject.name === objectName(key) &&
    subject.namespace === place.namespace;
  return ours && others.length === 0 ? null : "the ClusterRoleBinding of that name is another account's";
}
