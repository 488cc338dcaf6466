/** Grants on the hub: a ServiceAccount, a ClusterRoleBinding and a token for each, all of them of one instance. */
import type { Clock, Grants, Log } from "../../flow/ports.ts";
import type { HubClient } from "../client/client.ts";
import { createGrant } from "./create.ts";
import { find } from "./find.ts";
import { list } from "./list.ts";
import { mark, remove } from "./remove.ts";
import { roleWatch } from "./roles.ts";
import { check, mint } from "./token.ts";

export interface GrantsOptions {
  client: HubClient;
  instance: string;
  namespace: string;
  clock: Clock;
  log?: Log | undefined;
}

export function createGrants(options: GrantsOptions): Grants {
  const roles = roleWatch(options);
  return {
    create: (request, signal) => createGrant(options, roles, request, signal),
    mint: (key, ms, signal) => mint(options, key, ms, signal),
    check: (token, signal) => check(options.client, token, signal),
    mark: (key, signal) => mark(options, key, signal),
    remove: (key, signal) => remove(options, key, signal),
    find: (key, signal) => find(options, key, signal),
    list: (signal) => list(options, signal),
  };
}
