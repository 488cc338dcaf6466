/**
 * With a gateway pod logs, events and AI go by a token too: what everybody had by Karpor's role `anonymous`, the roles
 * of the catalog get instead.
 */
import { isDeepStrictEqual } from "node:util";
import type { Config } from "../../config.ts";
import { mayStream, STREAM_RULE } from "../../hub/anonymous.ts";
import { PREFIX } from "../../hub/names.ts";
import type { HubCalls } from "../hub/calls.ts";
import { clusterRolesIn } from "../hub/objects.ts";
import { type ClusterRole, listClusterRoles, type RoleChange, readClusterRole } from "./cluster-roles.ts";

/** Marks a role that setup gave the rule: no other loses it. */
const ADDED = `${PREFIX}streams-added`;

export const giveStreams = (hub: HubCalls, config: Config): Promise<RoleChange[]> =>
  Promise.all(
    clusterRolesIn(config).map(async (name) => {
      const before = await readClusterRole(hub, name, "make it, or correct roles.*.clusterRole, first.");
      return { before, after: mayStream(before.rules) ? before : withStreams(before) };
    }),
  );

/** Also from roles that the catalog names no more. */
export async function takeStreams(hub: HubCalls): Promise<RoleChange[]> {
  const roles = await listClusterRoles(hub);
  return roles
    .filter(({ metadata }) => metadata.annotations[ADDED])
    .map((before) => ({ before, after: withoutStreams(before) }));
}

function withStreams(role: ClusterRole): ClusterRole {
  const annotations = { ...role.metadata.annotations, [ADDED]: "true" };
  return { ...role, metadata: { ...role.metadata, annotations }, rules: [...role.rules, STREAM_RULE] };
}

function withoutStreams(role: ClusterRole): ClusterRole {
  const { [ADDED]: _, ...annotations } = role.metadata.annotations;
  const rules = role.rules.filter((rule) => !isDeepStrictEqual(rule, STREAM_RULE));
  return { ...role, metadata: { ...role.metadata, annotations }, rules };
}
