/** Where the bot's kubeconfig stands, and how it is read and replaced. */
import type { Config } from "../../config.ts";
import { openInCluster } from "../client/in-cluster.ts";
import { type HubGiven, IN_CLUSTER_SECRET } from "../settings.ts";
import { fileSource } from "./source-file.ts";
import { secretSource } from "./source-secret.ts";

export interface KubeconfigSource {
  /** For people: the path, or the Secret's name. */
  name: string;
  /** It comes from a cluster, or the bot writes it back: neither a command nor a file that it names is used. */
  foreign: boolean;
  /** What relative file names in it are relative to. */
  directory?: string;
  /** Throws one sentence that says what to do. */
  read(): Promise<string>;
  /** Replaces what was last read, whole or not at all; undefined where that cannot be. Throws when it changed since. */
  save?(text: string): Promise<void>;
  close(): Promise<void>;
}

/** What says where the hub and its kubeconfig are. */
export type HubSource = Pick<Config, "env"> & { hub: HubGiven };

/** Opens nothing that must answer yet. */
export function sourceOf({ hub, env }: HubSource, mount?: string): KubeconfigSource {
  if (hub.kubeconfig) return fileSource(hub.kubeconfig);
  const host = openInCluster(env, mount);
  return secretSource(host, hub.kubeconfigSecret ?? { ...IN_CLUSTER_SECRET, namespace: host.namespace });
}

/** A kubeconfig that was read elsewhere, such as an administrator's out of a ConfigMap. */
export const textSource = (text: string, name: string): KubeconfigSource => ({
  name,
  foreign: true,
  read: async () => text,
  close: async () => {},
});
