/** Parses the bot's kubeconfig, which is an address and a credential. It never runs a command. */
import { bufferFromFileOrString, KubeConfig } from "@kubernetes/client-node";
import { parse, parseDocument } from "yaml";
import { z } from "zod";
import { type Secret, secret } from "../request/secret.ts";
import { kubeconfigError } from "./errors.ts";

/** Certificates are PEM. */
export interface HubAccess {
  server: string;
  /** Null: the system's authorities. */
  ca: string | null;
  /** The name in the certificate, if it isn't the server's. */
  serverName: string | null;
  insecure: boolean;
  token: Secret | null;
  certificate: { certificate: string; key: Secret } | null;
}

interface ReadOptions {
  /** Replaces the kubeconfig's server. */
  server?: string | undefined;
  /** Null for a text from a Secret, which may not name files. */
  directory: string | null;
}

const FLATTEN = "`kubectl config view --raw --flatten` writes one that contains the files themselves";

const Text = z.string().min(1).optional().catch(undefined);
const Cluster = z.object({ server: z.string(), caData: Text, caFile: Text, tlsServerName: Text });
const User = z.object({ token: Text, certData: Text, certFile: Text, keyData: Text, keyFile: Text });

export function parseKubeconfig(text: string, { server, directory }: ReadOptions): HubAccess {
  const kubeconfig = load(text);
  if (directory !== null) kubeconfig.makePathsAbsolute(directory);
  const [cluster, user] = [kubeconfig.getCurrentCluster(), kubeconfig.getCurrentUser()];
  if (!cluster || !user)
    throw kubeconfigError("The kubeconfig has no current context, or lacks that context's cluster or user.");
  if (user.exec || user.authProvider)
    throw kubeconfigError("The kubeconfig's user has exec or auth-provider: put a token in instead.");
  if (directory === null && (cluster.caFile || user.certFile || user.keyFile))
    throw kubeconfigError(`The kubeconfig names files, which can't be read from here: ${FLATTEN}.`);
  const { caData, caFile, ...address } = Cluster.parse(cluster);
  const { certData, certFile, keyData, keyFile, token } = User.parse(user);
  const [certificate, key] = [readPem(certFile, certData), readPem(keyFile, keyData)];
  if (!token && !(certificate && key))
    throw kubeconfigError("The kubeconfig's user needs a token, or a client certificate with its key.");
  return {
    server: httpsAddress(server ?? address.server),
    ca: readPem(caFile, caData),
    serverName: address.tlsServerName ?? null,
    insecure: cluster.skipTLSVerify,
    token: token ? secret(token.trim()) : null,
    certificate: !token && certificate && key ? { certificate, key: secret(key) } : null,
  };
}

export function replaceToken(text: string, token: Secret): string {
  const kubeconfig = load(text);
  const userIndex = kubeconfig.users.findIndex(({ name }) => name === kubeconfig.getCurrentUser()?.name);
  const document = parseDocument(text);
  document.setIn(["users", userIndex, "user", "token"], token.reveal());
  return document.toString({ lineWidth: 0 });
}

function load(text: string): KubeConfig {
  const kubeconfig = new KubeConfig();
  try {
    // client-node would read the file that any user's `token-file` names.
    const content = parse(text, (key, value) => (key === "token-file" ? undefined : value));
    kubeconfig.loadFromString(JSON.stringify(content));
    return kubeconfig;
  } catch {
    // The error may quote the text.
    throw kubeconfigError("The kubeconfig can't be read: export it again.");
  }
}

/** If both exist, kubectl uses the data. */
function readPem(path: string | undefined, data: string | undefined): string | null {
  try {
    return bufferFromFileOrString(data ? undefined : path, data)?.toString() ?? null;
  } catch {
    throw kubeconfigError(`Cannot read ${path}, which the kubeconfig names: ${FLATTEN}.`);
  }
}

function httpsAddress(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol !== "https:" || url.username || url.search || url.hash)
    throw kubeconfigError("hub.server, or else the kubeconfig's server, must be an https:// address.");
  return url.href.replace(/\/+$/, "");
}
