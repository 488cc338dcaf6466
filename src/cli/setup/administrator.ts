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

export interface SetupRun {
  config: Config;
  options: SetupOptions;
  means: CommandMeans;
}

/** `hub` is asked as the administrator, whose access `kubeconfig` is. */
export interface SetupContext extends SetupRun, AsyncDisposable {
  hub: HubCalls;
  kubeconfig: KubeconfigText;
}

/** Throws HubError, or one sentence that says what to do. */
export async function openAdministrator(run: SetupRun): Promise<SetupContext> {
  const { options } = run;
  const kubeconfig = options.kubeconfig
    ? { text: await readKubeconfig(options.kubeconfig), directory: dirname(resolve(options.kubeconfig)) }
    : { text: await readFromCluster(options), directory: null };
  const hub = await openHub(run, kubeconfig);
  return { ...run, hub, kubeconfig, [Symbol.asyncDispose]: hub[Symbol.asyncDispose] };
}

const readKubeconfig = (path: string): Promise<string> =>
  readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw kubeconfigError(`No kubeconfig: cannot read ${path} (${error.code}).`);
  });

/** Throws HubError. */
export const openHub = (run: SetupRun, kubeconfig: KubeconfigText): Promise<HubCalls> =>
  openHubCalls(wayToHub(run), kubeconfig, run.means);

/** The name of a Service means nothing outside its cluster: from here a port-forward leads to its pods. */
function wayToHub({ config, options, means }: SetupRun): Config["hub"] {
  const { hub } = config;
  if (!hub.inCluster || hub.server || means.variables.KUBERNETES_SERVICE_HOST) return hub;
  if (options.kubeconfig)
    throw new Error("hub.inCluster names the hub as pods of its cluster see it: give --from-cluster here.");
  const context = options.context ?? operatorConfig(undefined).getCurrentContext();
  return { ...hub, portForward: PortForwardSettings.parse({ context, namespace: options.namespace }) };
}

async function readFromCluster(options: SetupOptions): Promise<string> {
  const { namespace } = options;
  const found = await askCluster("the ConfigMap karpor-kubeconfig", options, (core) =>
    core.readNamespacedConfigMap({ name: "karpor-kubeconfig", namespace }),
  );
  if (found.data?.config) return found.data.config;
  throw new Error(
    `The ConfigMap ${namespace}/karpor-kubeconfig has no key config: does karpor-server run there?`,
  );
}

/** Asks the cluster that runs Karpor. Throws one sentence: the client's own errors hold headers and bodies. */
export async function askCluster<T>(
  what: string,
  { context, namespace }: SetupOptions,
  ask: (core: CoreV1Api) => Promise<T>,
): Promise<T> {
  const core = operatorConfig(context).makeApiClient(CoreV1Api);
  try {
    return await ask(core);
  } catch (error) {
    const { code, message } = error as { code?: number; message: string };
    const why = code === undefined ? message : `the cluster answered ${code}`;
    throw new Error(
      `Cannot use ${what} in namespace ${namespace} (${why}). ` +
        "Run this with your own access to the cluster that runs Karpor: --context names it, --namespace where Karpor is.",
    );
  }
}
