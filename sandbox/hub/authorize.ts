/** RBAC as Kubernetes evaluates it, over the roles and bindings in the store; bindings count at once. */
import type { Ask } from "./request.ts";
import { clusterRoleBindings, clusterRoles, roleBindings, roles } from "./resources.ts";
import { forbidden, forbiddenPath } from "./status.ts";
import { keyOfObject, type ObjectStore } from "./store.ts";
import type {
  ClusterRoleObject,
  KubeObject,
  PolicyRule,
  RoleBinding,
  RoleRef,
  RoleSubject,
} from "./types.ts";

export interface HubUser {
  name: string;
  groups: string[];
}

export const MASTERS = "system:masters";

/** A right one can ask for. */
type Attributes = Pick<Ask, "verb" | "path" | "target">;

export interface Authorizer {
  allows(user: HubUser, attributes: Attributes): boolean;
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
    rulesBehind,
    allows: (user, attributes) =>
      user.groups.includes(MASTERS) ||
      rulesOf(user, attributes.target?.namespace).some((rule) => permits(rule, attributes)),
  };
}

/** Of a server that has not read its roles and bindings yet. */
export const rulesUnread: Pick<Authorizer, "allows"> = {
  allows: ({ groups }) => groups.includes(MASTERS),
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
  throw forbidden({ plural, group }, name, `User "${user.name}" cannot ${verb} ${what} ${where}`);
}

const idsOf = ({ name, groups }: HubUser): string[] => [
  `User ${name}`,
  ...groups.map((group) => `Group ${group}`),
];

/** With one binding per grant there are thousands: each user's own are found by subject. */
function bindingsBySubject(store: ObjectStore): (user: HubUser) => RoleBinding[] {
  const index = new Map<string, Map<string, RoleBinding>>();
  store.subscribe(({ resource, before, after }) => {
    if (resource !== clusterRoleBindings && resource !== roleBindings) return;
    for (const id of subjectIds(before)) if (before) index.get(id)?.delete(keyOfObject(before));
    for (const id of subjectIds(after)) {
      const bindings = index.get(id) ?? new Map<string, RoleBinding>();
      if (after) index.set(id, bindings.set(keyOfObject(after), after as RoleBinding));
    }
  });
  return (user) => idsOf(user).flatMap((id) => [...(index.get(id)?.values() ?? [])]);
}

function subjectIds(binding: KubeObject | undefined): string[] {
  const { subjects = [] } = (binding ?? {}) as Partial<RoleBinding>;
  return subjects.map((subject) => subjectId(subject, binding?.metadata.namespace));
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

function pathMatches(pattern: string, path: string): boolean {
  if (pattern === "*" || pattern === path) return true;
  return pattern.endsWith("*") && path.startsWith(pattern.slice(0, -1));
}

function resourceMatches(list: string[], plural: string, subresource: string | undefined): boolean {
  if (subresource === undefined) return has(list, plural);
  return has(list, `${plural}/${subresource}`) || list.includes(`*/${subresource}`);
}
