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

interface Step {
  wanted: Manifest;
  outcome: "made" | "updated" | "unchanged";
  /** Does what `outcome` says; null where nothing is to be done. */
  write: (() => Promise<unknown>) | null;
}

/**
 * Reads every object before the first is written, so that what is refused leaves the hub as it was. Throws HubError, or
 * one sentence that says what to do.
 */
export async function applyAll(hub: HubCalls, objects: readonly Manifest[], say: (line: string) => void) {
  for (const { wanted, outcome, write } of await planAll(hub, objects)) {
    await write?.();
    say(`  ${outcome.padEnd(9)}  ${titleOf(wanted)}`);
  }
}

/** Reads only. Throws HubError, or one sentence where an object of such a name is somebody else's. */
export const planAll = (hub: HubCalls, objects: readonly Manifest[]): Promise<Step[]> =>
  Promise.all(objects.map((object) => plan(hub, object)));

const titleOf = ({ kind, metadata: { namespace, name } }: Manifest): string =>
  `${kind} ${namespace ? `${namespace}/` : ""}${name}`;

async function plan(hub: HubCalls, wanted: Manifest): Promise<Step> {
  const collection = COLLECTIONS[wanted.kind](wanted.metadata.namespace ?? "");
  const path = `${collection}/${wanted.metadata.name}`;
  const answer = await hub.ask("GET", path).catch((error: unknown) => {
    if (isReason(error, "NotFound")) return null;
    throw error;
  });
  if (answer === null) return { wanted, outcome: "made", write: () => hub.ask("POST", collection, wanted) };
  const found = readAnswer(`read ${titleOf(wanted)}`, Found, answer);
  const { kind: _kind, apiVersion: _version, metadata, ...fields } = wanted;
  const labels = { ...found.metadata.labels, ...metadata.labels };
  const whole = { ...found, ...fields, metadata: { ...found.metadata, labels } };
  if (isDeepStrictEqual(whole, found)) return { wanted, outcome: "unchanged", write: null };
  refuseForeign(found, wanted);
  // It bears the resourceVersion that was read: what somebody else changed meanwhile is not lost.
  return { wanted, outcome: "updated", write: () => hub.ask("PUT", path, whole) };
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
