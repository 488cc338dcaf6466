/** The hub as the playground sees it: the stand-in, or a real one by its kubeconfig. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fetch } from "undici";
import { botKubeconfig, GRANTS_NAMESPACE } from "../../local/hub/bot-account.ts";
import { type LocalHub, startLocalHub } from "../../local/hub/index.ts";
import type { KubeObject } from "../../local/hub/types.ts";
import type { Clock } from "../../src/domain/clock.ts";
import { createAgent } from "../../src/hub/agent.ts";
import { createHubClient } from "../../src/hub/client.ts";
import { type HubAccess, readKubeconfig } from "../../src/hub/kubeconfig.ts";

const ANSWERS_WITHIN = 5_000;

export interface HubSide {
  url: string;
  /** Undefined: the system's authorities vouch for it, or nobody does. */
  ca: string | undefined;
  /** Of the bot. */
  kubeconfig: string;
  /** Undefined when the hub is real. */
  local: LocalHub | undefined;
  /** Accounts of the grants' namespace, and every ClusterRoleBinding. */
  objects(): Promise<KubeObject[]>;
  /** The status of a request with this token, on a fresh connection; 0 when the hub does not answer. */
  ask(method: string, path: string, token: string): Promise<number>;
  close(): Promise<void>;
}

export async function localHub(clock: Clock, dir: string): Promise<HubSide> {
  const hub = await startLocalHub({ clock });
  const kubeconfig = join(dir, "bot.kubeconfig");
  writeFileSync(kubeconfig, await botKubeconfig(hub), { mode: 0o600 });
  writeFileSync(join(dir, "hub-ca.crt"), hub.ca);
  const access = readKubeconfig(kubeconfig);
  return {
    ...{ url: hub.url, ca: hub.ca, kubeconfig, local: hub, ask: asker(access) },
    objects: async () => {
      const { serviceAccounts, clusterRoleBindings } = await hub.objects();
      return [...serviceAccounts, ...clusterRoleBindings];
    },
    close: () => hub.stop(),
  };
}

/** Throws one sentence when the file cannot be used. */
export function realHub(kubeconfig: string): HubSide {
  const access = readKubeconfig(kubeconfig);
  const client = createHubClient(access);
  return {
    ...{ url: access.server, ca: access.ca, kubeconfig, local: undefined, ask: asker(access) },
    objects: async () => {
      const lists = await Promise.all(LISTS.map(async (path) => (await client.raw(path)).body));
      return lists.flatMap((list, i) => itemsOf(list, i === 0 ? "ServiceAccount" : "ClusterRoleBinding"));
    },
    close: () => client.close(),
  };
}

const LISTS = [
  `/api/v1/namespaces/${GRANTS_NAMESPACE}/serviceaccounts`,
  "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
];

// The items of a list do not say what they are.
const itemsOf = (list: unknown, kind: string): KubeObject[] =>
  ((list as { items?: KubeObject[] } | undefined)?.items ?? []).map((item) => ({ ...item, kind }));

const asker = (access: HubAccess) => async (method: string, path: string, token: string) => {
  const agent = createAgent(access, { connections: 1, timeout: ANSWERS_WITHIN });
  const headers = { authorization: `Bearer ${token}` };
  const signal = AbortSignal.timeout(ANSWERS_WITHIN);
  try {
    return (await fetch(access.server + path, { method, headers, dispatcher: agent, signal })).status;
  } catch {
    return 0;
  } finally {
    await agent.destroy();
  }
};
