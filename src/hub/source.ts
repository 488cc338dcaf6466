/** Reads and replaces the bot's kubeconfig, in a file or in a Secret of its own cluster. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { open, readFile, realpath, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import type { Clock } from "../request/clock.ts";
import { secret } from "../request/secret.ts";
import { createClient } from "./client.ts";
import { HubError, isReason, kubeconfigError, readAnswer } from "./errors.ts";
import type { HubAccess } from "./kubeconfig.ts";
import { type HubSettings, IN_CLUSTER_SECRET } from "./settings.ts";

export interface KubeconfigSource {
  /** Null where the kubeconfig may not name files. */
  directory: string | null;
  read(): Promise<string>;
  /** Throws when the text is no longer `before`. */
  replace(before: string, after: string): Promise<void>;
  close(): Promise<void>;
}

/** Kubernetes puts a pod's token, CA and namespace here. */
export const POD_MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

export const kubeconfigSource = (settings: HubSettings, clock: Clock, podMount: string): KubeconfigSource =>
  settings.kubeconfig ? fileSource(settings.kubeconfig) : secretSource(settings, clock, podMount);

function fileSource(path: string): KubeconfigSource {
  const read = () =>
    readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      throw kubeconfigError(
        `Cannot read the kubeconfig ${path} (${error.code}): put it there, or correct hub.kubeconfig.`,
      );
    });
  return {
    directory: dirname(resolve(path)),
    read,
    async replace(before, after) {
      if ((await read()) !== before) throw kubeconfigError(`The kubeconfig ${path} was changed meanwhile.`);
      await replaceFile(path, after).catch((error: NodeJS.ErrnoException) => {
        throw kubeconfigError(
          `Cannot replace the kubeconfig ${path} (${error.code}): let the bot write to its directory.`,
        );
      });
    },
    close: async () => {},
  };
}

/** A crash leaves the old file or the new one. Throws Node's errors. */
export async function replaceFile(named: string, text: string): Promise<void> {
  const path = await realpath(named).catch(() => named);
  const fresh = `${path}.${randomUUID()}`;
  try {
    const file = await open(fresh, "wx", 0o600);
    await file.writeFile(text);
    await file.sync();
    await file.close();
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

const KubeSecret = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  data: z.record(z.string(), z.string()).default({}),
});

/** As the pod's ServiceAccount. */
function secretSource(settings: HubSettings, clock: Clock, podMount: string): KubeconfigSource {
  const client = createClient({ readAccess: async () => podAccess(podMount), clock });
  const at = () =>
    settings.kubeconfigSecret ?? { ...IN_CLUSTER_SECRET, namespace: podFile(podMount, "namespace") };
  const read = async () => {
    const { namespace, name, key } = at();
    const found = await client
      .call(({ core }) => core.readNamespacedSecret({ namespace, name }))
      .catch(explain);
    const { metadata, data } = readAnswer("read the kubeconfig's Secret", KubeSecret, found);
    const text = Buffer.from(data[key] ?? "", "base64").toString();
    if (!text)
      throw kubeconfigError(
        `The Secret ${namespace}/${name} has no key ${key}: put the bot's kubeconfig there.`,
      );
    return { text, resourceVersion: metadata.resourceVersion };
  };
  return {
    directory: null,
    read: async () => (await read()).text,
    async replace(before, after) {
      const { namespace, name, key } = at();
      const { text, resourceVersion } = await read();
      if (text !== before) throw kubeconfigError(`The Secret ${namespace}/${name} was changed meanwhile.`);
      const data = { [key]: Buffer.from(after).toString("base64") };
      const body = { metadata: { resourceVersion }, data };
      await client.call(({ core }) => core.patchNamespacedSecret({ namespace, name, body })).catch(explain);
    },
    close: () => client.close(),
  };

  function explain(error: unknown): never {
    const { namespace, name } = at();
    if (isReason(error, "NotFound"))
      throw kubeconfigError(`There is no Secret ${namespace}/${name} with the bot's kubeconfig.`);
    if (isReason(error, "Forbidden"))
      throw kubeconfigError(
        `The pod's ServiceAccount may not use the Secret ${namespace}/${name}: see the chart's Role.`,
      );
    throw kubeconfigError(
      `The Secret ${namespace}/${name}: ${error instanceof HubError ? error.message : "no usable answer"}.`,
    );
  }
}

/** Read at each connection, since the kubelet renews the token. */
function podAccess(mount: string): HubAccess {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
  if (!host)
    throw kubeconfigError(
      "hub.inCluster and hub.kubeconfigSecret need a bot that runs in a pod: give hub.kubeconfig here.",
    );
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    ca: podFile(mount, "ca.crt"),
    serverName: null,
    insecure: false,
    token: secret(podFile(mount, "token")),
    certificate: null,
  };
}

function podFile(mount: string, name: string): string {
  try {
    return readFileSync(join(mount, name), "utf8").trim();
  } catch {
    throw kubeconfigError("The pod has no ServiceAccount token: set automountServiceAccountToken: true.");
  }
}
