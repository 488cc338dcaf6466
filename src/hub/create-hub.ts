/**
 * Everything that the bot calls on the hub. The functions of this folder throw HubError when the hub refuses or is
 * down.
 */
import type { Logger } from "pino";
import type { Locked } from "../policy/lockdown.ts";
import type { Clock } from "../request/clock.ts";
import { anonymousReads } from "./anonymous.ts";
import { renewOwnToken } from "./bot-token.ts";
import { createClient } from "./client.ts";
import { hasClusterRole, isEnforcing } from "./facts.ts";
import { listForeign } from "./foreign.ts";
import { createGrants, isLoggedIn } from "./grants.ts";
import type { Catalog, ChangeNotes } from "./hub.ts";
import { keyId } from "./jwt.ts";
import { parseKubeconfig } from "./kubeconfig.ts";
import { listAccounts, listBindings } from "./lists.ts";
import { type ChangeLockdown, changeLockdown, readLockdowns } from "./lockdown-entries.ts";
import { changeNotes, readNotes } from "./notes.ts";
import { type Forward, openPortForward } from "./port-forward.ts";
import { type HubSettings, IN_CLUSTER_SERVER } from "./settings.ts";
import { kubeconfigSource, POD_MOUNT } from "./source.ts";

export interface HubOptions {
  settings: HubSettings;
  /** At most 40 characters. */
  instance: string;
  clock: Clock;
  log: Logger;
  timeoutMs?: number;
  podMount?: string;
}

export type Hub = ReturnType<typeof createHub>;

/** Connects at the first call, since the hub may be down when the bot starts. */
export function createHub(options: HubOptions) {
  const { settings, instance, clock, log, timeoutMs, podMount = POD_MOUNT } = options;
  const source = kubeconfigSource(settings, clock, podMount);
  let forward: Forward | null = null;
  const client = createClient({ readAccess, clock, timeoutMs });
  const owner = { instance, namespace: settings.namespace };

  async function readAccess() {
    if (settings.portForward) forward ??= await openPortForward(settings.portForward, log);
    const server = forward?.server ?? settings.server ?? (settings.inCluster && IN_CLUSTER_SERVER);
    return parseKubeconfig(await source.read(), { server, directory: source.directory });
  }

  return {
    ...createGrants(client, owner),
    listBindings: () => listBindings(client, owner),
    listAccounts: () => listAccounts(client, owner),
    listForeign: (catalog: Catalog) => listForeign(client, catalog),
    readLockdowns: () => readLockdowns(client, owner),
    changeLockdown: (whom: Locked, change: ChangeLockdown) => changeLockdown(client, owner, whom, change),
    readNotes: () => readNotes(client, owner),
    /** By compare-and-swap: `change` may run more than once. */
    changeNotes: (change: ChangeNotes) => changeNotes(client, owner, change),
    isEnforcing: () => isEnforcing(client),
    hasClusterRole: (name: string) => hasClusterRole(client, name),
    anonymousReads: () => anonymousReads(client),
    isLoggedIn: () => isLoggedIn(client),
    renewOwnToken: async (): Promise<void> => {
      if (await renewOwnToken(client, source, clock)) log.info("the bot's own token was renewed");
    },
    /** The `kid` of the bot's token names the hub's signing key; null with a client certificate. */
    signingKey: (): string | null => {
      const token = client.token();
      return token && keyId(token);
    },
    clockOffset: (): number => client.clockOffset(),
    async close(): Promise<void> {
      await Promise.all([client.close(), source.close()]);
      forward?.close();
    },
  };
}
