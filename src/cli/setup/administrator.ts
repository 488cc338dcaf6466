/** The administrator's access to the hub: Karpor's own kubeconfig from the cluster that runs it, or a file. */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { CoreV1Api } from "@kubernetes/client-node";
import type { Config } from "../../config.ts";
import { kubeconfigError } from "../../hub/errors.ts";
import { operatorConfig } from "../../hub/port-forward.ts";
import { PortForwardSettings } from "../../hub/settings.ts";
import { type HubCalls, type KubeconfigText, openHubCalls } from "../hub/calls.ts";
import type { CommandMeans } from "../options.ts";
import type { SetupOptions } from "./options.ts";

export interface Administrator {
  hub: HubCalls;
  kubeconfig: KubeconfigText;
}

/** Throws HubError, or one sentence that says what to do. The caller closes `hub`. */
export async function openAdministrator(
  config: Config,
  options: SetupOptions,
  means: CommandMeans,
): Promise<Administrator> {
  const kubeconfig = options.kubeconfig
    ? { text: await readKubeconfig(options.kubeconfig), directory: dirname(resolve(options.kubeconfig)) }
    : { text: await readFromCluster(options), directory: null };
  return { kubeconfig, hub: await openHubCalls(wayToHub(config, options, means), kubeconfig, means) };
}

const readKubeconfig = (path: string): Promise<string> =>
  readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw kubeconfigError(`No kubeconfig: cannot read ${path} (${error.code}).`);
  });

/** The name of a Service means nothing outside its cluster: from here a port-forward leads to its pods. */
export function wayToHub({ hub }: Config, options: SetupOptions, { variables }: CommandMeans): Config["hub"] {
  if (!hub.inCluster || hub.server || variables.KUBERNETES_SERVICE_HOST) return hub;
  if (options.kubeconfig)
    throw new Error("hub.inCluster names the hub as pods of its cluster see it: give --from-cluster here.");
  const context = options.context ?? operatorConfig(undefined).getCurrentContext();
  return { ...hub, portForward: PortForwardSettings.parse({ context, namespace: options.namespace }) };
}

async function readFromCluster({ context, namespace }: SetupOptions): Promise<string> {
  const core = operatorConfig(context).makeApiClient(CoreV1Api);
  const found = await askCluster("the ConfigMap karpor-kubeconfig", namespace, () =>
    core.readNamespacedConfigMap({ name: "karpor-kubeconfig", namespace }),
  );
  if (found.data?.config) return found.data.config;
  throw new Error(
    `The ConfigMap ${namespace}/karpor-kubeconfig has no key config: does karpor-server run there?`,
  );
}

/** Asks the cluster that runs Karpor. Throws one sentence: the client's own errors hold headers and bodies. */
export async function askCluster<T>(what: string, namespace: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const { code, message } = error as { code?: number; message: string };
    const why = code === undefined ? message : `the cluster answered ${code}`;
    throw new Error(
      `Cannot use ${what} in namespace ${namespace} (${why}). ` +
        "Run this with your own access to the cluster that runs Karpor: --context names it, --namespace where Karpor is.",
    );
  }
}
