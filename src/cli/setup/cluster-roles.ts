/** ClusterRoles of the hub, read whole so that they can be written back with other rules. */
import { isDeepStrictEqual } from "node:util";
import { stringify } from "yaml";
import { z } from "zod";
import { readAnswer } from "../../hub/errors.ts";
import { nullIfAbsent } from "../../hub/grants.ts";
import { listPages } from "../../hub/lists.ts";
import type { HubCalls } from "../hub/calls.ts";
import { CLUSTER_ROLES } from "../hub/objects.ts";

export const RoleRules = z.array(
  z.looseObject({ verbs: z.array(z.string()), nonResourceURLs: z.array(z.string()).default([]) }),
);
const ClusterRole = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  rules: RoleRules.nullish().transform((rules) => rules ?? []),
});
export type ClusterRole = z.infer<typeof ClusterRole>;

/** A role on the hub, and the same with other rules. */
export interface RoleChange {
  before: ClusterRole;
  after: ClusterRole;
}

export const changeRole = (
  before: ClusterRole,
  annotations: Record<string, string>,
  rules: ClusterRole["rules"],
): RoleChange => ({
  before,
  after: { ...before, metadata: { ...before.metadata, annotations }, rules },
});

/** `ifAbsent`: a sentence that says what to do. */
export async function readClusterRole(hub: HubCalls, name: string, ifAbsent: string): Promise<ClusterRole> {
  const found = await hub.ask("GET", `${CLUSTER_ROLES}/${name}`).catch(nullIfAbsent(name));
  if (found === null) throw new Error(`The hub has no ClusterRole ${name}: ${ifAbsent}`);
  return readAnswer(`read ClusterRole ${name}`, ClusterRole, found);
}

export const listClusterRoles = async (hub: HubCalls): Promise<ClusterRole[]> =>
  (await listPages(hub, CLUSTER_ROLES, "", ClusterRole)).items;

/** It bears the resourceVersion that was read: what somebody else changed meanwhile is not lost. */
export const writeClusterRole = (hub: HubCalls, role: ClusterRole) =>
  hub.ask("PUT", `${CLUSTER_ROLES}/${role.metadata.name}`, role);

export const isChanged = ({ before, after }: RoleChange): boolean =>
  !isDeepStrictEqual(before.rules, after.rules);

/** The rules that go and come, as YAML. */
export function describeChange({ before, after }: RoleChange): string {
  const missingIn = (rules: ClusterRole["rules"]) => (rule: object) =>
    !rules.some((other) => isDeepStrictEqual(other, rule));
  const removed = before.rules.filter(missingIn(after.rules));
  const added = after.rules.filter(missingIn(before.rules));
  return stringify({
    [roleTitle(after)]: {
      remove: removed.length > 0 ? removed : undefined,
      add: added.length > 0 ? added : undefined,
    },
  });
}

export const roleTitle = ({ metadata }: ClusterRole): string => `ClusterRole ${metadata.name}`;
