/** A context of the operator's own kubeconfig: trusted as kubectl trusts it, with its files and the commands it runs. */
import { KubeConfig } from "@kubernetes/client-node";
import { secret } from "../../domain/secret.ts";
import type { Credential } from "../kubeconfig/credential.ts";
import type { HubAccess } from "../kubeconfig/kubeconfig.ts";

/** Throws one sentence that says what to do. */
export function operatorContext(name: string): () => Promise<HubAccess> {
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromDefault();
  const names = kubeconfig.getContexts().map((context) => context.name);
  if (!names.includes(name))
    throw new Error(
      `Your kubeconfig has no context "${name}" (hub.portForward.context); it has ${names.join(", ") || "none"}.`,
    );
  kubeconfig.setCurrentContext(name);
  const cluster = kubeconfig.getCurrentCluster();
  if (!cluster?.server.startsWith("https://"))
    throw new Error(`The cluster of context "${name}" must have an https:// address.`);
  if (cluster.proxyUrl)
    throw new Error(
      `Context "${name}" has a proxy-url, which hub.portForward does not use: run kubectl port-forward beside the bot, and set hub.server.`,
    );
  const server = cluster.server.replace(/\/+$/, "");
  // Asked anew for each connection: a token that a command gives runs out.
  return async () => ({ ...(await accessOf(kubeconfig, name)), server });
}

async function accessOf(kubeconfig: KubeConfig, name: string): Promise<Omit<HubAccess, "server">> {
  const options: Given = {};
  await kubeconfig.applyToHTTPSOptions(options);
  const { ca, servername, rejectUnauthorized } = options;
  return {
    ...(ca ? { ca: String(ca) } : {}),
    ...(servername ? { serverName: servername } : {}),
    insecure: rejectUnauthorized === false,
    credential: credentialOf(options, name),
    warnings: [],
  };
}

type Given = Parameters<KubeConfig["applyToHTTPSOptions"]>[0] & {
  headers?: { Authorization?: string };
  servername?: string;
};

function credentialOf({ headers, cert, key }: Given, name: string): Credential {
  const token = headers?.Authorization?.replace(/^Bearer /, "");
  if (token) return { kind: "token", token: () => secret(token) };
  if (cert && key) return { kind: "certificate", certificate: String(cert), key: secret(String(key)) };
  throw new Error(`The user of context "${name}" has neither a token nor a client certificate.`);
}
