/** Which rules, roleRefs and subjects a Kubernetes API server takes. */
import { bad, notSupported, required } from "./causes.ts";
import { RBAC_GROUP, type Resource } from "./resources.ts";
import type { Cause } from "./status.ts";
import type { KubeObject, PolicyRule, RoleBinding } from "./types.ts";

export function rbacCauses({ kind }: Resource, object: KubeObject): Cause[] {
  if (kind === "Role" || kind === "ClusterRole") {
    const rules = (object.rules ?? []) as PolicyRule[];
    return rules.flatMap((rule, index) => ruleCauses(rule, `rules[${index}]`, kind === "ClusterRole"));
  }
  if (kind === "RoleBinding" || kind === "ClusterRoleBinding")
    return bindingCauses(object as RoleBinding, kind);
  return [];
}

function ruleCauses(rule: PolicyRule, at: string, cluster: boolean): Cause[] {
  const { verbs = [], apiGroups = [], resources = [], nonResourceURLs = [] } = rule;
  const found: Cause[] = [];
  if (verbs.length === 0) found.push(required(`${at}.verbs`, "verbs must contain at least one value"));
  if (nonResourceURLs.length > 0) {
    const urls = `${at}.nonResourceURLs`;
    if (!cluster)
      found.push(bad(urls, nonResourceURLs, "namespaced rules cannot apply to non-resource URLs"));
    if (apiGroups.length + resources.length + (rule.resourceNames?.length ?? 0) === 0) return found;
    const why = "rules cannot apply to both regular resources and non-resource URLs";
    return [...found, bad(urls, nonResourceURLs, why)];
  }
  if (apiGroups.length === 0) {
    found.push(required(`${at}.apiGroups`, "resource rules must supply at least one api group"));
  }
  if (resources.length === 0) {
    found.push(required(`${at}.resources`, "resource rules must supply at least one resource"));
  }
  return found;
}

function bindingCauses({ roleRef, subjects }: RoleBinding, kind: string): Cause[] {
  const found: Cause[] = [];
  const kinds = kind === "ClusterRoleBinding" ? ["ClusterRole"] : ["Role", "ClusterRole"];
  const { apiGroup, name } = roleRef;
  if (apiGroup !== RBAC_GROUP) found.push(notSupported("roleRef.apiGroup", apiGroup, [RBAC_GROUP]));
  if (!kinds.includes(roleRef.kind)) found.push(notSupported("roleRef.kind", roleRef.kind, kinds));
  if (!name) found.push(required("roleRef.name"));
  return [...found, ...(subjects ?? []).flatMap((_, index) => subjectCauses(subjects, index, kind))];
}

function subjectCauses(subjects: RoleBinding["subjects"], index: number, kind: string): Cause[] {
  const at = `subjects[${index}]`;
  const subject = subjects?.[index];
  if (!subject?.name) return [required(`${at}.name`)];
  const group = subject.kind === "ServiceAccount" ? "" : RBAC_GROUP;
  if (!["ServiceAccount", "User", "Group"].includes(subject.kind)) {
    return [notSupported(`${at}.kind`, subject.kind, ["ServiceAccount", "User", "Group"])];
  }
  const found: Cause[] = [];
  if ((subject.apiGroup ?? "") !== group)
    found.push(notSupported(`${at}.apiGroup`, subject.apiGroup, [group]));
  const homeless = subject.kind === "ServiceAccount" && !subject.namespace && kind === "ClusterRoleBinding";
  if (homeless) found.push(required(`${at}.namespace`));
  return found;
}
