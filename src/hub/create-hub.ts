/** Puts together all calls that the bot makes to the hub, and the connection for them: kubeconfig, address, port-forward. */
import type { Logger } from "pino";
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
import { changeNotes, readNotes } from "./notes.ts";
import { type Forward, openPortForward } from "./port-forward.ts";
import { type HubSettings, IN_CLUSTER_SERVER } from "./settings.ts";
import { kubeconfigSource, POD_MOUNT } from "./source.ts";

export interface HubOptions {
  settings: HubSettings;
  /** The deployment's name, at most 40 characters. */
  instance: string;
  clock: Clock;
  log: Logger;
  /** Time limit of one call; 5 s when left out. */
  timeoutMs?: number;
  /** Folder with the token of the bot's pod; Kubernetes' own when left out. */
  podMount?: string;
}

export type Hub = ReturnType<typeof createHub>;

/**
 * Connects at the first call: the hub may be away when the bot starts. Every call has a time limit, and throws only
 * HubError.
 */
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
    readNotes: () => readNotes(client, owner),
    /** Changes notes by compare-and-swap: `change` is given the newest notes, perhaps more than once. */
    changeNotes: (change: ChangeNotes) => changeNotes(client, owner, change),
    /** Resolves to false when Karpor runs with RBAC off: everybody may do everything then. */
    isEnforcing: () => isEnforcing(client),
    hasClusterRole: (name: string) => hasClusterRole(client, name),
    /** Resolves to the paths that the hub answers without a token. */
    anonymousReads: () => anonymousReads(client),
    /** Says whether the hub takes the bot's own credential; a refused one is read again from the kubeconfig first. */
    isLoggedIn: () => isLoggedIn(client),
    /** Renews the bot's token once half of its life is over. Throws HubError when it cannot be made or written back. */
    renewOwnToken: async (): Promise<void> => {
      if (await renewOwnToken(client, source, clock)) log.info("the bot's own token was renewed");
    },
    /** Returns the `kid` of the bot's token, which names the hub's signing key; null with a client certificate. */
    signingKey: (): string | null => {
      const token = client.token();
      return token && keyId(token);
    },
    /** Returns how far the hub's clock is ahead of ours, ms, as last seen. */
    clockOffset: (): number => client.clockOffset(),
    async close(): Promise<void> {
      await Promise.all([client.close(), source.close()]);
      forward?.close();
    },
  };
}
