/** The cluster that the bot's pod runs in, as the pod's own ServiceAccount. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../config.ts";
import { secret } from "../../domain/secret.ts";
import type { HubAccess } from "../kubeconfig/kubeconfig.ts";
import { createHubClient, type HubClient } from "./client.ts";

export interface InCluster {
  /** The pod's. */
  namespace: string;
  client: HubClient;
}

const MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Throws one sentence that says what to do. */
export function openInCluster(env: Config["env"], mount = MOUNT): InCluster {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  const read = (name: string) => {
    try {
      return readFileSync(join(mount, name), "utf8").trim();
    } catch {
      throw new Error(NO_ACCOUNT);
    }
  };
  if (!host) throw new Error(NO_POD);
  const address = host.includes(":") ? `[${host}]` : host;
  // Read at each call: the kubelet renews it.
  const token = () => secret(read("token"));
  token();
  const server = `https://${address}:${port}`;
  const access = (): HubAccess => ({
    ...{ server, ca: read("ca.crt"), insecure: false, warnings: [] },
    credential: { kind: "token", token },
  });
  return {
    namespace: read("namespace"),
    client: createHubClient(access(), { reread: async () => access() }),
  };
}

const NO_POD =
  "hub.kubeconfigSecret and hub.inCluster are for a bot that runs in a pod (KUBERNETES_SERVICE_HOST is not set): " +
  "give hub.kubeconfig here, and hub.portForward where the hub is reached by a port-forward.";
const NO_ACCOUNT =
  "The pod has no ServiceAccount token, so it cannot read its kubeconfig's Secret: set automountServiceAccountToken: " +
  "true, as deploy/kubernetes does.";
