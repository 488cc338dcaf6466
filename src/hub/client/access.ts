/** Opens the hub as the configuration says: where its kubeconfig is, and how its address is reached. */
import type { Logger } from "pino";
import { type HubAccess, parseKubeconfig } from "../kubeconfig/kubeconfig.ts";
import { type HubSource, type KubeconfigSource, sourceOf } from "../kubeconfig/source.ts";
import { type HubGiven, IN_CLUSTER_SERVER } from "../settings.ts";

export interface OpenHub {
  /** As first read. */
  access: HubAccess;
  /** Where the kubeconfig came from: what renews its token reads and saves it there. */
  source: KubeconfigSource;
  /** Reads the source and the files that it names again: what they say now, or null when they cannot be read. */
  reread(): Promise<HubAccess | null>;
  close(): Promise<void>;
}

export interface OpenHubDeps {
  log: Logger;
  /** Another kubeconfig than the configured one, such as an administrator's, by the configured way. */
  source?: KubeconfigSource;
  /** Where Kubernetes puts the pod's own account. */
  mount?: string;
}

/** Throws one sentence that says what to do. */
export async function openHub(config: HubSource, means: OpenHubDeps): Promise<OpenHub> {
  await using opened = new AsyncDisposableStack();
  const source = opened.adopt(means.source ?? sourceOf(config, means.mount), (s) => s.close());
  const server = await serverOf(config.hub, means.log, opened);
  const { foreign, directory } = source;
  const serverName = nameOf(config.hub);
  const understand = (text: string) => parseKubeconfig(text, { server, serverName, foreign, directory });
  const read = async () => understand(await source.read());
  const access = await read();
  const kept = opened.move();
  return {
    access,
    source,
    async reread() {
      try {
        return await read();
      } catch (error) {
        means.log.warn({ err: error }, "the kubeconfig cannot be read again; the old one stays");
        return null;
      }
    },
    close: () => kept.disposeAsync(),
  };
}

/** Through its cluster from outside: the certificate bears the name by which pods reach it. */
const nameOf = ({ inCluster, portForward }: HubGiven): string | undefined =>
  inCluster && portForward && new URL(IN_CLUSTER_SERVER).hostname;

async function serverOf(
  { server, inCluster, portForward }: HubGiven,
  log: Logger,
  opened: AsyncDisposableStack,
) {
  if (!portForward) return server ?? (inCluster && IN_CLUSTER_SERVER);
  const { openPortForward } = await import("../port-forward/port-forward.ts");
  return opened.adopt(await openPortForward(portForward, { log }), (f) => f.close()).server;
}
