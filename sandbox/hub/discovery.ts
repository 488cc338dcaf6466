/** The discovery documents: what kubectl reads before anything else. */
import { RBAC_GROUP, type Resource, resources, serviceAccounts } from "./resources.ts";

const version = { groupVersion: `${RBAC_GROUP}/v1`, version: "v1" };
const rbacGroup = { name: RBAC_GROUP, versions: [version], preferredVersion: version };

function listing(group: string) {
  const served = resources.filter((resource) => resource.group === group);
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: group ? `${group}/v1` : "v1",
    resources: served.flatMap(entries),
  };
}

function entries(resource: Resource) {
  const { plural, singular, kind, namespaced, verbs, short } = resource;
  const entry = { name: plural, singularName: singular, namespaced, kind, verbs };
  const own = { ...entry, ...(short && { shortNames: short }) };
  if (resource !== serviceAccounts) return [own];
  const token = { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest", verbs: ["create"] };
  return [own, { name: "serviceaccounts/token", singularName: "", namespaced, ...token }];
}

export const discovery: Record<string, object> = {
  "/api": { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] },
  "/api/v1": listing(""),
  "/apis": { kind: "APIGroupList", apiVersion: "v1", groups: [rbacGroup] },
  [`/apis/${RBAC_GROUP}`]: { kind: "APIGroup", apiVersion: "v1", ...rbacGroup },
  [`/apis/${RBAC_GROUP}/v1`]: listing(RBAC_GROUP),
};
