/** What the hub serves of the Kubernetes API, as far as the bot, its setup and their tests use it. */

export interface Resource {
  group: string;
  plural: string;
  kind: string;
  namespaced: boolean;
  /** Top-level fields kept; others are dropped, as a typed server does. */
  fields: string[];
  deleteAnswers: "object" | "status";
}

export const RBAC_GROUP = "rbac.authorization.k8s.io";

const core = (kind: string, rest: Partial<Resource> = {}): Resource => ({
  ...{ group: "", kind, plural: `${kind.toLowerCase()}s`, namespaced: true, fields: [] },
  ...{ deleteAnswers: "object", ...rest },
});
const rbac = (kind: string, namespaced: boolean, fields: string[]): Resource =>
  core(kind, { group: RBAC_GROUP, namespaced, fields, deleteAnswers: "status" });

export const namespaces = core("Namespace", { namespaced: false, fields: ["spec", "status"] });
export const secrets = core("Secret", { fields: ["data", "stringData", "type"], deleteAnswers: "status" });
export const serviceAccounts = core("ServiceAccount");
export const roles = rbac("Role", true, ["rules"]);
export const roleBindings = rbac("RoleBinding", true, ["subjects", "roleRef"]);
export const clusterRoles = rbac("ClusterRole", false, ["rules"]);
export const clusterRoleBindings = rbac("ClusterRoleBinding", false, ["subjects", "roleRef"]);

const resources: readonly Resource[] = [
  ...[namespaces, secrets, serviceAccounts],
  ...[clusterRoleBindings, clusterRoles, roleBindings, roles],
];

export function findResource(group: string, version: string, plural: string): Resource | undefined {
  if (version !== "v1") return undefined;
  return resources.find((resource) => resource.group === group && resource.plural === plural);
}

export const isApiGroup = (group: string): boolean => resources.some((resource) => resource.group === group);

export const groupVersion = ({ group }: Resource): string => (group ? `${group}/v1` : "v1");
