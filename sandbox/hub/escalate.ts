/** Escalation prevention: nobody grants what they do not hold, unless they may `bind` or `escalate` that very role. */
import { type Authorizer, type HubUser, MASTERS, pathMatches, resourceMatches } from "./authorize.ts";
import { RBAC_GROUP, type Resource } from "./resources.ts";
import { forbidden, notFoundStatus } from "./status.ts";
import type { ClusterRoleObject, KubeObject, PolicyRule, RoleBinding, RoleRef } from "./types.ts";

export function checkEscalation(
  authorizer: Authorizer,
  user: HubUser,
  resource: Resource,
  object: KubeObject,
) {
  if (resource.group !== RBAC_GROUP || user.groups.includes(MASTERS)) return;
  const { name, namespace } = object.metadata;
  const granted = isBinding(resource)
    ? rulesToBind(authorizer, user, resource, object as RoleBinding)
    : mayChange(authorizer, user, "escalate", { ...object, name, apiGroup: RBAC_GROUP }, namespace)
      ? []
      : ((object as ClusterRoleObject).rules ?? []);
  const held = authorizer.rulesOf(user, namespace);
  const missing = granted.flatMap(atoms).filter((atom) => !held.some((rule) => covers(rule, atom)));
  if (missing.length === 0) return;
  const groups = user.groups.map((group) => `"${group}"`).join(" ");
  const who = `user "${user.name}" (groups=[${groups}])`;
  const list = missing.map(describe).sort().join("\n");
  const why = `${who} is attempting to grant RBAC permissions not currently held:\n${list}`;
  throw forbidden(resource.plural, RBAC_GROUP, name, why);
}

const isBinding = ({ kind }: Resource) => kind.endsWith("Binding");

function rulesToBind(
  authorizer: Authorizer,
  user: HubUser,
  resource: Resource,
  { roleRef, metadata }: RoleBinding,
) {
  if (mayChange(authorizer, user, "bind", roleRef, metadata.namespace)) return [];
  const rules = authorizer.rulesBehind(roleRef, metadata.namespace);
  // Under the binding's own plural: the real server words it so.
  if (!rules) throw notFoundStatus(resource, roleRef.name);
  return rules;
}

function mayChange(
  authorizer: Authorizer,
  user: HubUser,
  verb: "bind" | "escalate",
  { kind, name }: RoleRef,
  namespace: string | undefined,
): boolean {
  const plural = kind === "ClusterRole" ? "clusterroles" : "roles";
  const target = {
    group: RBAC_GROUP,
    version: "v1",
    plural,
    name,
    ...(namespace !== undefined && { namespace }),
  };
  return authorizer.allows(user, { verb, path: "", target });
}

/** A rule cut to one verb on one thing. */
interface Atom {
  verb: string;
  url?: string;
  group?: string;
  resource?: string;
  name?: string;
}

function atoms({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): Atom[] {
  const names = resourceNames?.length ? resourceNames.map((name) => ({ name })) : [{}];
  return verbs.flatMap((verb) => [
    ...(nonResourceURLs ?? []).map((url) => ({ verb, url })),
    ...(apiGroups ?? []).flatMap((group) =>
      (resources ?? []).flatMap((resource) => names.map((name) => ({ verb, group, resource, ...name }))),
    ),
  ]);
}

function covers(rule: PolicyRule, { verb, url, group = "", resource = "", name }: Atom): boolean {
  const has = (list: string[] = [], wanted: string) => list.includes("*") || list.includes(wanted);
  if (!has(rule.verbs, verb)) return false;
  if (url !== undefined) return (rule.nonResourceURLs ?? []).some((pattern) => pathMatches(pattern, url));
  const [plural = "", subresource] = resource.split("/");
  return (
    has(rule.apiGroups, group) &&
    resourceMatches(rule.resources ?? [], plural, subresource) &&
    (!rule.resourceNames?.length || (name !== undefined && rule.resourceNames.includes(name)))
  );
}

function describe({ verb, url, group, resource, name }: Atom): string {
  if (url !== undefined) return `{NonResourceURLs:["${url}"], Verbs:["${verb}"]}`;
  const names = name === undefined ? "" : `ResourceNames:["${name}"], `;
  return `{APIGroups:["${group}"], Resources:["${resource}"], ${names}Verbs:["${verb}"]}`;
}
