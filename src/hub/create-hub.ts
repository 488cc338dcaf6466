/** Puts the hub together: where its kubeconfig is, how its address is reached, and the calls that the bot makes. */
import type { Logger } from "pino";
import type { Clock } from "../request/clock.ts";
import { anonymousReads } from "./anonymous.ts";
import { renewOwnToken } from "./bot-token.ts";
import { createClient } from "./client.ts";
import { hasClusterRole, isEnforcing } from "./facts.ts";
import { listForeign } from "./foreign.ts";
import * as grants from "./grants.ts";
import type { Hub } from "./hub.ts";
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
  /** Of one call: 5 s when left out. */
  timeoutMs?: number;
  /** Where the account of the bot's pod is; Kubernetes' own folder when left out. */
  podMount?: string;
}

/** Connects at the first call: the hub may be away when the bot starts. */
export function createHub(options: HubOptions): Hub {
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
    createAccount: (id, about) => grants.createAccount(client, owner, id, about),
    readAccount: (id) => grants.readAccount(client, owner, id),
    deleteAccount: (id, uid) => grants.deleteAccount(client, owner, id, uid),
    createBinding: (grant) => grants.createBinding(client, owner, grant),
    deleteBinding: (id) => grants.deleteBinding(client, owner, id),
    mintToken: (id, ms) => grants.mintToken(client, owner, id, ms),
    checkLogin: (token) => grants.checkLogin(client, token),
    listBindings: () => listBindings(client, owner),
    listAccounts: () => listAccounts(client, owner),
    listForeign: (catalog) => listForeign(client, catalog),
    readNotes: () => readNotes(client, owner),
    changeNotes: (change) => changeNotes(client, owner, change),
    isEnforcing: () => isEnforcing(client),
    hasClusterRole: (name) => hasClusterRole(client, name),
    anonymousReads: () => anonymousReads(client),
    isLoggedIn: () => grants.isLoggedIn(client),
    renewOwnToken: async () => {
      if (await renewOwnToken(client, source, clock)) log.info("the bot's own token was renewed");
    },
    signingKey: () => {
      const token = client.token();
      return token && keyId(token);
    },
    clockOffset: () => client.clockOffset(),
    async close() {
      await Promise.all([client.close(), source.close()]);
      forward?.close();
    },
  };
}
