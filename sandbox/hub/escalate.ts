/** Escalation prevention: nobody but an administrator grants a role that they may not `bind`, or writes one. */
import { type Authorizer, type HubUser, MASTERS } from "./authorize.ts";
import { clusterRoles, RBAC_GROUP, type Resource, roles } from "./resources.ts";
import { forbidden, notFound } from "./status.ts";
import type { KubeObject, RoleBinding } from "./types.ts";

/** Stricter than the real one, which also lets through what the user holds: the bot holds nothing that it grants. */
export function checkEscalation(
  authorizer: Authorizer,
  user: HubUser,
  resource: Resource,
  object: KubeObject,
): void {
  if (resource.group !== RBAC_GROUP || user.groups.includes(MASTERS)) return;
  const { name, namespace } = object.metadata;
  const isBinding = resource.kind.endsWith("Binding");
  const { roleRef } = object as RoleBinding;
  const [verb, role, about] = isBinding
    ? ["bind", roleRef.kind === "Role" ? roles : clusterRoles, roleRef.name]
    : ["escalate", resource, name];
  const target = { group: RBAC_GROUP, version: "v1", plural: role.plural, name: about };
  if (authorizer.allows(user, { verb, path: "", target: { ...target, ...(namespace && { namespace }) } }))
    return;
  // Under the binding's own plural: the real server words it so.
  if (isBinding && !authorizer.rulesBehind(roleRef, namespace)) throw notFound(resource, about);
  const why = `user "${user.name}" is attempting to grant RBAC permissions not currently held`;
  throw forbidden(resource, name, why);
}
