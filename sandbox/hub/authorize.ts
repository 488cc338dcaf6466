/** RBAC as Kubernetes evaluates it, over the roles and bindings in the store; bindings count at once. */
import type { Ask } from "./request.ts";
import { clusterRoleBindings, clusterRoles, type Resource, roleBindings, roles } from "./resources.ts";
import { forbidden, forbiddenPath } from "./status.ts";
import { type ObjectStore, storeKeyOf } from "./store.ts";
import type { ClusterRoleObject, PolicyRule, RoleBinding, RoleRef, RoleSubject } from "./types.ts";

export interface HubUser {
  name: string;
  groups: string[];
}

export const MASTERS = "system:masters";

/** A right one can ask for. */
export type Attributes = Pick<Ask, "verb" | "path" | "target">;

export interface Authorizer {
  allows(user: HubUser, attributes: Attributes): boolean;
  /** Which binding allows it, as the audit log has it; empty where none does. */
  reason(user: HubUser, attributes: Attributes): string;
  rulesOf(user: HubUser, namespace: string | undefined): PolicyRule[];
  rulesBehind(roleRef: RoleRef, namespace: string | undefined): PolicyRule[] | undefined;
}

export function createAuthorizer(store: ObjectStore): Authorizer {
  const bound = bindingsBySubject(store);
  const rulesBehind = (roleRef: RoleRef, namespace: string | undefined) => {
    const cluster = roleRef.kind === "ClusterRole";
    const role = store.get(cluster ? clusterRoles : roles, cluster ? undefined : namespace, roleRef.name);
    return role && ((role as ClusterRoleObject).rules ?? []);
  };
  const rulesOf = (user: HubUser, namespace: string | undefined) =>
    bound(user)
      .filter(({ metadata }) => metadata.namespace === undefined || metadata.namespace === namespace)
      .flatMap((binding) => rulesBehind(binding.roleRef, binding.metadata.namespace) ?? []);
  return {
    rulesOf,
    rulesBehind,
    allows: (user, attributes) =>
      user.groups.includes(MASTERS) ||
      rulesOf(user, attributes.target?.namespace).some((rule) => permits(rule, attributes)),
    reason(user, attributes) {
      const namespace = attributes.target?.namespace;
      const allowing = bound(user).find(
        ({ metadata, roleRef }) =>
          (metadata.namespace === undefined || metadata.namespace === namespace) &&
          rulesBehind(roleRef, metadata.namespace)?.some((rule) => permits(rule, attributes)),
      );
      return allowing ? reasonOf(allowing, user) : "";
    },
  };
}

/** Of a server that has not read its roles and bindings yet. */
export const rulesUnread: Pick<Authorizer, "allows" | "reason"> = {
  allows: ({ groups }) => groups.includes(MASTERS),
  reason: () => "",
};

/** Throws in the API server's words. */
export function assertAllowed(
  authorizer: Pick<Authorizer, "allows">,
  user: HubUser,
  wanted: Attributes,
): void {
  if (authorizer.allows(user, wanted)) return;
  const { verb, path, target } = wanted;
  if (!target) throw forbiddenPath(`User "${user.name}" cannot ${verb} path "${path}"`);
  const { group, plural, subresource, namespace, name = "" } = target;
  const what = `resource "${plural}${subresource ? `/${subresource}` : ""}" in API group "${group}"`;
  const where = namespace === undefined ? "at the cluster scope" : `in the namespace "${namespace}"`;
  throw forbidden(plural, group, name, `User "${user.name}" cannot ${verb} ${what} ${where}`);
}

/** In kube-apiserver's words. */
function reasonOf(binding: RoleBinding, user: HubUser): string {
  const { metadata, roleRef, subjects = [] } = binding;
  const { name, namespace } = metadata;
  const ids = idsOf(user);
  const subject = subjects.find((one) => ids.includes(subjectId(one, namespace)));
  const by = namespace === undefined ? `ClusterRoleBinding "${name}"` : `RoleBinding "${name}/${namespace}"`;
  const whose = subject?.kind === "ServiceAccount" ? `/${subject.namespace ?? namespace ?? ""}` : "";
  return `RBAC: allowed by ${by} of ${roleRef.kind} "${roleRef.name}" to ${subject?.kind} "${subject?.name}${whose}"`;
}

const idsOf = ({ name, groups }: HubUser): string[] => [
  `User ${name}`,
  ...groups.map((group) => `Group ${group}`),
];

/** With one binding per grant there are thousands: each user's own are found by subject. */
function bindingsBySubject(store: ObjectStore): (user: HubUser) => RoleBinding[] {
  const index = new Map<string, Map<string, RoleBinding>>();
  store.subscribe(({ type, resource, object, before }) => {
    if (!isBinding(resource)) return;
    const key = storeKeyOf(object.metadata.namespace, object.metadata.name);
    for (const id of subjectIds(before as RoleBinding | undefined)) index.get(id)?.delete(key);
    if (type === "DELETED") return;
    for (const id of subjectIds(object as RoleBinding)) {
      const bindings = index.get(id) ?? new Map<string, RoleBinding>();
      index.set(id, bindings.set(key, object as RoleBinding));
    }
  });
  return (user) => idsOf(user).flatMap((id) => [...(index.get(id)?.values() ?? [])]);
}

const isBinding = (resource: Resource) => resource === clusterRoleBindings || resource === roleBindings;

function subjectIds(binding: RoleBinding | undefined): string[] {
  const home = binding?.metadata.namespace;
  return (binding?.subjects ?? []).map((subject) => subjectId(subject, home));
}

function subjectId({ kind, name, namespace }: RoleSubject, home: string | undefined): string {
  if (kind !== "ServiceAccount") return `${kind} ${name}`;
  return `User system:serviceaccount:${namespace ?? home ?? ""}:${name}`;
}

function permits(rule: PolicyRule, { verb, path, target }: Attributes): boolean {
  if (!has(rule.verbs, verb)) return false;
  if (!target) return (rule.nonResourceURLs ?? []).some((pattern) => pathMatches(pattern, path));
  const { group, plural, subresource, name } = target;
  return (
    has(rule.apiGroups, group) &&
    resourceMatches(rule.resources ?? [], plural, subresource) &&
    (!rule.resourceNames?.length || (name !== undefined && rule.resourceNames.includes(name)))
  );
}

const has = (list: string[] = [], wanted: string) => list.includes("*") || list.includes(wanted);

export function pathMatches(pattern: string, path: string): boolean {
  if (pattern === "*" || pattern === path) return true;
  return pattern.endsWith("*") && path.startsWith(pattern.slice(0, -1));
}

export function resourceMatches(list: string[], plural: string, subresource: string | undefined): boolean {
  if (subresource === undefined) return has(list, plural);
  return has(list, `${plural}/${subresource}`) || list.includes(`*/${subresource}`);
}
