/** ClusterRoles of the hub, read whole so that they can be written back with other rules. */
import { isDeepStrictEqual } from "node:util";
import { stringify } from "yaml";
import { z } from "zod";
import { isReason, readAnswer } from "../../hub/errors.ts";
import type { HubCalls } from "../hub/calls.ts";

const PATH = "/apis/rbac.authorization.k8s.io/v1/clusterroles";

export const Rules = z.array(
  z.looseObject({ verbs: z.array(z.string()), nonResourceURLs: z.array(z.string()).default([]) }),
);
const ClusterRole = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  rules: Rules.nullish().transform((rules) => rules ?? []),
});
export type ClusterRole = z.infer<typeof ClusterRole>;

/** What is on the hub, and what it is to be. */
export interface RoleChange {
  before: ClusterRole;
  after: ClusterRole;
}

/** `ifAbsent`: a sentence that says what to do. */
export async function readClusterRole(hub: HubCalls, name: string, ifAbsent: string): Promise<ClusterRole> {
  try {
    return readAnswer(`read ClusterRole ${name}`, ClusterRole, await hub.ask("GET", `${PATH}/${name}`));
  } catch (error) {
    if (!isReason(error, "NotFound")) throw error;
    throw new Error(`The hub has no ClusterRole ${name}: ${ifAbsent}`);
  }
}

export async function listClusterRoles(hub: HubCalls): Promise<ClusterRole[]> {
  const List = z.object({ items: z.array(ClusterRole) });
  return readAnswer("list ClusterRoles", List, await hub.ask("GET", PATH)).items;
}

/** It bears the resourceVersion that was read: what somebody else changed meanwhile is not lost. */
export const writeClusterRole = (hub: HubCalls, role: ClusterRole) =>
  hub.ask("PUT", `${PATH}/${role.metadata.name}`, role);

export const isChanged = ({ before, after }: RoleChange): boolean =>
  !isDeepStrictEqual(before.rules, after.rules);

/** Which rules go and come, as YAML. */
export function describeChange({ before, after }: RoleChange): string {
  const missingIn = (rules: ClusterRole["rules"]) => (rule: object) =>
    !rules.some((other) => isDeepStrictEqual(other, rule));
  const removed = before.rules.filter(missingIn(after.rules));
  const added = after.rules.filter(missingIn(before.rules));
  return stringify({
    [titleOf(after)]: {
      ...(removed.length > 0 && { remove: removed }),
      ...(added.length > 0 && { add: added }),
    },
  });
}

export const titleOf = ({ metadata }: ClusterRole): string => `ClusterRole ${metadata.name}`;
