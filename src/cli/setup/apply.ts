/** Objects are made on the hub, or brought to what they must be; run again, this changes nothing. */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { isReason, readAnswer } from "../../hub/errors.ts";
import type { HubCalls } from "../hub/calls.ts";
import { MANAGED_BY, type Manifest, SETUP_INSTANCE } from "../hub/objects.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const COLLECTIONS: Record<Manifest["kind"], (namespace: string) => string> = {
  Namespace: () => "/api/v1/namespaces",
  ServiceAccount: (namespace) => `/api/v1/namespaces/${namespace}/serviceaccounts`,
  Role: (namespace) => `${RBAC}/namespaces/${namespace}/roles`,
  RoleBinding: (namespace) => `${RBAC}/namespaces/${namespace}/rolebindings`,
  ClusterRole: () => `${RBAC}/clusterroles`,
  ClusterRoleBinding: () => `${RBAC}/clusterrolebindings`,
};

const Found = z.looseObject({
  metadata: z.looseObject({ labels: z.record(z.string(), z.string()).default({}) }),
});
type Found = z.infer<typeof Found>;

/** Throws HubError, or one sentence that says what to do. */
export async function applyAll(hub: HubCalls, objects: readonly Manifest[], say: (line: string) => void) {
  for (const object of objects) say(`  ${(await apply(hub, object)).padEnd(9)}  ${titleOf(object)}`);
}

const titleOf = ({ kind, metadata: { namespace, name } }: Manifest): string =>
  `${kind} ${namespace ? `${namespace}/` : ""}${name}`;

async function apply(hub: HubCalls, wanted: Manifest): Promise<"made" | "updated" | "unchanged"> {
  const collection = COLLECTIONS[wanted.kind](wanted.metadata.namespace ?? "");
  try {
    await hub.ask("POST", collection, wanted);
    return "made";
  } catch (error) {
    if (isReason(error, "AlreadyExists")) return update(hub, `${collection}/${wanted.metadata.name}`, wanted);
    throw error;
  }
}

async function update(hub: HubCalls, path: string, wanted: Manifest): Promise<"updated" | "unchanged"> {
  const found = readAnswer(`read ${titleOf(wanted)}`, Found, await hub.ask("GET", path));
  const { kind: _kind, apiVersion: _version, metadata, ...fields } = wanted;
  const labels = { ...found.metadata.labels, ...metadata.labels };
  const whole = { ...found, ...fields, metadata: { ...found.metadata, labels } };
  if (isDeepStrictEqual(whole, found)) return "unchanged";
  refuseForeign(found, wanted);
  // It bears the resourceVersion that was read: what somebody else changed meanwhile is not lost.
  await hub.ask("PUT", path, whole);
  return "updated";
}

/** An object of this name that somebody else made, or setup for another bot. */
function refuseForeign(found: Found, wanted: Manifest): void {
  const { [MANAGED_BY]: manager, [SETUP_INSTANCE]: instance } = found.metadata.labels;
  const ours = wanted.metadata.labels?.[SETUP_INSTANCE];
  if (manager === "karpor-access" && instance === ours && isDeepStrictEqual(found.roleRef, wanted.roleRef))
    return;
  const whose = instance && instance !== ours ? `belongs to instance ${instance}` : "was not made by setup";
  throw new Error(
    `${titleOf(wanted)} is on the hub already and ${whose}, so it is not changed. ` +
      "Delete it there, or choose other names: instance, hub.namespace, roles.*.clusterRole.",
  );
}
