/** What the hub serves of the Kubernetes API, and nothing else: Karpor has no configmaps, events, leases or reviews. */

export interface Resource {
  group: string;
  plural: string;
  singular: string;
  kind: string;
  namespaced: boolean;
  verbs: string[];
  /** Top-level fields kept; others are dropped with a warning, as a typed server does. */
  fields: string[];
  names: "subdomain" | "label" | "segment";
  deleteAnswers: "object" | "status";
  short?: string[];
}

export const RBAC_GROUP = "rbac.authorization.k8s.io";
const READ = ["get", "list", "watch"];
const ALL = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

const core = (kind: string, rest: Partial<Resource>): Resource => ({
  group: "",
  kind,
  singular: kind.toLowerCase(),
  plural: `${kind.toLowerCase()}s`,
  namespaced: true,
  verbs: ALL,
  fields: [],
  names: "subdomain",
  deleteAnswers: "object",
  ...rest,
});

const rbac = (kind: string, namespaced: boolean, fields: string[]): Resource =>
  core(kind, { group: RBAC_GROUP, namespaced, fields, names: "segment", deleteAnswers: "status" });

export const namespaces = core("Namespace", {
  namespaced: false,
  fields: ["spec", "status"],
  names: "label",
  short: ["ns"],
});
export const secrets = core("Secret", {
  fields: ["data", "stringData", "type", "immutable"],
  deleteAnswers: "status",
});
export const pods = core("Pod", { verbs: READ, short: ["po"] });
export const serviceAccounts = core("ServiceAccount", {
  fields: ["secrets", "imagePullSecrets", "automountServiceAccountToken"],
  short: ["sa"],
});
export const roles = rbac("Role", true, ["rules"]);
export const roleBindings = rbac("RoleBinding", true, ["subjects", "roleRef"]);
export const clusterRoles = rbac("ClusterRole", false, ["rules", "aggregationRule"]);
export const clusterRoleBindings = rbac("ClusterRoleBinding", false, ["subjects", "roleRef"]);

export const resources: readonly Resource[] = [
  ...[namespaces, pods, secrets, serviceAccounts],
  ...[clusterRoleBindings, clusterRoles, roleBindings, roles],
];

export function findResource(group: string, version: string, plural: string): Resource | undefined {
  if (version !== "v1") return undefined;
  return resources.find((resource) => resource.group === group && resource.plural === plural);
}

export const isApiGroup = (group: string): boolean => resources.some((resource) => resource.group === group);

export const groupVersion = ({ group }: Resource): string => (group ? `${group}/v1` : "v1");
