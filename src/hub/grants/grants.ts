/** Grants on the hub: a ServiceAccount, a ClusterRoleBinding and a token for each, all of them of one instance. */
import type { Clock, Grants, Log } from "../../flow/ports.ts";
import type { HubClient } from "../client/client.ts";
import { annotate } from "./annotate.ts";
import { createGrant } from "./create.ts";
import { createEnforcing } from "./enforcing.ts";
import { find, isAbsent } from "./find.ts";
import { list } from "./list.ts";
import { createOlderBots } from "./older-bots.ts";
import { removeAccount, removeBinding } from "./remove.ts";
import { rightsOf, roleWatch } from "./roles.ts";
import { surveyForSweep } from "./survey.ts";
import { check, mint } from "./token.ts";

export interface GrantsOptions {
  /** Of the lane that the work belongs to. */
  client: HubClient;
  instance: string;
  namespace: string;
  clock: Clock;
  log?: Log | undefined;
  /** What the hub's audit log is to call a look at a token, which is made with that token. */
  nameLook?: (() => string) | undefined;
  /** Of the catalog, as it is when it is asked. */
  clusterRoles?: () => readonly string[];
  /** hub.known */
  known?: readonly string[];
  /** hub.instances */
  instances?: readonly string[];
}

export function createGrants(options: GrantsOptions): Grants {
  const roles = roleWatch(options);
  const older = createOlderBots(options);
  return {
    create: (request, signal, onceOurs) => createGrant(options, roles, request, signal, onceOurs),
    mint: (key, ms, signal) => mint(options, key, ms, signal),
    check: (token, signal, by) => check(options.client, token, signal, { by, auditId: options.nameLook?.() }),
    assertEnforcing: createEnforcing(options),
    removeBinding: (key, uids, signal) => removeBinding(options, key, uids, signal),
    removeAccount: (key, uids, signal) => removeAccount(options, key, uids, signal),
    find: (key, uids, signal) => find(options, key, uids, signal),
    isAbsent: (key, signal) => isAbsent(options, key, signal),
    list: (signal) => list(options, signal),
    standingOf: (id, signal) => list(options, signal, id),
    rightsOf: (name, signal) => rightsOf(options.client, name, signal),
    annotate: (key, uid, more, signal) => annotate(options, key, { uid, more }, signal),
    survey: (signal) =>
      surveyForSweep(
        { known: [], instances: [], ...options, clusterRoles: options.clusterRoles?.() ?? [] },
        older,
        signal,
      ),
  };
}
