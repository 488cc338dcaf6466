/**
 * With a gateway pod logs, events and AI go by a token too: everybody had them by Karpor's role `anonymous`, now the
 * roles of the catalog get them.
 */
import { isDeepStrictEqual } from "node:util";
import type { Config } from "../../config.ts";
import { mayStream, STREAM_RULE } from "../../hub/anonymous.ts";
import { PREFIX } from "../../hub/names.ts";
import type { HubCalls } from "../hub/calls.ts";
import { clusterRolesIn } from "../hub/objects.ts";
import { changeRole, listClusterRoles, type RoleChange, readClusterRole } from "./cluster-roles.ts";

/** Marks a role that setup gave the rule: no other loses it. */
const ADDED = `${PREFIX}streams-added`;

export const giveStreams = (hub: HubCalls, config: Config): Promise<RoleChange[]> =>
  Promise.all(
    clusterRolesIn(config).map(async (name) => {
      const role = await readClusterRole(hub, name, "make it, or correct roles.*.clusterRole, first.");
      if (mayStream(role.rules)) return { before: role, after: role };
      const annotations = { ...role.metadata.annotations, [ADDED]: "true" };
      return changeRole(role, annotations, [...role.rules, STREAM_RULE]);
    }),
  );

/** Also from roles that the catalog names no more. */
export async function takeStreams(hub: HubCalls): Promise<RoleChange[]> {
  const roles = await listClusterRoles(hub);
  return roles
    .filter(({ metadata }) => metadata.annotations[ADDED])
    .map((role) => {
      const { [ADDED]: _, ...annotations } = role.metadata.annotations;
      const rules = role.rules.filter((rule) => !isDeepStrictEqual(rule, STREAM_RULE));
      return changeRole(role, annotations, rules);
    });
}
